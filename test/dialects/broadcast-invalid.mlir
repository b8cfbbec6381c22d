// RUN: pock-opt %s --split-input-file --verify-diagnostics

func.func @other_size(%x: tensor<2xf32>) {
  // expected-error @+1 {{'pock.broadcast' op shape [2] does not broadcast to [2, 3]}}
  %0 = "pock.broadcast"(%x) : (tensor<2xf32>) -> tensor<2x3xf32>
  return
}
// -----
func.func @lower_rank(%x: tensor<1x3xf32>) {
  // expected-error @+1 {{'pock.broadcast' op shape [1, 3] does not broadcast to [3]}}
  %0 = "pock.broadcast"(%x) : (tensor<1x3xf32>) -> tensor<3xf32>
  return
}
// -----
func.func @to_size_one(%x: tensor<3xf32>) {
  // expected-error @+1 {{'pock.broadcast' op shape [3] does not broadcast to [1]}}
  %0 = "pock.broadcast"(%x) : (tensor<3xf32>) -> tensor<1xf32>
  return
}
// -----
func.func @element_type(%x: tensor<1xf32>) {
  // expected-error @+1 {{'pock.broadcast' op expects x and result of one element type, got f32 and f64}}
  %0 = "pock.broadcast"(%x) : (tensor<1xf32>) -> tensor<2xf64>
  return
}
