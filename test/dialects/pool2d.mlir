// RUN: pock-opt %s | pock-opt | FileCheck %s
// RUN: pock-opt %s --emit-bytecode | pock-opt | FileCheck %s

// CHECK-LABEL: func.func @maximum
func.func @maximum(%image: tensor<1x5x4x3xf32>, %g: tensor<1x2x2x3xf32>) -> (tensor<1x2x2x3xf32>, tensor<1x5x4x3xf32>) {
  // CHECK: "pock.max_pool2d"(%{{.*}}) {dilations = array<i64: 1, 1>, kernel = array<i64: 2, 2>, padding = array<i64: 0, 0>, strides = array<i64: 2, 2>} : (tensor<1x5x4x3xf32>) -> tensor<1x2x2x3xf32>
  %0 = "pock.max_pool2d"(%image) {dilations = array<i64: 1, 1>, kernel = array<i64: 2, 2>, padding = array<i64: 0, 0>, strides = array<i64: 2, 2>} : (tensor<1x5x4x3xf32>) -> tensor<1x2x2x3xf32>
  // CHECK: "pock.max_pool2d_grad"(%{{.*}}, %{{.*}}) {{.*}} : (tensor<1x2x2x3xf32>, tensor<1x5x4x3xf32>) -> tensor<1x5x4x3xf32>
  %1 = "pock.max_pool2d_grad"(%g, %image) {dilations = array<i64: 1, 1>, kernel = array<i64: 2, 2>, padding = array<i64: 0, 0>, strides = array<i64: 2, 2>} : (tensor<1x2x2x3xf32>, tensor<1x5x4x3xf32>) -> tensor<1x5x4x3xf32>
  return %0, %1 : tensor<1x2x2x3xf32>, tensor<1x5x4x3xf32>
}

// CHECK-LABEL: func.func @average
func.func @average(%image: tensor<1x5x4x3xf32>, %g: tensor<1x2x2x3xf32>) -> (tensor<1x2x2x3xf32>, tensor<1x5x4x3xf32>) {
  // CHECK: "pock.avg_pool2d"(%{{.*}}) {count_include_pad = true, dilations = array<i64: 1, 1>, kernel = array<i64: 2, 2>, padding = array<i64: 0, 0>, strides = array<i64: 2, 2>} : (tensor<1x5x4x3xf32>) -> tensor<1x2x2x3xf32>
  %0 = "pock.avg_pool2d"(%image) {count_include_pad = true, dilations = array<i64: 1, 1>, kernel = array<i64: 2, 2>, padding = array<i64: 0, 0>, strides = array<i64: 2, 2>} : (tensor<1x5x4x3xf32>) -> tensor<1x2x2x3xf32>
  // CHECK: "pock.avg_pool2d_grad"(%{{.*}}) {count_include_pad = false, {{.*}}} : (tensor<1x2x2x3xf32>) -> tensor<1x5x4x3xf32>
  %1 = "pock.avg_pool2d_grad"(%g) {count_include_pad = false, dilations = array<i64: 1, 1>, kernel = array<i64: 2, 2>, padding = array<i64: 0, 0>, strides = array<i64: 2, 2>} : (tensor<1x2x2x3xf32>) -> tensor<1x5x4x3xf32>
  return %0, %1 : tensor<1x2x2x3xf32>, tensor<1x5x4x3xf32>
}

// Of five rows windows of two, two apart, have two positions, or three where sizes are rounded up.
// CHECK-LABEL: func.func @rounded_up
func.func @rounded_up(%image: tensor<1x5x4x3xf32>) -> tensor<1x3x2x3xf32> {
  // CHECK: "pock.max_pool2d"({{.*}}) -> tensor<1x3x2x3xf32>
  %0 = "pock.max_pool2d"(%image) {dilations = array<i64: 1, 1>, kernel = array<i64: 2, 2>, padding = array<i64: 0, 0>, strides = array<i64: 2, 2>} : (tensor<1x5x4x3xf32>) -> tensor<1x3x2x3xf32>
  return %0 : tensor<1x3x2x3xf32>
}
