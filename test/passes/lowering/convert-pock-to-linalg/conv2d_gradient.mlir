// RUN: pock-opt %s --convert-pock-to-linalg | FileCheck %s

// The gradient of the image is a convolution of the padded cotangent with the reversed kernel.
// CHECK-LABEL: func.func @input(
// CHECK: %[[COTANGENT:.*]] = tensor.pad %{{.*}} low[0, 1, 1, 0] high[0, 1, 1, 0]
// CHECK: linalg.conv_2d_nhwc_hwcf {{.*}}ins(%[[COTANGENT]], %{{.*}} : tensor<1x10x10x4xf32>, tensor<3x3x4x3xf32>)
// CHECK-SAME: -> tensor<1x8x8x3xf32>
func.func @input(%g: tensor<1x8x8x4xf32>, %w: tensor<3x3x3x4xf32>) -> tensor<1x8x8x3xf32> {
  %0 = "pock.conv2d_input_grad"(%g, %w) {dilations = array<i64: 1, 1>, groups = 1, padding = array<i64: 1, 1>, strides = array<i64: 1, 1>} : (tensor<1x8x8x4xf32>, tensor<3x3x3x4xf32>) -> tensor<1x8x8x3xf32>
  return %0 : tensor<1x8x8x3xf32>
}

// With strides: a dense convolution of stride 1 for the rows and columns of each phase, which are then interleaved. The
// cotangent is never spread with zeros.
// CHECK-LABEL: func.func @strided_input(
// CHECK-NOT: strides = dense<2>
// CHECK: linalg.matmul
// CHECK: linalg.conv_2d_nhwc_hwcf {{.*}} tensor<2x2x4x3xf32>)
// CHECK: linalg.generic {{.*}} outs(%{{.*}} : tensor<1x8x2x8x2x3xf32>)
// CHECK: tensor.collapse_shape {{.*}} into tensor<1x16x16x3xf32>
func.func @strided_input(%g: tensor<1x8x8x4xf32>, %w: tensor<3x3x3x4xf32>) -> tensor<1x16x16x3xf32> {
  %0 = "pock.conv2d_input_grad"(%g, %w) {dilations = array<i64: 1, 1>, groups = 1, padding = array<i64: 1, 1>, strides = array<i64: 2, 2>} : (tensor<1x8x8x4xf32>, tensor<3x3x3x4xf32>) -> tensor<1x16x16x3xf32>
  return %0 : tensor<1x16x16x3xf32>
}

// The gradient of the weight is a product of matrices for every tap, each copied right before its product. The image is
// padded by a row more than for the convolution, with whose image it would else be one, and held from there on.
// CHECK-LABEL: func.func @weight(
// CHECK-NOT: linalg.conv
// CHECK: tensor.pad %{{.*}} low[0, 1, 1, 0] high[0, 2, 1, 0]
// CHECK: tensor.extract_slice
// CHECK-NOT: tensor.extract_slice
// CHECK-COUNT-9: linalg.matmul {{.*}} -> tensor<3x4xf32>
// CHECK: tensor.concat dim(0)
func.func @weight(%g: tensor<1x8x8x4xf32>, %x: tensor<1x8x8x3xf32>) -> tensor<3x3x3x4xf32> {
  %0 = "pock.conv2d_weight_grad"(%g, %x) {dilations = array<i64: 1, 1>, groups = 1, padding = array<i64: 1, 1>, strides = array<i64: 1, 1>} : (tensor<1x8x8x4xf32>, tensor<1x8x8x3xf32>) -> tensor<3x3x3x4xf32>
  return %0 : tensor<3x3x3x4xf32>
}

