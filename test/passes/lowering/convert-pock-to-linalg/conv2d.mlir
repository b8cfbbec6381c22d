// RUN: pock-opt %s --convert-pock-to-linalg | FileCheck %s

// The padding is explicit, the convolution a named op.
// CHECK-LABEL: func.func @padded(
// CHECK: %[[IMAGE:.*]] = tensor.pad %{{.*}} low[0, 1, 1, 0] high[0, 1, 1, 0]
// CHECK: linalg.conv_2d_nhwc_hwcf {{.*}}ins(%[[IMAGE]], %{{.*}} : tensor<1x10x10x3xf32>, tensor<3x3x3x4xf32>)
// CHECK-SAME: -> tensor<1x8x8x4xf32>
func.func @padded(%x: tensor<1x8x8x3xf32>, %w: tensor<3x3x3x4xf32>) -> tensor<1x8x8x4xf32> {
  %0 = "pock.conv2d"(%x, %w) {dilations = array<i64: 1, 1>, groups = 1, padding = array<i64: 1, 1>, strides = array<i64: 1, 1>} : (tensor<1x8x8x3xf32>, tensor<3x3x3x4xf32>) -> tensor<1x8x8x4xf32>
  return %0 : tensor<1x8x8x4xf32>
}

// CHECK-LABEL: func.func @strided_and_dilated(
// CHECK: linalg.conv_2d_nhwc_hwcf {dilations = dense<[1, 2]> : tensor<2xi64>, strides = dense<[2, 1]> : tensor<2xi64>}
func.func @strided_and_dilated(%x: tensor<1x9x12x3xf32>, %w: tensor<3x3x3x4xf32>) -> tensor<1x4x8x4xf32> {
  %0 = "pock.conv2d"(%x, %w) {dilations = array<i64: 1, 2>, groups = 1, padding = array<i64: 0, 0>, strides = array<i64: 2, 1>} : (tensor<1x9x12x3xf32>, tensor<3x3x3x4xf32>) -> tensor<1x4x8x4xf32>
  return %0 : tensor<1x4x8x4xf32>
}

// A kernel of one tap is a product of matrices, and so are patches side by side.
// CHECK-LABEL: func.func @pointwise(
// CHECK-NOT: linalg.conv
// CHECK: linalg.matmul {{.*}}ins(%{{.*}} : tensor<64x3xf32>, tensor<3x4xf32>)
func.func @pointwise(%x: tensor<1x8x8x3xf32>, %w: tensor<1x1x3x4xf32>) -> tensor<1x8x8x4xf32> {
  %0 = "pock.conv2d"(%x, %w) {dilations = array<i64: 1, 1>, groups = 1, padding = array<i64: 0, 0>, strides = array<i64: 1, 1>} : (tensor<1x8x8x3xf32>, tensor<1x1x3x4xf32>) -> tensor<1x8x8x4xf32>
  return %0 : tensor<1x8x8x4xf32>
}
// CHECK-LABEL: func.func @patches(
// CHECK-NOT: linalg.conv
// CHECK: linalg.matmul {{.*}}ins(%{{.*}} : tensor<16x12xf32>, tensor<12x4xf32>)
func.func @patches(%x: tensor<1x8x8x3xf32>, %w: tensor<2x2x3x4xf32>) -> tensor<1x4x4x4xf32> {
  %0 = "pock.conv2d"(%x, %w) {dilations = array<i64: 1, 1>, groups = 1, padding = array<i64: 0, 0>, strides = array<i64: 2, 2>} : (tensor<1x8x8x3xf32>, tensor<2x2x3x4xf32>) -> tensor<1x4x4x4xf32>
  return %0 : tensor<1x4x4x4xf32>
}

