// RUN: pock-opt %s --split-input-file --pock-autodiff | FileCheck %s

// The cotangent is summed over what was repeated: new dimensions and those of size 1.
// CHECK-LABEL: sym_name = "w"
// CHECK: arith.constant dense<1.000000e+00> : tensor<f32>
// CHECK: %[[G:.*]] = "pock.broadcast"(%{{.*}}) : ({{.*}}) -> tensor<2x3x4xf32>
// CHECK: %[[SUM:.*]] = "pock.reduce"(%[[G]]) {dims = array<i64: 0, 2>, kind = "sum"} : (tensor<2x3x4xf32>) -> tensor<3xf32>
// CHECK: %[[DW:.*]] = tensor.expand_shape %[[SUM]] {{.*}} into tensor<3x1xf32>
// CHECK: "pock.gradient"(%[[DW]]) {parameter = @w}
"pock.parameter"() {kind = "parameter", sym_name = "w", type = tensor<3x1xf32>, update = "full"} : () -> ()
func.func @train_step() -> tensor<f32> {
  %w = "pock.read"() {symbol = @w} : () -> tensor<3x1xf32>
  %y = "pock.broadcast"(%w) : (tensor<3x1xf32>) -> tensor<2x3x4xf32>
  %loss = "pock.reduce"(%y) {dims = array<i64: 0, 1, 2>, kind = "sum"} : (tensor<2x3x4xf32>) -> tensor<f32>
  return %loss : tensor<f32>
}
// -----
// A scalar.
// CHECK-LABEL: sym_name = "s"
// CHECK: arith.constant dense<1.000000e+00> : tensor<f32>
// CHECK: %[[G:.*]] = "pock.broadcast"(%{{.*}}) : ({{.*}}) -> tensor<2x3xf32>
// CHECK: %[[DS:.*]] = "pock.reduce"(%[[G]]) {dims = array<i64: 0, 1>, kind = "sum"} : (tensor<2x3xf32>) -> tensor<f32>
// CHECK: "pock.gradient"(%[[DS]]) {parameter = @s}
"pock.parameter"() {kind = "parameter", sym_name = "s", type = tensor<f32>, update = "full"} : () -> ()
func.func @train_step() -> tensor<f32> {
  %s = "pock.read"() {symbol = @s} : () -> tensor<f32>
  %y = "pock.broadcast"(%s) : (tensor<f32>) -> tensor<2x3xf32>
  %loss = "pock.reduce"(%y) {dims = array<i64: 0, 1>, kind = "sum"} : (tensor<2x3xf32>) -> tensor<f32>
  return %loss : tensor<f32>
}
