// RUN: pock-opt %s --split-input-file --verify-diagnostics

func.func @integers(%image: tensor<1x3x3x1xi32>, %weight: tensor<3x3x1x1xi32>) {
  // expected-error @+1 {{'pock.conv2d' op expects image of a floating-point type, got element type i32}}
  %0 = "pock.conv2d"(%image, %weight) {dilations = array<i64: 1, 1>, groups = 1, padding = array<i64: 0, 0>, strides = array<i64: 1, 1>} : (tensor<1x3x3x1xi32>, tensor<3x3x1x1xi32>) -> tensor<1x1x1x1xi32>
  return
}
// -----
func.func @rank(%image: tensor<1x3x3x1xf32>, %weight: tensor<3x3x1xf32>) {
  // expected-error @+1 {{'pock.conv2d' op expects weight of rank 4, got tensor<3x3x1xf32>}}
  %0 = "pock.conv2d"(%image, %weight) {dilations = array<i64: 1, 1>, groups = 1, padding = array<i64: 0, 0>, strides = array<i64: 1, 1>} : (tensor<1x3x3x1xf32>, tensor<3x3x1xf32>) -> tensor<1x1x1x1xf32>
  return
}
// -----
func.func @strides_are_no_array(%image: tensor<1x3x3x1xf32>, %weight: tensor<3x3x1x1xf32>) {
  // expected-error @+1 {{'pock.conv2d' op attribute 'strides' must be an array<i64>, got [1, 1]}}
  %0 = "pock.conv2d"(%image, %weight) {dilations = array<i64: 1, 1>, groups = 1, padding = array<i64: 0, 0>, strides = [1, 1]} : (tensor<1x3x3x1xf32>, tensor<3x3x1x1xf32>) -> tensor<1x1x1x1xf32>
  return
}
// -----
func.func @one_padding(%image: tensor<1x3x3x1xf32>, %weight: tensor<3x3x1x1xf32>) {
  // expected-error @+1 {{'pock.conv2d' op attribute 'padding' must have 2 elements, got [0]}}
  %0 = "pock.conv2d"(%image, %weight) {dilations = array<i64: 1, 1>, groups = 1, padding = array<i64: 0>, strides = array<i64: 1, 1>} : (tensor<1x3x3x1xf32>, tensor<3x3x1x1xf32>) -> tensor<1x1x1x1xf32>
  return
}
// -----
func.func @no_stride(%image: tensor<1x3x3x1xf32>, %weight: tensor<3x3x1x1xf32>) {
  // expected-error @+1 {{'pock.conv2d' op attribute 'strides' must be at least 1, got [0, 1]}}
  %0 = "pock.conv2d"(%image, %weight) {dilations = array<i64: 1, 1>, groups = 1, padding = array<i64: 0, 0>, strides = array<i64: 0, 1>} : (tensor<1x3x3x1xf32>, tensor<3x3x1x1xf32>) -> tensor<1x1x1x1xf32>
  return
}
// -----
func.func @no_dilation(%image: tensor<1x3x3x1xf32>, %weight: tensor<3x3x1x1xf32>) {
  // expected-error @+1 {{'pock.conv2d' op attribute 'dilations' must be at least 1, got [1, 0]}}
  %0 = "pock.conv2d"(%image, %weight) {dilations = array<i64: 1, 0>, groups = 1, padding = array<i64: 0, 0>, strides = array<i64: 1, 1>} : (tensor<1x3x3x1xf32>, tensor<3x3x1x1xf32>) -> tensor<1x1x1x1xf32>
  return
}
// -----
func.func @negative_padding(%image: tensor<1x3x3x1xf32>, %weight: tensor<3x3x1x1xf32>) {
  // expected-error @+1 {{'pock.conv2d' op attribute 'padding' must be at least 0, got [-1, 0]}}
  %0 = "pock.conv2d"(%image, %weight) {dilations = array<i64: 1, 1>, groups = 1, padding = array<i64: -1, 0>, strides = array<i64: 1, 1>} : (tensor<1x3x3x1xf32>, tensor<3x3x1x1xf32>) -> tensor<1x1x1x1xf32>
  return
}
// -----
func.func @groups(%image: tensor<1x3x3x4xf32>, %weight: tensor<3x3x1x6xf32>) {
  // expected-error @+1 {{'pock.conv2d' op 4 groups do not divide 4 input and 6 output channels}}
  %0 = "pock.conv2d"(%image, %weight) {dilations = array<i64: 1, 1>, groups = 4, padding = array<i64: 0, 0>, strides = array<i64: 1, 1>} : (tensor<1x3x3x4xf32>, tensor<3x3x1x6xf32>) -> tensor<1x1x1x6xf32>
  return
}
// -----
func.func @no_groups(%image: tensor<1x3x3x4xf32>, %weight: tensor<3x3x1x4xf32>) {
  // expected-error @+1 {{'pock.conv2d' op 0 groups do not divide 4 input and 4 output channels}}
  %0 = "pock.conv2d"(%image, %weight) {dilations = array<i64: 1, 1>, groups = 0, padding = array<i64: 0, 0>, strides = array<i64: 1, 1>} : (tensor<1x3x3x4xf32>, tensor<3x3x1x4xf32>) -> tensor<1x1x1x4xf32>
  return
}
// -----
func.func @channels(%image: tensor<1x3x3x4xf32>, %weight: tensor<3x3x4x6xf32>) {
  // expected-error @+1 {{'pock.conv2d' op weight has 4 input channels per group, the image has 2}}
  %0 = "pock.conv2d"(%image, %weight) {dilations = array<i64: 1, 1>, groups = 2, padding = array<i64: 0, 0>, strides = array<i64: 1, 1>} : (tensor<1x3x3x4xf32>, tensor<3x3x4x6xf32>) -> tensor<1x1x1x6xf32>
  return
}
// -----
func.func @kernel(%image: tensor<1x3x3x1xf32>, %weight: tensor<3x3x1x1xf32>) {
  // expected-error @+1 {{'pock.conv2d' op kernel 3x3 is larger than the padded image of 3x3}}
  %0 = "pock.conv2d"(%image, %weight) {dilations = array<i64: 2, 1>, groups = 1, padding = array<i64: 0, 0>, strides = array<i64: 1, 1>} : (tensor<1x3x3x1xf32>, tensor<3x3x1x1xf32>) -> tensor<1x1x1x1xf32>
  return
}
// -----
func.func @output_shape(%image: tensor<1x3x3x1xf32>, %weight: tensor<3x3x1x2xf32>) {
  // expected-error @+1 {{'pock.conv2d' op shape of the convolution's output [1, 3, 3, 2] is not [1, 1, 1, 2]}}
  %0 = "pock.conv2d"(%image, %weight) {dilations = array<i64: 1, 1>, groups = 1, padding = array<i64: 0, 0>, strides = array<i64: 1, 1>} : (tensor<1x3x3x1xf32>, tensor<3x3x1x2xf32>) -> tensor<1x3x3x2xf32>
  return
}
// -----
func.func @element_types(%image: tensor<1x3x3x1xf32>, %weight: tensor<3x3x1x1xf64>) {
  // expected-error @+1 {{'pock.conv2d' op expects image, weight and output of one element type, got f32 and f64}}
  %0 = "pock.conv2d"(%image, %weight) {dilations = array<i64: 1, 1>, groups = 1, padding = array<i64: 0, 0>, strides = array<i64: 1, 1>} : (tensor<1x3x3x1xf32>, tensor<3x3x1x1xf64>) -> tensor<1x1x1x1xf32>
  return
}
// -----
func.func @input_grad(%g: tensor<1x2x2x1xf32>, %weight: tensor<3x3x1x1xf32>) {
  // expected-error @+1 {{'pock.conv2d_input_grad' op shape of the convolution's output [1, 2, 2, 1] is not [1, 1, 1, 1]}}
  %0 = "pock.conv2d_input_grad"(%g, %weight) {dilations = array<i64: 1, 1>, groups = 1, padding = array<i64: 0, 0>, strides = array<i64: 1, 1>} : (tensor<1x2x2x1xf32>, tensor<3x3x1x1xf32>) -> tensor<1x3x3x1xf32>
  return
}
// -----
func.func @weight_grad(%g: tensor<1x1x1x6xf32>, %image: tensor<1x3x3x4xf32>) {
  // expected-error @+1 {{'pock.conv2d_weight_grad' op weight has 4 input channels per group, the image has 2}}
  %0 = "pock.conv2d_weight_grad"(%g, %image) {dilations = array<i64: 1, 1>, groups = 2, padding = array<i64: 0, 0>, strides = array<i64: 1, 1>} : (tensor<1x1x1x6xf32>, tensor<1x3x3x4xf32>) -> tensor<3x3x4x6xf32>
  return
}
