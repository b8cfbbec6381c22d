// RUN: pock-opt %s --split-input-file --verify-diagnostics

func.func @float_indices(%table: tensor<9x4xf32>, %indices: tensor<2xf32>) {
  // expected-error @+1 {{'pock.embedding' op expects indices of an integer type, got element type f32}}
  %0 = "pock.embedding"(%table, %indices) : (tensor<9x4xf32>, tensor<2xf32>) -> tensor<2x4xf32>
  return
}
// -----
func.func @table_rank(%table: tensor<9xf32>, %indices: tensor<2xi64>) {
  // expected-error @+1 {{'pock.embedding' op expects a table of rank 2, got tensor<9xf32>}}
  %0 = "pock.embedding"(%table, %indices) : (tensor<9xf32>, tensor<2xi64>) -> tensor<2xf32>
  return
}
// -----
func.func @result_shape(%table: tensor<9x4xf32>, %indices: tensor<2xi64>) {
  // expected-error @+1 {{'pock.embedding' op result shape [2, 9] is not [2, 4]}}
  %0 = "pock.embedding"(%table, %indices) : (tensor<9x4xf32>, tensor<2xi64>) -> tensor<2x9xf32>
  return
}
// -----
func.func @element_type(%table: tensor<9x4xf32>, %indices: tensor<2xi64>) {
  // expected-error @+1 {{'pock.embedding' op expects table and result of one element type, got f32 and f64}}
  %0 = "pock.embedding"(%table, %indices) : (tensor<9x4xf32>, tensor<2xi64>) -> tensor<2x4xf64>
  return
}
// -----
func.func @padding_index(%table: tensor<9x4xf32>, %indices: tensor<2xi64>) {
  // expected-error @+1 {{'pock.embedding' op attribute 'padding_index' must be a row of the table, got 9}}
  %0 = "pock.embedding"(%table, %indices) {padding_index = 9} : (tensor<9x4xf32>, tensor<2xi64>) -> tensor<2x4xf32>
  return
}
// -----
func.func @grad_float_indices(%g: tensor<2x4xf32>, %indices: tensor<2xf32>) {
  // expected-error @+1 {{'pock.embedding_grad' op expects indices of an integer type, got element type f32}}
  %0 = "pock.embedding_grad"(%g, %indices) {padding_index = -1} : (tensor<2x4xf32>, tensor<2xf32>) -> tensor<9x4xf32>
  return
}
// -----
func.func @grad_cotangent_shape(%g: tensor<3x4xf32>, %indices: tensor<2xi64>) {
  // expected-error @+1 {{'pock.embedding_grad' op shape [3, 4] of the cotangent does not extend that of the indices, [2]}}
  %0 = "pock.embedding_grad"(%g, %indices) {padding_index = -1} : (tensor<3x4xf32>, tensor<2xi64>) -> tensor<9x4xf32>
  return
}
// -----
func.func @grad_result_shape(%g: tensor<2x4xf32>, %indices: tensor<2xi64>) {
  // expected-error @+1 {{'pock.embedding_grad' op result shape [4, 9] is not [rows, 4]}}
  %0 = "pock.embedding_grad"(%g, %indices) {padding_index = -1} : (tensor<2x4xf32>, tensor<2xi64>) -> tensor<4x9xf32>
  return
}
// -----
func.func @grad_element_type(%g: tensor<2x4xf32>, %indices: tensor<2xi64>) {
  // expected-error @+1 {{'pock.embedding_grad' op expects cotangent and result of one element type, got f32 and f64}}
  %0 = "pock.embedding_grad"(%g, %indices) {padding_index = -1} : (tensor<2x4xf32>, tensor<2xi64>) -> tensor<9x4xf64>
  return
}
// -----
func.func @grad_padding_index(%g: tensor<2x4xf32>, %indices: tensor<2xi64>) {
  // expected-error @+1 {{'pock.embedding_grad' op attribute 'padding_index' must be -1 or a row of the table, got -2}}
  %0 = "pock.embedding_grad"(%g, %indices) {padding_index = -2} : (tensor<2x4xf32>, tensor<2xi64>) -> tensor<9x4xf32>
  return
}
