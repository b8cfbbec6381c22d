// RUN: pock-opt %s --pock-choose-lowerings | FileCheck %s

// What has several lowerings names one.
// CHECK-LABEL: func.func @convolutions(
func.func @convolutions(%x: tensor<1x8x8x4xf32>, %w: tensor<3x3x4x4xf32>, %patch: tensor<2x2x4x4xf32>, %line: tensor<1x3x4x4xf32>) -> (tensor<1x6x6x4xf32>, tensor<1x4x4x4xf32>, tensor<1x8x6x4xf32>) {
  // CHECK: "pock.conv2d"{{.*}}pock.lowering = "convolution"
  %0 = "pock.conv2d"(%x, %w) {dilations = array<i64: 1, 1>, groups = 1, padding = array<i64: 0, 0>, strides = array<i64: 1, 1>} : (tensor<1x8x8x4xf32>, tensor<3x3x4x4xf32>) -> tensor<1x6x6x4xf32>
  // CHECK: "pock.conv2d"{{.*}}pock.lowering = "patches"
  %1 = "pock.conv2d"(%x, %patch) {dilations = array<i64: 1, 1>, groups = 1, padding = array<i64: 0, 0>, strides = array<i64: 2, 2>} : (tensor<1x8x8x4xf32>, tensor<2x2x4x4xf32>) -> tensor<1x4x4x4xf32>
  // CHECK: "pock.conv2d"{{.*}}pock.lowering = "per-tap"
  %2 = "pock.conv2d"(%x, %line) {dilations = array<i64: 1, 1>, groups = 1, padding = array<i64: 0, 0>, strides = array<i64: 1, 1>} : (tensor<1x8x8x4xf32>, tensor<1x3x4x4xf32>) -> tensor<1x8x6x4xf32>
  return %0, %1, %2 : tensor<1x6x6x4xf32>, tensor<1x4x4x4xf32>, tensor<1x8x6x4xf32>
}

// CHECK-LABEL: func.func @depthwise(
func.func @depthwise(%x: tensor<1x8x8x4xf32>, %w: tensor<3x3x1x4xf32>, %g: tensor<1x6x6x4xf32>) -> (tensor<1x6x6x4xf32>, tensor<1x8x8x4xf32>, tensor<3x3x1x4xf32>) {
  // CHECK: "pock.conv2d"{{.*}}pock.lowering = "depthwise-convolution"
  %0 = "pock.conv2d"(%x, %w) {dilations = array<i64: 1, 1>, groups = 4, padding = array<i64: 0, 0>, strides = array<i64: 1, 1>} : (tensor<1x8x8x4xf32>, tensor<3x3x1x4xf32>) -> tensor<1x6x6x4xf32>
  // CHECK: "pock.conv2d_input_grad"{{.*}}pock.lowering = "depthwise-convolution"
  %1 = "pock.conv2d_input_grad"(%g, %w) {dilations = array<i64: 1, 1>, groups = 4, padding = array<i64: 0, 0>, strides = array<i64: 1, 1>} : (tensor<1x6x6x4xf32>, tensor<3x3x1x4xf32>) -> tensor<1x8x8x4xf32>
  // CHECK: "pock.conv2d_weight_grad"{{.*}}pock.lowering = "depthwise-per-tap"
  %2 = "pock.conv2d_weight_grad"(%g, %x) {dilations = array<i64: 1, 1>, groups = 4, padding = array<i64: 0, 0>, strides = array<i64: 1, 1>} : (tensor<1x6x6x4xf32>, tensor<1x8x8x4xf32>) -> tensor<3x3x1x4xf32>
  return %0, %1, %2 : tensor<1x6x6x4xf32>, tensor<1x8x8x4xf32>, tensor<3x3x1x4xf32>
}

