// A gradient is handed over right after the last use of its parameter is differentiated, before the layers below: its
// memory is free early, and the update comes after the last read of the old value.
// RUN: pock-opt %s --split-input-file --pock-autodiff | FileCheck %s

// CHECK-LABEL: func.func @train_step
// CHECK: %[[W1:.*]] = "pock.read"() {symbol = @first}
// CHECK: %[[H:.*]] = "pock.matmul"(%arg0, %[[W1]])
// CHECK: %[[W2:.*]] = "pock.read"() {symbol = @second}
// CHECK: "pock.matmul"(%[[H]], %[[W2]])
// CHECK: %[[DH:.*]] = "pock.matmul"(%{{.*}}, %[[W2]])
// CHECK: %[[DW2:.*]] = "pock.matmul"(%[[H]]
// CHECK-NEXT: "pock.gradient"(%[[DW2]]) {parameter = @second}
// CHECK-NEXT: %[[DW1:.*]] = "pock.matmul"(%arg0, %[[DH]])
// CHECK-NEXT: "pock.gradient"(%[[DW1]]) {parameter = @first}
// CHECK-NEXT: return
"pock.parameter"() {kind = "parameter", sym_name = "first", type = tensor<3x4xf32>, update = "full"} : () -> ()
"pock.parameter"() {kind = "parameter", sym_name = "second", type = tensor<4x2xf32>, update = "full"} : () -> ()
func.func @train_step(%x: tensor<5x3xf32>) -> tensor<f32> {
  %0 = "pock.read"() {symbol = @first} : () -> tensor<3x4xf32>
  %1 = "pock.matmul"(%x, %0) {transpose_lhs = false, transpose_rhs = false} : (tensor<5x3xf32>, tensor<3x4xf32>) -> tensor<5x4xf32>
  %2 = "pock.read"() {symbol = @second} : () -> tensor<4x2xf32>
  %3 = "pock.matmul"(%1, %2) {transpose_lhs = false, transpose_rhs = false} : (tensor<5x4xf32>, tensor<4x2xf32>) -> tensor<5x2xf32>
  %loss = "pock.reduce"(%3) {dims = array<i64: 0, 1>, kind = "sum"} : (tensor<5x2xf32>) -> tensor<f32>
  return %loss : tensor<f32>
}
// -----
// A parameter that is the loss itself has no use before the end, and the gradient 1.
// CHECK-LABEL: func.func @train_step
// CHECK: %[[LOSS:.*]] = "pock.read"() {symbol = @loss}
// CHECK: %[[ONE:.*]] = arith.constant dense<1.000000e+00>
// CHECK-NEXT: "pock.gradient"(%[[ONE]]) {parameter = @loss}
// CHECK-NEXT: return %[[LOSS]]
"pock.parameter"() {kind = "parameter", sym_name = "loss", type = tensor<f32>, update = "full"} : () -> ()
func.func @train_step() -> tensor<f32> {
  %0 = "pock.read"() {symbol = @loss} : () -> tensor<f32>
  return %0 : tensor<f32>
}
// -----
// A read for a view is the view's: each has a gradient of its own, in the layout of the memory.
// CHECK-LABEL: func.func @train_step(
// CHECK: %[[W:.*]] = "pock.read"() {symbol = @w}
// CHECK: %[[V:.*]] = "pock.read"() {symbol = @w, view = @v}
// CHECK: arith.mulf
// CHECK-DAG: "pock.gradient"(%{{.*}}) {parameter = @w}
// CHECK-DAG: "pock.gradient"(%{{.*}}) {parameter = @v}
"pock.parameter"() {kind = "parameter", sym_name = "w", type = tensor<f32>, update = "full"} : () -> ()
"pock.parameter_view"() {axes = array<i64>, kind = "parameter", of = @w, order = array<i64>, shape = array<i64>, sym_name = "v", update = "full"} : () -> ()
func.func @train_step() -> tensor<f32> {
  %0 = "pock.read"() {symbol = @w} : () -> tensor<f32>
  %1 = "pock.read"() {symbol = @w, view = @v} : () -> tensor<f32>
  %2 = arith.mulf %0, %1 : tensor<f32>
  return %2 : tensor<f32>
}
