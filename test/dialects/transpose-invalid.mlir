// RUN: pock-opt %s --split-input-file --verify-diagnostics

func.func @size(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{'pock.transpose' op attribute 'permutation' must have 2 elements, got [0]}}
  %0 = "pock.transpose"(%x) {permutation = array<i64: 0>} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}
// -----
func.func @twice(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{'pock.transpose' op attribute 'permutation' must permute 2 dimensions, got [1, 1]}}
  %0 = "pock.transpose"(%x) {permutation = array<i64: 1, 1>} : (tensor<2x3xf32>) -> tensor<3x3xf32>
  return
}
// -----
func.func @result_shape(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{'pock.transpose' op result shape [2, 3] is not [3, 2]}}
  %0 = "pock.transpose"(%x) {permutation = array<i64: 1, 0>} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}
// -----
func.func @element_type(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{'pock.transpose' op expects x and result of one element type, got f32 and i32}}
  %0 = "pock.transpose"(%x) {permutation = array<i64: 1, 0>} : (tensor<2x3xf32>) -> tensor<3x2xi32>
  return
}
