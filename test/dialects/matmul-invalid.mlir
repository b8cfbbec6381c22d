// RUN: pock-opt %s --split-input-file --verify-diagnostics

func.func @flag(%a: tensor<2x3xf32>, %b: tensor<3x4xf32>) {
  // expected-error @+1 {{'pock.matmul' op attribute 'transpose_rhs' must be a bool, got 0}}
  %0 = "pock.matmul"(%a, %b) {transpose_lhs = false, transpose_rhs = 0} : (tensor<2x3xf32>, tensor<3x4xf32>) -> tensor<2x4xf32>
  return
}
// -----
func.func @vectors(%a: tensor<3xf32>) {
  // expected-error @+1 {{'pock.matmul' op expects operands of one rank, at least 2, got tensor<3xf32> and tensor<3xf32>}}
  %0 = "pock.matmul"(%a, %a) {transpose_lhs = false, transpose_rhs = false} : (tensor<3xf32>, tensor<3xf32>) -> tensor<f32>
  return
}
// -----
func.func @ranks(%a: tensor<5x2x3xf32>, %b: tensor<3x4xf32>) {
  // expected-error @+1 {{'pock.matmul' op expects operands of one rank, at least 2, got tensor<5x2x3xf32> and tensor<3x4xf32>}}
  %0 = "pock.matmul"(%a, %b) {transpose_lhs = false, transpose_rhs = false} : (tensor<5x2x3xf32>, tensor<3x4xf32>) -> tensor<5x2x4xf32>
  return
}
// -----
func.func @batch(%a: tensor<5x2x3xf32>, %b: tensor<1x3x4xf32>) {
  // expected-error @+1 {{'pock.matmul' op batch dimensions differ: [5] and [1]}}
  %0 = "pock.matmul"(%a, %b) {transpose_lhs = false, transpose_rhs = false} : (tensor<5x2x3xf32>, tensor<1x3x4xf32>) -> tensor<5x2x4xf32>
  return
}
// -----
func.func @contracting(%a: tensor<2x3xf32>, %b: tensor<3x4xf32>) {
  // expected-error @+1 {{'pock.matmul' op contracting dimensions differ: 3 and 4}}
  %0 = "pock.matmul"(%a, %b) {transpose_lhs = false, transpose_rhs = true} : (tensor<2x3xf32>, tensor<3x4xf32>) -> tensor<2x3xf32>
  return
}
// -----
func.func @result_shape(%a: tensor<2x3xf32>, %b: tensor<3x4xf32>) {
  // expected-error @+1 {{'pock.matmul' op result shape [4, 2] is not [2, 4]}}
  %0 = "pock.matmul"(%a, %b) {transpose_lhs = false, transpose_rhs = false} : (tensor<2x3xf32>, tensor<3x4xf32>) -> tensor<4x2xf32>
  return
}
// -----
func.func @operand_element_types(%a: tensor<2x3xf32>, %b: tensor<3x4xf64>) {
  // expected-error @+1 {{'pock.matmul' op expects operands and result of one element type, got f32 and f64}}
  %0 = "pock.matmul"(%a, %b) {transpose_lhs = false, transpose_rhs = false} : (tensor<2x3xf32>, tensor<3x4xf64>) -> tensor<2x4xf32>
  return
}
// -----
func.func @result_element_type(%a: tensor<2x3xf32>, %b: tensor<3x4xf32>) {
  // expected-error @+1 {{'pock.matmul' op expects operands and result of one element type, got f32 and f64}}
  %0 = "pock.matmul"(%a, %b) {transpose_lhs = false, transpose_rhs = false} : (tensor<2x3xf32>, tensor<3x4xf32>) -> tensor<2x4xf64>
  return
}