// CHECK-LABEL: func.func @depthwise_weight(
// CHECK-NOT: linalg.conv
// CHECK: linalg.generic {{.*}}iterator_types = ["reduction", "reduction", "reduction", "parallel"]
func.func @depthwise_weight(%g: tensor<1x8x8x4xf32>, %x: tensor<1x8x8x4xf32>) -> tensor<3x3x1x4xf32> {
  %0 = "pock.conv2d_weight_grad"(%g, %x) {dilations = array<i64: 1, 1>, groups = 4, padding = array<i64: 1, 1>, strides = array<i64: 1, 1>} : (tensor<1x8x8x4xf32>, tensor<1x8x8x4xf32>) -> tensor<3x3x1x4xf32>
  return %0 : tensor<3x3x1x4xf32>
}

// What is named is taken.
// CHECK-LABEL: func.func @input_named_patches(
// CHECK-NOT: linalg.conv
// CHECK: linalg.matmul {{.*}}ins(%{{.*}} : tensor<16x4xf32>, tensor<12x4xf32>)
// CHECK-NOT: linalg.matmul
func.func @input_named_patches(%g: tensor<1x4x4x4xf32>, %x: tensor<2x2x3x4xf32>) -> tensor<1x8x8x3xf32> {
  %0 = "pock.conv2d_input_grad"(%g, %x) {dilations = array<i64: 1, 1>, groups = 1, padding = array<i64: 0, 0>, strides = array<i64: 2, 2>, pock.lowering = "patches"} : (tensor<1x4x4x4xf32>, tensor<2x2x3x4xf32>) -> tensor<1x8x8x3xf32>
  return %0 : tensor<1x8x8x3xf32>
}
// CHECK-LABEL: func.func @input_named_per_tap(
// CHECK-NOT: linalg.conv
// CHECK-COUNT-9: linalg.matmul
// CHECK-NOT: linalg.matmul
func.func @input_named_per_tap(%g: tensor<1x6x6x4xf32>, %x: tensor<3x3x3x4xf32>) -> tensor<1x8x8x3xf32> {
  %0 = "pock.conv2d_input_grad"(%g, %x) {dilations = array<i64: 1, 1>, groups = 1, padding = array<i64: 0, 0>, strides = array<i64: 1, 1>, pock.lowering = "per-tap"} : (tensor<1x6x6x4xf32>, tensor<3x3x3x4xf32>) -> tensor<1x8x8x3xf32>
  return %0 : tensor<1x8x8x3xf32>
}
// CHECK-LABEL: func.func @input_named_convolution(
// CHECK-NOT: linalg.matmul
// CHECK: linalg.conv_2d_nhwc_hwcf {{.*}} tensor<3x3x4x3xf32>)
func.func @input_named_convolution(%g: tensor<1x6x1x4xf32>, %x: tensor<3x3x3x4xf32>) -> tensor<1x8x3x3xf32> {
  %0 = "pock.conv2d_input_grad"(%g, %x) {dilations = array<i64: 1, 1>, groups = 1, padding = array<i64: 0, 0>, strides = array<i64: 1, 1>, pock.lowering = "convolution"} : (tensor<1x6x1x4xf32>, tensor<3x3x3x4xf32>) -> tensor<1x8x3x3xf32>
  return %0 : tensor<1x8x3x3xf32>
}
// CHECK-LABEL: func.func @input_named_depthwise_per_tap(
// CHECK-NOT: linalg.depthwise
// CHECK-COUNT-9: arith.mulf
func.func @input_named_depthwise_per_tap(%g: tensor<1x6x6x3xf32>, %x: tensor<3x3x1x3xf32>) -> tensor<1x8x8x3xf32> {
  %0 = "pock.conv2d_input_grad"(%g, %x) {dilations = array<i64: 1, 1>, groups = 3, padding = array<i64: 0, 0>, strides = array<i64: 1, 1>, pock.lowering = "depthwise-per-tap"} : (tensor<1x6x6x3xf32>, tensor<3x3x1x3xf32>) -> tensor<1x8x8x3xf32>
  return %0 : tensor<1x8x8x3xf32>
}
// CHECK-LABEL: func.func @input_named_depthwise_convolution(
// CHECK: linalg.depthwise_conv_2d_nhwc_hwc {{.*}} tensor<3x3x3xf32>)
func.func @input_named_depthwise_convolution(%g: tensor<1x6x6x3xf32>, %x: tensor<3x3x1x3xf32>) -> tensor<1x8x8x3xf32> {
  %0 = "pock.conv2d_input_grad"(%g, %x) {dilations = array<i64: 1, 1>, groups = 3, padding = array<i64: 0, 0>, strides = array<i64: 1, 1>, pock.lowering = "depthwise-convolution"} : (tensor<1x6x6x3xf32>, tensor<3x3x1x3xf32>) -> tensor<1x8x8x3xf32>
  return %0 : tensor<1x8x8x3xf32>
}
// CHECK-LABEL: func.func @weight_named_patches(
// CHECK: linalg.matmul {{.*}} -> tensor<12x4xf32>
// CHECK-NOT: linalg.matmul
func.func @weight_named_patches(%g: tensor<1x4x4x4xf32>, %x: tensor<1x8x8x3xf32>) -> tensor<2x2x3x4xf32> {
  %0 = "pock.conv2d_weight_grad"(%g, %x) {dilations = array<i64: 1, 1>, groups = 1, padding = array<i64: 0, 0>, strides = array<i64: 2, 2>, pock.lowering = "patches"} : (tensor<1x4x4x4xf32>, tensor<1x8x8x3xf32>) -> tensor<2x2x3x4xf32>
  return %0 : tensor<2x2x3x4xf32>
}
// CHECK-LABEL: func.func @weight_named_per_tap(
// CHECK-COUNT-4: linalg.matmul {{.*}} -> tensor<3x4xf32>
// CHECK-NOT: linalg.matmul
func.func @weight_named_per_tap(%g: tensor<1x4x4x4xf32>, %x: tensor<1x8x8x3xf32>) -> tensor<2x2x3x4xf32> {
  %0 = "pock.conv2d_weight_grad"(%g, %x) {dilations = array<i64: 1, 1>, groups = 1, padding = array<i64: 0, 0>, strides = array<i64: 2, 2>, pock.lowering = "per-tap"} : (tensor<1x4x4x4xf32>, tensor<1x8x8x3xf32>) -> tensor<2x2x3x4xf32>
  return %0 : tensor<2x2x3x4xf32>
}
// CHECK-LABEL: func.func @weight_named_per_tap_of_groups(
// CHECK-COUNT-9: linalg.batch_matmul {{.*}} -> tensor<3x1x1xf32>
func.func @weight_named_per_tap_of_groups(%g: tensor<1x6x6x3xf32>, %x: tensor<1x8x8x3xf32>) -> tensor<3x3x1x3xf32> {
  %0 = "pock.conv2d_weight_grad"(%g, %x) {dilations = array<i64: 1, 1>, groups = 3, padding = array<i64: 0, 0>, strides = array<i64: 1, 1>, pock.lowering = "per-tap"} : (tensor<1x6x6x3xf32>, tensor<1x8x8x3xf32>) -> tensor<3x3x1x3xf32>
  return %0 : tensor<3x3x1x3xf32>
}
// CHECK-LABEL: func.func @weight_named_depthwise_per_tap(
// CHECK-NOT: linalg.batch_matmul
// CHECK: iterator_types = ["reduction", "reduction", "reduction", "parallel"]
func.func @weight_named_depthwise_per_tap(%g: tensor<1x6x6x3xf32>, %x: tensor<1x8x8x3xf32>) -> tensor<3x3x1x3xf32> {
  %0 = "pock.conv2d_weight_grad"(%g, %x) {dilations = array<i64: 1, 1>, groups = 3, padding = array<i64: 0, 0>, strides = array<i64: 1, 1>, pock.lowering = "depthwise-per-tap"} : (tensor<1x6x6x3xf32>, tensor<1x8x8x3xf32>) -> tensor<3x3x1x3xf32>
  return %0 : tensor<3x3x1x3xf32>
}
