// RUN: pock-opt %s --convert-pock-to-linalg | FileCheck %s

// CHECK-LABEL: func.func @transpose(
// CHECK: linalg.transpose ins(%{{.*}} : tensor<2x3x4xf32>) outs(%{{.*}} : tensor<4x2x3xf32>) permutation = [2, 0, 1]
func.func @transpose(%x: tensor<2x3x4xf32>) -> tensor<4x2x3xf32> {
  %0 = "pock.transpose"(%x) {permutation = array<i64: 2, 0, 1>} : (tensor<2x3x4xf32>) -> tensor<4x2x3xf32>
  return %0 : tensor<4x2x3xf32>
}

// Where only dimensions of size 1 change places, no element moves.
// CHECK-LABEL: func.func @ones(
// CHECK-SAME: %[[X:.*]]: tensor<1x3x1x2xf32>, %[[ONE:.*]]: tensor<1x1xf32>)
// CHECK-NOT: linalg
// CHECK: %[[COLLAPSED:.*]] = tensor.collapse_shape %[[X]]
// CHECK: %[[EXPANDED:.*]] = tensor.expand_shape %[[COLLAPSED]]
// CHECK: return %[[EXPANDED]], %[[ONE]]
func.func @ones(%x: tensor<1x3x1x2xf32>, %one: tensor<1x1xf32>) -> (tensor<3x1x2x1xf32>, tensor<1x1xf32>) {
  %0 = "pock.transpose"(%x) {permutation = array<i64: 1, 2, 3, 0>} : (tensor<1x3x1x2xf32>) -> tensor<3x1x2x1xf32>
  %1 = "pock.transpose"(%one) {permutation = array<i64: 1, 0>} : (tensor<1x1xf32>) -> tensor<1x1xf32>
  return %0, %1 : tensor<3x1x2x1xf32>, tensor<1x1xf32>
}
