// RUN: pock-opt %s | pock-opt | FileCheck %s
// RUN: pock-opt %s --emit-bytecode | pock-opt | FileCheck %s

// CHECK-LABEL: func.func @plain
func.func @plain(%image: tensor<2x5x5x3xf32>, %weight: tensor<3x3x3x4xf32>, %g: tensor<2x3x3x4xf32>)
    -> (tensor<2x3x3x4xf32>, tensor<2x5x5x3xf32>, tensor<3x3x3x4xf32>) {
  // CHECK: "pock.conv2d"(%{{.*}}, %{{.*}}) {dilations = array<i64: 1, 1>, groups = 1 : i64, padding = array<i64: 0, 0>, strides = array<i64: 1, 1>} : (tensor<2x5x5x3xf32>, tensor<3x3x3x4xf32>) -> tensor<2x3x3x4xf32>
  %0 = "pock.conv2d"(%image, %weight) {dilations = array<i64: 1, 1>, groups = 1, padding = array<i64: 0, 0>, strides = array<i64: 1, 1>} : (tensor<2x5x5x3xf32>, tensor<3x3x3x4xf32>) -> tensor<2x3x3x4xf32>
  // CHECK: "pock.conv2d_input_grad"(%{{.*}}, %{{.*}}) {{{.*}}} : (tensor<2x3x3x4xf32>, tensor<3x3x3x4xf32>) -> tensor<2x5x5x3xf32>
  %1 = "pock.conv2d_input_grad"(%g, %weight) {dilations = array<i64: 1, 1>, groups = 1, padding = array<i64: 0, 0>, strides = array<i64: 1, 1>} : (tensor<2x3x3x4xf32>, tensor<3x3x3x4xf32>) -> tensor<2x5x5x3xf32>
  // CHECK: "pock.conv2d_weight_grad"(%{{.*}}, %{{.*}}) {{{.*}}} : (tensor<2x3x3x4xf32>, tensor<2x5x5x3xf32>) -> tensor<3x3x3x4xf32>
  %2 = "pock.conv2d_weight_grad"(%g, %image) {dilations = array<i64: 1, 1>, groups = 1, padding = array<i64: 0, 0>, strides = array<i64: 1, 1>} : (tensor<2x3x3x4xf32>, tensor<2x5x5x3xf32>) -> tensor<3x3x3x4xf32>
  return %0, %1, %2 : tensor<2x3x3x4xf32>, tensor<2x5x5x3xf32>, tensor<3x3x3x4xf32>
}

// Strides, padding and dilations differ between height and width; the depthwise weight has one input channel per group.
// CHECK-LABEL: func.func @depthwise
func.func @depthwise(%image: tensor<1x8x6x4xf32>, %weight: tensor<3x2x1x8xf32>) -> tensor<1x4x4x8xf32> {
  // CHECK: "pock.conv2d"(%{{.*}}, %{{.*}}) {dilations = array<i64: 1, 3>, groups = 4 : i64, padding = array<i64: 1, 0>, strides = array<i64: 2, 1>}
  // CHECK-SAME: -> tensor<1x4x3x8xf32>
  %0 = "pock.conv2d"(%image, %weight) {dilations = array<i64: 1, 3>, groups = 4, padding = array<i64: 1, 0>, strides = array<i64: 2, 1>} : (tensor<1x8x6x4xf32>, tensor<3x2x1x8xf32>) -> tensor<1x4x3x8xf32>
  // CHECK: "pock.conv2d"(%{{.*}}, %{{.*}}) {dilations = array<i64: 1, 2>, groups = 4 : i64, padding = array<i64: 1, 0>, strides = array<i64: 2, 1>}
  %1 = "pock.conv2d"(%image, %weight) {dilations = array<i64: 1, 2>, groups = 4, padding = array<i64: 1, 0>, strides = array<i64: 2, 1>} : (tensor<1x8x6x4xf32>, tensor<3x2x1x8xf32>) -> tensor<1x4x4x8xf32>
  return %1 : tensor<1x4x4x8xf32>
}