// With few columns, products for every tap; with strides, the columns of one phase count.
// CHECK-LABEL: func.func @few_columns(
func.func @few_columns(%x: tensor<1x8x6x4xf32>, %w: tensor<3x3x4x4xf32>, %narrow: tensor<1x6x2x4xf32>, %strided: tensor<1x3x4x4xf32>) -> (tensor<1x6x4x4xf32>, tensor<1x8x4x4xf32>, tensor<1x7x9x4xf32>) {
  // CHECK: "pock.conv2d"{{.*}}pock.lowering = "per-tap"
  %0 = "pock.conv2d"(%x, %w) {dilations = array<i64: 1, 1>, groups = 1, padding = array<i64: 0, 0>, strides = array<i64: 1, 1>} : (tensor<1x8x6x4xf32>, tensor<3x3x4x4xf32>) -> tensor<1x6x4x4xf32>
  // CHECK: "pock.conv2d_input_grad"{{.*}}pock.lowering = "per-tap"
  %1 = "pock.conv2d_input_grad"(%narrow, %w) {dilations = array<i64: 1, 1>, groups = 1, padding = array<i64: 0, 0>, strides = array<i64: 1, 1>} : (tensor<1x6x2x4xf32>, tensor<3x3x4x4xf32>) -> tensor<1x8x4x4xf32>
  // CHECK: "pock.conv2d_input_grad"{{.*}}pock.lowering = "convolution"
  %2 = "pock.conv2d_input_grad"(%strided, %w) {dilations = array<i64: 1, 1>, groups = 1, padding = array<i64: 0, 0>, strides = array<i64: 2, 2>} : (tensor<1x3x4x4xf32>, tensor<3x3x4x4xf32>) -> tensor<1x7x9x4xf32>
  return %0, %1, %2 : tensor<1x6x4x4xf32>, tensor<1x8x4x4xf32>, tensor<1x7x9x4xf32>
}

// CHECK-LABEL: func.func @others(
func.func @others(%a: tensor<1x2x3xf32>, %b: tensor<1x3x4xf32>, %x: tensor<5x3x4xf32>) -> (tensor<1x2x4xf32>, tensor<5x3x4xf32>, tensor<5x3x4xf32>) {
  // CHECK: "pock.matmul"{{.*}}pock.lowering = "matmul"
  %0 = "pock.matmul"(%a, %b) {transpose_lhs = false, transpose_rhs = false} : (tensor<1x2x3xf32>, tensor<1x3x4xf32>) -> tensor<1x2x4xf32>
  // CHECK: "pock.normalize"{{.*}}pock.lowering = "at-once"
  %1:3 = "pock.normalize"(%x) {dims = array<i64: 1, 2>, eps = 1.0e-5} : (tensor<5x3x4xf32>) -> (tensor<5x3x4xf32>, tensor<5xf32>, tensor<5xf32>)
  // CHECK: "pock.normalize"{{.*}}pock.lowering = "in-two-sums"
  %2:3 = "pock.normalize"(%x) {dims = array<i64: 0, 1>, eps = 1.0e-5} : (tensor<5x3x4xf32>) -> (tensor<5x3x4xf32>, tensor<4xf32>, tensor<4xf32>)
  return %0, %1#0, %2#0 : tensor<1x2x4xf32>, tensor<5x3x4xf32>, tensor<5x3x4xf32>
}

// What is named stays; what has one lowering that applies names none.
// CHECK-LABEL: func.func @kept(
func.func @kept(%a: tensor<2x3xf32>, %b: tensor<3x4xf32>, %stack: tensor<2x2x3xf32>, %other: tensor<2x3x4xf32>) -> (tensor<2x4xf32>, tensor<2x2x4xf32>, tensor<2x3xf32>) {
  // CHECK: "pock.matmul"{{.*}}pock.lowering = "batch-matmul"
  %0 = "pock.matmul"(%a, %b) {transpose_lhs = false, transpose_rhs = false, pock.lowering = "batch-matmul"} : (tensor<2x3xf32>, tensor<3x4xf32>) -> tensor<2x4xf32>
  // CHECK-NOT: pock.lowering
  %1 = "pock.matmul"(%stack, %other) {transpose_lhs = false, transpose_rhs = false} : (tensor<2x2x3xf32>, tensor<2x3x4xf32>) -> tensor<2x2x4xf32>
  %2 = "pock.relu"(%a) : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return %0, %1, %2 : tensor<2x4xf32>, tensor<2x2x4xf32>, tensor<2x3xf32>
}
