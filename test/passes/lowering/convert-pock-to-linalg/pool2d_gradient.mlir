// RUN: pock-opt %s --convert-pock-to-linalg | FileCheck %s

// Gradients gather, they do not scatter. The first maximum of each window is found first.
// CHECK-LABEL: func.func @maximum(
// CHECK: linalg.generic {{.*}} tensor<1x2x2x3xi32>)
// CHECK: arith.cmpf ogt
// CHECK: linalg.generic {{.*}} tensor<1x2x2x2x2x3xf32>)
// CHECK: arith.cmpi eq
// CHECK: arith.select
// CHECK: tensor.collapse_shape {{.*}} into tensor<1x4x4x3xf32>
func.func @maximum(%g: tensor<1x2x2x3xf32>, %x: tensor<1x4x4x3xf32>) -> tensor<1x4x4x3xf32> {
  %0 = "pock.max_pool2d_grad"(%g, %x) {dilations = array<i64: 1, 1>, kernel = array<i64: 2, 2>, padding = array<i64: 0, 0>, strides = array<i64: 2, 2>} : (tensor<1x2x2x3xf32>, tensor<1x4x4x3xf32>) -> tensor<1x4x4x3xf32>
  return %0 : tensor<1x4x4x3xf32>
}

// CHECK-LABEL: func.func @average(
// CHECK: arith.divf
// CHECK: linalg.generic {{.*}} tensor<1x2x2x2x2x3xf32>)
// CHECK: tensor.collapse_shape {{.*}} into tensor<1x4x4x3xf32>
func.func @average(%g: tensor<1x2x2x3xf32>) -> tensor<1x4x4x3xf32> {
  %0 = "pock.avg_pool2d_grad"(%g) {count_include_pad = true, dilations = array<i64: 1, 1>, kernel = array<i64: 2, 2>, padding = array<i64: 0, 0>, strides = array<i64: 2, 2>} : (tensor<1x2x2x3xf32>) -> tensor<1x4x4x3xf32>
  return %0 : tensor<1x4x4x3xf32>
}

// Windows that overlap: each element sums over all that see it.
// CHECK-LABEL: func.func @overlapping(
// CHECK: arith.select
// CHECK: arith.addf
func.func @overlapping(%g: tensor<1x3x3x3xf32>) -> tensor<1x5x5x3xf32> {
  %0 = "pock.avg_pool2d_grad"(%g) {count_include_pad = true, dilations = array<i64: 1, 1>, kernel = array<i64: 3, 3>, padding = array<i64: 1, 1>, strides = array<i64: 2, 2>} : (tensor<1x3x3x3xf32>) -> tensor<1x5x5x3xf32>
  return %0 : tensor<1x5x5x3xf32>
}
