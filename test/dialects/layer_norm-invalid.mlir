// RUN: pock-opt %s --split-input-file --verify-diagnostics

func.func @integers(%x: tensor<2x3xi32>) {
  // expected-error @+1 {{'pock.layer_norm' op expects x of a floating-point type, got element type i32}}
  %0:2 = "pock.layer_norm"(%x) {axes = 1, eps = 1.0e-5} : (tensor<2x3xi32>) -> (tensor<2x3xi32>, tensor<2xi32>)
  return
}
// -----
func.func @result(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{'pock.layer_norm' op expects x and result of the same type, got tensor<2x3xf32> and tensor<3x2xf32>}}
  %0:2 = "pock.layer_norm"(%x) {axes = 1, eps = 1.0e-5} : (tensor<2x3xf32>) -> (tensor<3x2xf32>, tensor<2xf32>)
  return
}
// -----
func.func @no_axes(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{'pock.layer_norm' op attribute 'axes' must be between 1 and the rank 2, got 0}}
  %0:2 = "pock.layer_norm"(%x) {axes = 0, eps = 1.0e-5} : (tensor<2x3xf32>) -> (tensor<2x3xf32>, tensor<2x3xf32>)
  return
}
// -----
func.func @too_many_axes(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{'pock.layer_norm' op attribute 'axes' must be between 1 and the rank 2, got 3}}
  %0:2 = "pock.layer_norm"(%x) {axes = 3, eps = 1.0e-5} : (tensor<2x3xf32>) -> (tensor<2x3xf32>, tensor<f32>)
  return
}
// -----
func.func @rstd_shape(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{'pock.layer_norm' op shape of rstd [2, 1] is not [2]}}
  %0:2 = "pock.layer_norm"(%x) {axes = 1, eps = 1.0e-5} : (tensor<2x3xf32>) -> (tensor<2x3xf32>, tensor<2x1xf32>)
  return
}
// -----
func.func @rstd_element_type(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{'pock.layer_norm' op expects results of one element type, got f32 and f64}}
  %0:2 = "pock.layer_norm"(%x) {axes = 1, eps = 1.0e-5} : (tensor<2x3xf32>) -> (tensor<2x3xf32>, tensor<2xf64>)
  return
}
