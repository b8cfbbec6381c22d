// RUN: pock-opt %s --split-input-file --verify-diagnostics

func.func @integers(%image: tensor<1x4x4x3xi32>) {
  // expected-error @+1 {{'pock.max_pool2d' op expects image of a floating-point type, got element type i32}}
  %0 = "pock.max_pool2d"(%image) {dilations = array<i64: 1, 1>, kernel = array<i64: 2, 2>, padding = array<i64: 0, 0>, strides = array<i64: 2, 2>} : (tensor<1x4x4x3xi32>) -> tensor<1x2x2x3xi32>
  return
}
// -----
func.func @rank(%image: tensor<4x4x3xf32>) {
  // expected-error @+1 {{'pock.max_pool2d' op expects image of rank 4, got tensor<4x4x3xf32>}}
  %0 = "pock.max_pool2d"(%image) {dilations = array<i64: 1, 1>, kernel = array<i64: 2, 2>, padding = array<i64: 0, 0>, strides = array<i64: 2, 2>} : (tensor<4x4x3xf32>) -> tensor<2x2x3xf32>
  return
}
// -----
func.func @kernel_size(%image: tensor<1x4x4x3xf32>) {
  // expected-error @+1 {{'pock.max_pool2d' op attribute 'kernel' must have 2 elements, got [2]}}
  %0 = "pock.max_pool2d"(%image) {dilations = array<i64: 1, 1>, kernel = array<i64: 2>, padding = array<i64: 0, 0>, strides = array<i64: 2, 2>} : (tensor<1x4x4x3xf32>) -> tensor<1x2x2x3xf32>
  return
}
// -----
func.func @no_kernel(%image: tensor<1x4x4x3xf32>) {
  // expected-error @+1 {{'pock.max_pool2d' op attribute 'kernel' must be at least 1, got [2, 0]}}
  %0 = "pock.max_pool2d"(%image) {dilations = array<i64: 1, 1>, kernel = array<i64: 2, 0>, padding = array<i64: 0, 0>, strides = array<i64: 2, 2>} : (tensor<1x4x4x3xf32>) -> tensor<1x2x2x3xf32>
  return
}
// -----
func.func @padding(%image: tensor<1x4x4x3xf32>) {
  // expected-error @+1 {{'pock.max_pool2d' op padding [2, 0] is more than half of the kernel [2, 2]}}
  %0 = "pock.max_pool2d"(%image) {dilations = array<i64: 1, 1>, kernel = array<i64: 2, 2>, padding = array<i64: 2, 0>, strides = array<i64: 2, 2>} : (tensor<1x4x4x3xf32>) -> tensor<1x4x2x3xf32>
  return
}
// -----
func.func @element_type(%image: tensor<1x4x4x3xf32>) {
  // expected-error @+1 {{'pock.max_pool2d' op expects image and output of one element type, got f32 and f64}}
  %0 = "pock.max_pool2d"(%image) {dilations = array<i64: 1, 1>, kernel = array<i64: 2, 2>, padding = array<i64: 0, 0>, strides = array<i64: 2, 2>} : (tensor<1x4x4x3xf32>) -> tensor<1x2x2x3xf64>
  return
}
// -----
func.func @channels(%image: tensor<1x4x4x3xf32>) {
  // expected-error @+1 {{'pock.max_pool2d' op batch and channels of tensor<1x4x4x3xf32> and tensor<1x2x2x1xf32> differ}}
  %0 = "pock.max_pool2d"(%image) {dilations = array<i64: 1, 1>, kernel = array<i64: 2, 2>, padding = array<i64: 0, 0>, strides = array<i64: 2, 2>} : (tensor<1x4x4x3xf32>) -> tensor<1x2x2x1xf32>
  return
}
// -----
func.func @positions(%image: tensor<1x4x4x3xf32>) {
  // expected-error @+1 {{'pock.max_pool2d' op 3 positions along dimension 2, a kernel of 2 has 2}}
  %0 = "pock.max_pool2d"(%image) {dilations = array<i64: 1, 1>, kernel = array<i64: 2, 2>, padding = array<i64: 0, 0>, strides = array<i64: 2, 2>} : (tensor<1x4x4x3xf32>) -> tensor<1x2x3x3xf32>
  return
}
// -----
func.func @positions_rounded(%image: tensor<1x5x4x3xf32>) {
  // expected-error @+1 {{'pock.max_pool2d' op 1 positions along dimension 1, a kernel of 2 has 2 or 3}}
  %0 = "pock.max_pool2d"(%image) {dilations = array<i64: 1, 1>, kernel = array<i64: 2, 2>, padding = array<i64: 0, 0>, strides = array<i64: 2, 2>} : (tensor<1x5x4x3xf32>) -> tensor<1x1x2x3xf32>
  return
}
// -----
func.func @maximum_gradient_result(%image: tensor<1x4x4x3xf32>, %g: tensor<1x2x2x3xf32>) {
  // expected-error @+1 {{'pock.max_pool2d_grad' op expects image and result of the same type, got tensor<1x4x4x3xf32> and tensor<1x5x4x3xf32>}}
  %0 = "pock.max_pool2d_grad"(%g, %image) {dilations = array<i64: 1, 1>, kernel = array<i64: 2, 2>, padding = array<i64: 0, 0>, strides = array<i64: 2, 2>} : (tensor<1x2x2x3xf32>, tensor<1x4x4x3xf32>) -> tensor<1x5x4x3xf32>
  return
}
// -----
func.func @maximum_gradient_positions(%image: tensor<1x4x4x3xf32>, %g: tensor<1x1x2x3xf32>) {
  // expected-error @+1 {{'pock.max_pool2d_grad' op 1 positions along dimension 1, a kernel of 2 has 2}}
  %0 = "pock.max_pool2d_grad"(%g, %image) {dilations = array<i64: 1, 1>, kernel = array<i64: 2, 2>, padding = array<i64: 0, 0>, strides = array<i64: 2, 2>} : (tensor<1x1x2x3xf32>, tensor<1x4x4x3xf32>) -> tensor<1x4x4x3xf32>
  return
}
// -----
func.func @average_count(%image: tensor<1x4x4x3xf32>) {
  // expected-error @+1 {{'pock.avg_pool2d' op attribute 'count_include_pad' must be a bool, got "yes"}}
  %0 = "pock.avg_pool2d"(%image) {count_include_pad = "yes", dilations = array<i64: 1, 1>, kernel = array<i64: 2, 2>, padding = array<i64: 0, 0>, strides = array<i64: 2, 2>} : (tensor<1x4x4x3xf32>) -> tensor<1x2x2x3xf32>
  return
}
// -----
func.func @average_positions(%image: tensor<1x4x4x3xf32>) {
  // expected-error @+1 {{'pock.avg_pool2d' op 1 positions along dimension 1, a kernel of 2 has 2}}
  %0 = "pock.avg_pool2d"(%image) {count_include_pad = true, dilations = array<i64: 1, 1>, kernel = array<i64: 2, 2>, padding = array<i64: 0, 0>, strides = array<i64: 2, 2>} : (tensor<1x4x4x3xf32>) -> tensor<1x1x2x3xf32>
  return
}
// -----
func.func @average_gradient_count(%g: tensor<1x2x2x3xf32>) {
  // expected-error @+1 {{'pock.avg_pool2d_grad' op attribute 'count_include_pad' must be a bool, got 1}}
  %0 = "pock.avg_pool2d_grad"(%g) {count_include_pad = 1, dilations = array<i64: 1, 1>, kernel = array<i64: 2, 2>, padding = array<i64: 0, 0>, strides = array<i64: 2, 2>} : (tensor<1x2x2x3xf32>) -> tensor<1x4x4x3xf32>
  return
}
// -----
func.func @average_gradient_channels(%g: tensor<1x2x2x3xf32>) {
  // expected-error @+1 {{'pock.avg_pool2d_grad' op batch and channels of tensor<1x4x4x2xf32> and tensor<1x2x2x3xf32> differ}}
  %0 = "pock.avg_pool2d_grad"(%g) {count_include_pad = true, dilations = array<i64: 1, 1>, kernel = array<i64: 2, 2>, padding = array<i64: 0, 0>, strides = array<i64: 2, 2>} : (tensor<1x2x2x3xf32>) -> tensor<1x4x4x2xf32>
  return
}
