// RUN: pock-opt %s --pock-adapt-to-iree | FileCheck %s

// A single channel gets another one beside it, of zeros.
// CHECK-LABEL: func.func @one_channel(
// CHECK: %[[IMAGE:.*]] = tensor.pad %{{.*}} low[0, 0, 0, 0] high[0, 0, 0, 1]
// CHECK: %[[WEIGHT:.*]] = tensor.pad %{{.*}} low[0, 0, 0, 0] high[0, 0, 1, 0]
// CHECK: linalg.conv_2d_nhwc_hwcf {dilations = dense<[1, 2]> : tensor<2xi64>, strides = dense<[2, 1]> : tensor<2xi64>} ins(%[[IMAGE]], %[[WEIGHT]] : tensor<1x9x8x2xf32>, tensor<3x3x2x4xf32>)
func.func @one_channel(%x: tensor<1x9x8x1xf32>, %w: tensor<3x3x1x4xf32>, %out: tensor<1x4x4x4xf32>) -> tensor<1x4x4x4xf32> {
  %0 = linalg.conv_2d_nhwc_hwcf {dilations = dense<[1, 2]> : tensor<2xi64>, strides = dense<[2, 1]> : tensor<2xi64>} ins(%x, %w : tensor<1x9x8x1xf32>, tensor<3x3x1x4xf32>) outs(%out : tensor<1x4x4x4xf32>) -> tensor<1x4x4x4xf32>
  return %0 : tensor<1x4x4x4xf32>
}

// CHECK-LABEL: func.func @two_channels(
// CHECK-NOT: tensor.pad
func.func @two_channels(%x: tensor<1x9x8x2xf32>, %w: tensor<3x3x2x4xf32>, %out: tensor<1x7x6x4xf32>) -> tensor<1x7x6x4xf32> {
  %0 = linalg.conv_2d_nhwc_hwcf {dilations = dense<1> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>} ins(%x, %w : tensor<1x9x8x2xf32>, tensor<3x3x2x4xf32>) outs(%out : tensor<1x7x6x4xf32>) -> tensor<1x7x6x4xf32>
  return %0 : tensor<1x7x6x4xf32>
}