// Few columns: a product for every tap.
// CHECK-LABEL: func.func @few_columns(
// CHECK-NOT: linalg.conv
// CHECK-COUNT-9: linalg.matmul
// CHECK-NOT: linalg.matmul
func.func @few_columns(%x: tensor<1x8x4x3xf32>, %w: tensor<3x3x3x4xf32>) -> tensor<1x6x2x4xf32> {
  %0 = "pock.conv2d"(%x, %w) {dilations = array<i64: 1, 1>, groups = 1, padding = array<i64: 0, 0>, strides = array<i64: 1, 1>} : (tensor<1x8x4x3xf32>, tensor<3x3x3x4xf32>) -> tensor<1x6x2x4xf32>
  return %0 : tensor<1x6x2x4xf32>
}

// CHECK-LABEL: func.func @depthwise(
// CHECK: linalg.depthwise_conv_2d_nhwc_hwc
func.func @depthwise(%x: tensor<1x8x8x3xf32>, %w: tensor<3x3x1x3xf32>) -> tensor<1x8x8x3xf32> {
  %0 = "pock.conv2d"(%x, %w) {dilations = array<i64: 1, 1>, groups = 3, padding = array<i64: 1, 1>, strides = array<i64: 1, 1>} : (tensor<1x8x8x3xf32>, tensor<3x3x1x3xf32>) -> tensor<1x8x8x3xf32>
  return %0 : tensor<1x8x8x3xf32>
}

// Large groups: a convolution for each.
// CHECK-LABEL: func.func @grouped(
// CHECK-COUNT-2: linalg.conv_2d_nhwc_hwcf
// CHECK: tensor.concat dim(3)
func.func @grouped(%x: tensor<1x8x8x64xf32>, %w: tensor<3x3x32x64xf32>) -> tensor<1x8x8x64xf32> {
  %0 = "pock.conv2d"(%x, %w) {dilations = array<i64: 1, 1>, groups = 2, padding = array<i64: 1, 1>, strides = array<i64: 1, 1>} : (tensor<1x8x8x64xf32>, tensor<3x3x32x64xf32>) -> tensor<1x8x8x64xf32>
  return %0 : tensor<1x8x8x64xf32>
}

