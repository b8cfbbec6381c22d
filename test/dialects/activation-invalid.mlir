// RUN: pock-opt %s --split-input-file --verify-diagnostics

func.func @relu_of_integers(%x: tensor<2xi32>) {
  // expected-error @+1 {{'pock.relu' op expects x of a floating-point type, got element type i32}}
  %0 = "pock.relu"(%x) : (tensor<2xi32>) -> tensor<2xi32>
  return
}
// -----
func.func @relu_changes_shape(%x: tensor<2xf32>) {
  // expected-error @+1 {{'pock.relu' op expects x and result of the same type, got tensor<2xf32> and tensor<3xf32>}}
  %0 = "pock.relu"(%x) : (tensor<2xf32>) -> tensor<3xf32>
  return
}
// -----
func.func @sigmoid_of_integers(%x: tensor<2xi32>) {
  // expected-error @+1 {{'pock.sigmoid' op expects x of a floating-point type, got element type i32}}
  %0 = "pock.sigmoid"(%x) : (tensor<2xi32>) -> tensor<2xi32>
  return
}
// -----
func.func @sigmoid_changes_type(%x: tensor<2xf32>) {
  // expected-error @+1 {{'pock.sigmoid' op expects x and result of the same type, got tensor<2xf32> and tensor<2xf64>}}
  %0 = "pock.sigmoid"(%x) : (tensor<2xf32>) -> tensor<2xf64>
  return
}
// -----
func.func @silu_of_integers(%x: tensor<2xi1>) {
  // expected-error @+1 {{'pock.silu' op expects x of a floating-point type, got element type i1}}
  %0 = "pock.silu"(%x) : (tensor<2xi1>) -> tensor<2xi1>
  return
}
// -----
func.func @silu_changes_shape(%x: tensor<2xf32>) {
  // expected-error @+1 {{'pock.silu' op expects x and result of the same type, got tensor<2xf32> and tensor<2x1xf32>}}
  %0 = "pock.silu"(%x) : (tensor<2xf32>) -> tensor<2x1xf32>
  return
}
// -----
func.func @gelu_of_integers(%x: tensor<2xi64>) {
  // expected-error @+1 {{'pock.gelu' op expects x of a floating-point type, got element type i64}}
  %0 = "pock.gelu"(%x) {approximate = "none"} : (tensor<2xi64>) -> tensor<2xi64>
  return
}
// -----
func.func @gelu_changes_shape(%x: tensor<2xf32>) {
  // expected-error @+1 {{'pock.gelu' op expects x and result of the same type, got tensor<2xf32> and tensor<3xf32>}}
  %0 = "pock.gelu"(%x) {approximate = "none"} : (tensor<2xf32>) -> tensor<3xf32>
  return
}
// -----
func.func @gelu_form(%x: tensor<2xf32>) {
  // expected-error @+1 {{'pock.gelu' op attribute 'approximate' must be one of none, tanh, got 'erf'}}
  %0 = "pock.gelu"(%x) {approximate = "erf"} : (tensor<2xf32>) -> tensor<2xf32>
  return
}
// -----
func.func @relu_with_negative_limit(%x: tensor<2xf32>) {
  // expected-error @+1 {{'pock.relu' op attribute 'limit' must be a positive floating-point number, got -1.000000e+00 : f64}}
  %0 = "pock.relu"(%x) {limit = -1.0} : (tensor<2xf32>) -> tensor<2xf32>
  return
}
