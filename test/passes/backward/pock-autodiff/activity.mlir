// Nothing is built towards what is not trained.
// RUN: pock-opt %s --split-input-file --pock-autodiff | FileCheck %s

// Two layers of which the second is trained: the first gets neither a weight gradient nor the cotangent of its output.
// CHECK-LABEL: sym_name = "frozen_layer"
// CHECK: return %{{.*}} : tensor<f32>
// CHECK-LABEL: sym_name = "last_layer"
// CHECK-COUNT-3: "pock.matmul"
// CHECK-NOT: "pock.matmul"
// CHECK-NOT: math.exp
// CHECK: "pock.gradient"(%{{.*}}) {parameter = @last_layer}
// CHECK-NOT: "pock.gradient"
"pock.parameter"() {kind = "parameter", sym_name = "frozen_layer", type = tensor<3x4xf32>, update = "frozen"} : () -> ()
func.func @predict() -> tensor<f32> {
  %0 = arith.constant dense<0.0> : tensor<f32>
  return %0 : tensor<f32>
}
"pock.parameter"() {kind = "parameter", sym_name = "last_layer", type = tensor<4x2xf32>, update = "full"} : () -> ()
func.func @train_step(%x: tensor<5x3xf32>) -> tensor<f32> {
  %0 = "pock.read"() {symbol = @frozen_layer} : () -> tensor<3x4xf32>
  %1 = "pock.matmul"(%x, %0) {transpose_lhs = false, transpose_rhs = false} : (tensor<5x3xf32>, tensor<3x4xf32>) -> tensor<5x4xf32>
  %2 = "pock.read"() {symbol = @last_layer} : () -> tensor<4x2xf32>
  %3 = "pock.matmul"(%1, %2) {transpose_lhs = false, transpose_rhs = false} : (tensor<5x4xf32>, tensor<4x2xf32>) -> tensor<5x2xf32>
  %loss = "pock.reduce"(%3) {dims = array<i64: 0, 1>, kind = "sum"} : (tensor<5x2xf32>) -> tensor<f32>
  return %loss : tensor<f32>
}
// -----
// A bias before a frozen layer: the cotangent passes the layer, whose weight gets no gradient.
// CHECK-LABEL: sym_name = "bias"
// CHECK: %[[W:.*]] = "pock.read"() {symbol = @frozen}
// CHECK: %[[SUM:.*]] = "pock.matmul"
// CHECK: "pock.matmul"(%{{.*}}, %[[W]]) {transpose_lhs = false, transpose_rhs = true}
// CHECK-NOT: "pock.matmul"
// CHECK: "pock.gradient"(%{{.*}}) {parameter = @bias}
"pock.parameter"() {kind = "parameter", sym_name = "bias", type = tensor<5x3xf32>, update = "full"} : () -> ()
"pock.parameter"() {kind = "parameter", sym_name = "frozen", type = tensor<3x4xf32>, update = "frozen"} : () -> ()
func.func @train_step(%x: tensor<5x3xf32>) -> tensor<f32> {
  %0 = "pock.read"() {symbol = @bias} : () -> tensor<5x3xf32>
  %1 = arith.addf %x, %0 : tensor<5x3xf32>
  %2 = "pock.read"() {symbol = @frozen} : () -> tensor<3x4xf32>
  %3 = "pock.matmul"(%1, %2) {transpose_lhs = false, transpose_rhs = false} : (tensor<5x3xf32>, tensor<3x4xf32>) -> tensor<5x4xf32>
  %loss = "pock.reduce"(%3) {dims = array<i64: 0, 1>, kind = "sum"} : (tensor<5x4xf32>) -> tensor<f32>
  return %loss : tensor<f32>
}
// -----
// stop_gradient cuts one of two paths.
// CHECK-LABEL: sym_name = "stopped"
// CHECK: %[[W:.*]] = "pock.read"
// CHECK: %[[CONSTANT:.*]] = "pock.stop_gradient"(%[[W]])
// CHECK: %[[G:.*]] = arith.constant dense<1.000000e+00>
// CHECK-NEXT: %[[DW:.*]] = arith.mulf %[[G]], %[[CONSTANT]]
// CHECK-NEXT: "pock.gradient"(%[[DW]]) {parameter = @stopped}
"pock.parameter"() {kind = "parameter", sym_name = "stopped", type = tensor<f32>, update = "full"} : () -> ()
func.func @train_step() -> tensor<f32> {
  %0 = "pock.read"() {symbol = @stopped} : () -> tensor<f32>
  %1 = "pock.stop_gradient"(%0) : (tensor<f32>) -> tensor<f32>
  %2 = arith.mulf %0, %1 : tensor<f32>
  return %2 : tensor<f32>
}
// -----
// What is reached through zero_gradient alone has a gradient of zeros; what has another keeps that alone; what is not
// reached has none.
// CHECK-LABEL: sym_name = "rounded"
// CHECK: "pock.gradient"(%{{.*}}) {parameter = @both}
// CHECK-NEXT: %[[ZERO:.*]] = arith.constant dense<0.000000e+00>
// CHECK-NEXT: "pock.gradient"(%[[ZERO]]) {parameter = @rounded}
// CHECK-NEXT: return
"pock.parameter"() {kind = "parameter", sym_name = "rounded", type = tensor<f32>, update = "full"} : () -> ()
"pock.parameter"() {kind = "parameter", sym_name = "both", type = tensor<f32>, update = "full"} : () -> ()
"pock.parameter"() {kind = "parameter", sym_name = "detached", type = tensor<f32>, update = "full"} : () -> ()
func.func @train_step() -> tensor<f32> {
  %0 = "pock.read"() {symbol = @rounded} : () -> tensor<f32>
  %1 = "pock.read"() {symbol = @both} : () -> tensor<f32>
  %2 = "pock.read"() {symbol = @detached} : () -> tensor<f32>
  %3 = arith.mulf %0, %1 : tensor<f32>
  %4 = "pock.zero_gradient"(%3) : (tensor<f32>) -> tensor<f32>
  %5 = math.roundeven %4 : tensor<f32>
  %6 = "pock.stop_gradient"(%2) : (tensor<f32>) -> tensor<f32>
  %7 = arith.addf %5, %6 : tensor<f32>
  %8 = arith.addf %7, %1 : tensor<f32>
  return %8 : tensor<f32>
}
// -----
// What the loss was once known to depend on, before it was folded, has a gradient of zeros.
// CHECK-LABEL: sym_name = "folded"
// CHECK: func.func @train_step() -> tensor<f32> {
// CHECK: "pock.gradient"(%{{.*}}) {parameter = @w}
// CHECK-NEXT: %[[ZERO:.*]] = arith.constant dense<0.000000e+00> : tensor<3xf32>
// CHECK-NEXT: "pock.gradient"(%[[ZERO]]) {parameter = @folded}
// CHECK-NEXT: return
"pock.parameter"() {kind = "parameter", sym_name = "folded", type = tensor<3xf32>, update = "full"} : () -> ()
"pock.parameter"() {kind = "parameter", sym_name = "frozen", type = tensor<3xf32>, update = "frozen"} : () -> ()
"pock.parameter"() {kind = "parameter", sym_name = "w", type = tensor<f32>, update = "full"} : () -> ()
func.func @train_step() -> tensor<f32> attributes {pock.loss_depends_on = ["folded", "frozen", "w"]} {
  %0 = "pock.read"() {symbol = @w} : () -> tensor<f32>
  return %0 : tensor<f32>
}
// -----
// Comparisons are not differentiated, nor is an op without a rule that leads to no trained parameter; a trained
// parameter that the loss does not reach gets no gradient.
// CHECK-LABEL: sym_name = "unreached"
// CHECK: "pock.gradient"(%{{.*}}) {parameter = @w}
// CHECK-NOT: "pock.gradient"
"pock.parameter"() {kind = "parameter", sym_name = "unreached", type = tensor<f32>, update = "full"} : () -> ()
"pock.parameter"() {kind = "parameter", sym_name = "w", type = tensor<f32>, update = "full"} : () -> ()
func.func @train_step(%x: tensor<f32>) -> (tensor<f32>, tensor<f32>) {
  %0 = "pock.read"() {symbol = @w} : () -> tensor<f32>
  %1 = math.floor %x : tensor<f32>
  %2 = arith.cmpf ogt, %0, %1 : tensor<f32>
  %3 = arith.select %2, %0, %1 : tensor<i1>, tensor<f32>
  %4 = "pock.read"() {symbol = @unreached} : () -> tensor<f32>
  %5 = math.exp %4 : tensor<f32>
  return %3, %5 : tensor<f32>, tensor<f32>
}
