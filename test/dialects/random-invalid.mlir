// RUN: pock-opt %s --split-input-file --verify-diagnostics

func.func @integers(%seed: tensor<i32>, %step: tensor<i32>) {
  // expected-error @+1 {{'pock.uniform' op expects result of a floating-point type, got element type i32}}
  %0 = "pock.uniform"(%seed, %step) {stream = 0} : (tensor<i32>, tensor<i32>) -> tensor<2xi32>
  return
}
// -----
func.func @seed(%seed: tensor<i64>, %step: tensor<i32>) {
  // expected-error @+1 {{'pock.uniform' op expects seed of type tensor<i32>, got tensor<i64>}}
  %0 = "pock.uniform"(%seed, %step) {stream = 0} : (tensor<i64>, tensor<i32>) -> tensor<2xf32>
  return
}
// -----
func.func @step(%x: tensor<2xf32>, %seed: tensor<i32>, %step: tensor<1xi32>) {
  // expected-error @+1 {{'pock.dropout' op expects step of type tensor<i32>, got tensor<1xi32>}}
  %0 = "pock.dropout"(%x, %seed, %step) {rate = 0.5, stream = 0} : (tensor<2xf32>, tensor<i32>, tensor<1xi32>) -> tensor<2xf32>
  return
}
// -----
func.func @stream(%seed: tensor<i32>, %step: tensor<i32>) {
  // expected-error @+1 {{'pock.uniform' op attribute 'stream' must not be negative, got -1}}
  %0 = "pock.uniform"(%seed, %step) {stream = -1} : (tensor<i32>, tensor<i32>) -> tensor<2xf32>
  return
}
// -----
func.func @rate(%x: tensor<2xf32>, %seed: tensor<i32>, %step: tensor<i32>) {
  // expected-error @+1 {{'pock.dropout' op attribute 'rate' must be in [0, 1), got 1.0}}
  %0 = "pock.dropout"(%x, %seed, %step) {rate = 1.0, stream = 0} : (tensor<2xf32>, tensor<i32>, tensor<i32>) -> tensor<2xf32>
  return
}
// -----
func.func @result(%x: tensor<2xf32>, %seed: tensor<i32>, %step: tensor<i32>) {
  // expected-error @+1 {{'pock.dropout' op expects x and result of the same type, got tensor<2xf32> and tensor<3xf32>}}
  %0 = "pock.dropout"(%x, %seed, %step) {rate = 0.5, stream = 0} : (tensor<2xf32>, tensor<i32>, tensor<i32>) -> tensor<3xf32>
  return
}