// What is named is taken.
// CHECK-LABEL: func.func @named_per_tap(
// CHECK-NOT: linalg.conv
// CHECK-COUNT-4: linalg.matmul {{.*}}ins(%{{.*}} : tensor<16x3xf32>, tensor<3x4xf32>)
// CHECK-NOT: linalg.matmul
func.func @named_per_tap(%x: tensor<1x8x8x3xf32>, %w: tensor<2x2x3x4xf32>) -> tensor<1x4x4x4xf32> {
  %0 = "pock.conv2d"(%x, %w) {dilations = array<i64: 1, 1>, groups = 1, padding = array<i64: 0, 0>, strides = array<i64: 2, 2>, pock.lowering = "per-tap"} : (tensor<1x8x8x3xf32>, tensor<2x2x3x4xf32>) -> tensor<1x4x4x4xf32>
  return %0 : tensor<1x4x4x4xf32>
}
// CHECK-LABEL: func.func @named_convolution(
// CHECK: linalg.conv_2d_nhwc_hwcf {{.*}} tensor<2x2x3x4xf32>)
func.func @named_convolution(%x: tensor<1x8x8x3xf32>, %w: tensor<2x2x3x4xf32>) -> tensor<1x4x4x4xf32> {
  %0 = "pock.conv2d"(%x, %w) {dilations = array<i64: 1, 1>, groups = 1, padding = array<i64: 0, 0>, strides = array<i64: 2, 2>, pock.lowering = "convolution"} : (tensor<1x8x8x3xf32>, tensor<2x2x3x4xf32>) -> tensor<1x4x4x4xf32>
  return %0 : tensor<1x4x4x4xf32>
}
// CHECK-LABEL: func.func @named_patches(
// CHECK-NOT: linalg.conv
// CHECK: linalg.matmul {{.*}}ins(%{{.*}} : tensor<16x12xf32>, tensor<12x4xf32>)
func.func @named_patches(%x: tensor<1x8x8x3xf32>, %w: tensor<2x2x3x4xf32>) -> tensor<1x4x4x4xf32> {
  %0 = "pock.conv2d"(%x, %w) {dilations = array<i64: 1, 1>, groups = 1, padding = array<i64: 0, 0>, strides = array<i64: 2, 2>, pock.lowering = "patches"} : (tensor<1x8x8x3xf32>, tensor<2x2x3x4xf32>) -> tensor<1x4x4x4xf32>
  return %0 : tensor<1x4x4x4xf32>
}
// CHECK-LABEL: func.func @named_depthwise_per_tap(
// CHECK-NOT: linalg.conv
// CHECK-NOT: linalg.depthwise
// CHECK: linalg.generic {{.*}}iterator_types = ["parallel", "parallel", "parallel", "parallel"]
// CHECK-COUNT-9: arith.mulf
func.func @named_depthwise_per_tap(%x: tensor<1x8x8x3xf32>, %w: tensor<3x3x1x3xf32>) -> tensor<1x6x6x3xf32> {
  %0 = "pock.conv2d"(%x, %w) {dilations = array<i64: 1, 1>, groups = 3, padding = array<i64: 0, 0>, strides = array<i64: 1, 1>, pock.lowering = "depthwise-per-tap"} : (tensor<1x8x8x3xf32>, tensor<3x3x1x3xf32>) -> tensor<1x6x6x3xf32>
  return %0 : tensor<1x6x6x3xf32>
}
// CHECK-LABEL: func.func @named_depthwise_convolution(
// CHECK: linalg.depthwise_conv_2d_nhwc_hwc {{.*}} tensor<1x3x3xf32>)
func.func @named_depthwise_convolution(%x: tensor<1x8x8x3xf32>, %w: tensor<1x3x1x3xf32>) -> tensor<1x8x6x3xf32> {
  %0 = "pock.conv2d"(%x, %w) {dilations = array<i64: 1, 1>, groups = 3, padding = array<i64: 0, 0>, strides = array<i64: 1, 1>, pock.lowering = "depthwise-convolution"} : (tensor<1x8x8x3xf32>, tensor<1x3x1x3xf32>) -> tensor<1x8x6x3xf32>
  return %0 : tensor<1x8x6x3xf32>
}
// Groups are merged into one here, with zeros between them.
// CHECK-LABEL: func.func @named_convolution_of_groups(
// CHECK: linalg.conv_2d_nhwc_hwcf {{.*}} tensor<3x3x3x3xf32>)
func.func @named_convolution_of_groups(%x: tensor<1x8x8x3xf32>, %w: tensor<3x3x1x3xf32>) -> tensor<1x6x6x3xf32> {
  %0 = "pock.conv2d"(%x, %w) {dilations = array<i64: 1, 1>, groups = 3, padding = array<i64: 0, 0>, strides = array<i64: 1, 1>, pock.lowering = "convolution"} : (tensor<1x8x8x3xf32>, tensor<3x3x1x3xf32>) -> tensor<1x6x6x3xf32>
  return %0 : tensor<1x6x6x3xf32>
}
// CHECK-LABEL: func.func @named_per_tap_of_groups(
// CHECK-NOT: linalg.conv
// CHECK-COUNT-9: linalg.matmul {{.*}} tensor<3x3xf32>)
// CHECK-NOT: linalg.matmul
func.func @named_per_tap_of_groups(%x: tensor<1x8x8x3xf32>, %w: tensor<3x3x1x3xf32>) -> tensor<1x6x6x3xf32> {
  %0 = "pock.conv2d"(%x, %w) {dilations = array<i64: 1, 1>, groups = 3, padding = array<i64: 0, 0>, strides = array<i64: 1, 1>, pock.lowering = "per-tap"} : (tensor<1x8x8x3xf32>, tensor<3x3x1x3xf32>) -> tensor<1x6x6x3xf32>
  return %0 : tensor<1x6x6x3xf32>
}
