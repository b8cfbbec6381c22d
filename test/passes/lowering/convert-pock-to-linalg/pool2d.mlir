// RUN: pock-opt %s --convert-pock-to-linalg | FileCheck %s

// Padding counts as -inf.
// CHECK-LABEL: func.func @maximum(
// CHECK: %[[LEAST:.*]] = arith.constant 0xFF800000 : f32
// CHECK: tensor.pad %{{.*}} low[0, 1, 1, 0] high[0, 1, 1, 0]
// CHECK: tensor.yield %[[LEAST]]
// CHECK: linalg.pooling_nhwc_max {{.*}}strides = dense<2>
func.func @maximum(%x: tensor<1x5x5x3xf32>) -> tensor<1x3x3x3xf32> {
  %0 = "pock.max_pool2d"(%x) {dilations = array<i64: 1, 1>, kernel = array<i64: 3, 3>, padding = array<i64: 1, 1>, strides = array<i64: 2, 2>} : (tensor<1x5x5x3xf32>) -> tensor<1x3x3x3xf32>
  return %0 : tensor<1x3x3x3xf32>
}

// CHECK-LABEL: func.func @average(
// CHECK: %[[SUM:.*]] = linalg.pooling_nhwc_sum
// CHECK: %[[COUNT:.*]] = arith.constant 4.000000e+00
// CHECK: arith.divf %{{.*}}, %[[COUNT]]
func.func @average(%x: tensor<1x4x4x3xf32>) -> tensor<1x2x2x3xf32> {
  %0 = "pock.avg_pool2d"(%x) {count_include_pad = true, dilations = array<i64: 1, 1>, kernel = array<i64: 2, 2>, padding = array<i64: 0, 0>, strides = array<i64: 2, 2>} : (tensor<1x4x4x3xf32>) -> tensor<1x2x2x3xf32>
  return %0 : tensor<1x2x2x3xf32>
}

// Where padding does not count, windows at the edge have fewer elements.
// CHECK-LABEL: func.func @average_inside(
// CHECK: arith.constant dense<[1.000000e+00, 2.000000e+00, 1.000000e+00]> : tensor<3xf32>
// CHECK: arith.divf
func.func @average_inside(%x: tensor<1x4x4x3xf32>) -> tensor<1x3x3x3xf32> {
  %0 = "pock.avg_pool2d"(%x) {count_include_pad = false, dilations = array<i64: 1, 1>, kernel = array<i64: 2, 2>, padding = array<i64: 1, 1>, strides = array<i64: 2, 2>} : (tensor<1x4x4x3xf32>) -> tensor<1x3x3x3xf32>
  return %0 : tensor<1x3x3x3xf32>
}
