// RUN: pock-opt %s --split-input-file --verify-diagnostics

func.func @integers(%x: tensor<2x3xi32>) {
  // expected-error @+1 {{'pock.softmax' op expects x of a floating-point type, got element type i32}}
  %0 = "pock.softmax"(%x) {dim = 1} : (tensor<2x3xi32>) -> tensor<2x3xi32>
  return
}
// -----
func.func @result(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{'pock.softmax' op expects x and result of the same type, got tensor<2x3xf32> and tensor<2xf32>}}
  %0 = "pock.softmax"(%x) {dim = 1} : (tensor<2x3xf32>) -> tensor<2xf32>
  return
}
// -----
func.func @no_such_dim(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{'pock.softmax' op attribute 'dim' must be a dimension of tensor<2x3xf32>, got 2}}
  %0 = "pock.softmax"(%x) {dim = 2} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}
// -----
func.func @log_of_integers(%x: tensor<2x3xi32>) {
  // expected-error @+1 {{'pock.log_softmax' op expects x of a floating-point type, got element type i32}}
  %0 = "pock.log_softmax"(%x) {dim = 1} : (tensor<2x3xi32>) -> tensor<2x3xi32>
  return
}
// -----
func.func @log_result(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{'pock.log_softmax' op expects x and result of the same type, got tensor<2x3xf32> and tensor<2x3xf64>}}
  %0 = "pock.log_softmax"(%x) {dim = 1} : (tensor<2x3xf32>) -> tensor<2x3xf64>
  return
}
// -----
func.func @log_negative_dim(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{'pock.log_softmax' op attribute 'dim' must be a dimension of tensor<2x3xf32>, got -1}}
  %0 = "pock.log_softmax"(%x) {dim = -1} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}
