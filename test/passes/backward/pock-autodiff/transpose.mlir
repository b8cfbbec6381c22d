// RUN: pock-opt %s --split-input-file --pock-autodiff | FileCheck %s

// By the inverse permutation.
// CHECK-LABEL: sym_name = "w"
// CHECK: %[[G:.*]] = "pock.broadcast"(%{{.*}}) : ({{.*}}) -> tensor<4x2x3xf32>
// CHECK: %[[DW:.*]] = "pock.transpose"(%[[G]]) {permutation = array<i64: 1, 2, 0>} : (tensor<4x2x3xf32>) -> tensor<2x3x4xf32>
// CHECK: "pock.gradient"(%[[DW]]) {parameter = @w}
"pock.parameter"() {kind = "parameter", sym_name = "w", type = tensor<2x3x4xf32>, update = "full"} : () -> ()
func.func @train_step() -> tensor<f32> {
  %w = "pock.read"() {symbol = @w} : () -> tensor<2x3x4xf32>
  %y = "pock.transpose"(%w) {permutation = array<i64: 2, 0, 1>} : (tensor<2x3x4xf32>) -> tensor<4x2x3xf32>
  %loss = "pock.reduce"(%y) {dims = array<i64: 0, 1, 2>, kind = "sum"} : (tensor<4x2x3xf32>) -> tensor<f32>
  return %loss : tensor<f32>
}
