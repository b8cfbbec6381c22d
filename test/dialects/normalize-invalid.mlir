// RUN: pock-opt %s --split-input-file --verify-diagnostics

func.func @integers(%x: tensor<2x3xi32>) {
  // expected-error @+1 {{'pock.normalize' op expects x of a floating-point type, got element type i32}}
  %0:3 = "pock.normalize"(%x) {dims = array<i64: 1>, eps = 1.0e-5} : (tensor<2x3xi32>) -> (tensor<2x3xi32>, tensor<2xi32>, tensor<2xi32>)
  return
}
// -----
func.func @result(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{'pock.normalize' op expects x and result of the same type, got tensor<2x3xf32> and tensor<3x2xf32>}}
  %0:3 = "pock.normalize"(%x) {dims = array<i64: 1>, eps = 1.0e-5} : (tensor<2x3xf32>) -> (tensor<3x2xf32>, tensor<2xf32>, tensor<2xf32>)
  return
}
// -----
func.func @no_dims(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{'pock.normalize' op attribute 'dims' must be one or more increasing dimensions of tensor<2x3xf32>, got []}}
  %0:3 = "pock.normalize"(%x) {dims = array<i64>, eps = 1.0e-5} : (tensor<2x3xf32>) -> (tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>)
  return
}
// -----
func.func @dims_out_of_range(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{'pock.normalize' op attribute 'dims' must be one or more increasing dimensions of tensor<2x3xf32>, got [1, 2]}}
  %0:3 = "pock.normalize"(%x) {dims = array<i64: 1, 2>, eps = 1.0e-5} : (tensor<2x3xf32>) -> (tensor<2x3xf32>, tensor<2xf32>, tensor<2xf32>)
  return
}
// -----
func.func @mean_shape(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{'pock.normalize' op shape of mean [2, 1] is not [2]}}
  %0:3 = "pock.normalize"(%x) {dims = array<i64: 1>, eps = 1.0e-5} : (tensor<2x3xf32>) -> (tensor<2x3xf32>, tensor<2x1xf32>, tensor<2xf32>)
  return
}
// -----
func.func @variance_element_type(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{'pock.normalize' op expects results of one element type, got f32 and f64}}
  %0:3 = "pock.normalize"(%x) {dims = array<i64: 1>, eps = 1.0e-5} : (tensor<2x3xf32>) -> (tensor<2x3xf32>, tensor<2xf32>, tensor<2xf64>)
  return
}
