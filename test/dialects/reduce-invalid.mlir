// RUN: pock-opt %s --split-input-file --verify-diagnostics

func.func @kind(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{'pock.reduce' op attribute 'kind' must be one of sum, max, min, got 'mean'}}
  %0 = "pock.reduce"(%x) {dims = array<i64: 1>, kind = "mean"} : (tensor<2x3xf32>) -> tensor<2xf32>
  return
}
// -----
func.func @dims_are_no_array(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{'pock.reduce' op attribute 'dims' must be an array<i64>, got 1}}
  %0 = "pock.reduce"(%x) {dims = 1, kind = "sum"} : (tensor<2x3xf32>) -> tensor<2xf32>
  return
}
// -----
func.func @negative(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{'pock.reduce' op attribute 'dims' must be at least 0, got [-1]}}
  %0 = "pock.reduce"(%x) {dims = array<i64: -1>, kind = "sum"} : (tensor<2x3xf32>) -> tensor<2xf32>
  return
}
// -----
func.func @order(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{'pock.reduce' op attribute 'dims' must be increasing dimensions of tensor<2x3xf32>, got [1, 0]}}
  %0 = "pock.reduce"(%x) {dims = array<i64: 1, 0>, kind = "sum"} : (tensor<2x3xf32>) -> tensor<f32>
  return
}
// -----
func.func @no_such_dim(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{'pock.reduce' op attribute 'dims' must be increasing dimensions of tensor<2x3xf32>, got [2]}}
  %0 = "pock.reduce"(%x) {dims = array<i64: 2>, kind = "sum"} : (tensor<2x3xf32>) -> tensor<2xf32>
  return
}
// -----
func.func @result_shape(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{'pock.reduce' op result shape [2, 1] is not [2]}}
  %0 = "pock.reduce"(%x) {dims = array<i64: 1>, kind = "sum"} : (tensor<2x3xf32>) -> tensor<2x1xf32>
  return
}
// -----
func.func @element_type(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{'pock.reduce' op expects x and result of one element type, got f32 and f64}}
  %0 = "pock.reduce"(%x) {dims = array<i64: 1>, kind = "sum"} : (tensor<2x3xf32>) -> tensor<2xf64>
  return
}
