// RUN: pock-opt %s --split-input-file --verify-diagnostics

func.func @integers(%x: tensor<2xi32>) {
  // expected-error @+1 {{'pock.with_slope' op expects value of a floating-point type, got element type i32}}
  %0 = "pock.with_slope"(%x, %x, %x) : (tensor<2xi32>, tensor<2xi32>, tensor<2xi32>) -> tensor<2xi32>
  return
}
// -----
func.func @slope_of_another_type(%x: tensor<2xf32>, %slope: tensor<3xf32>) {
  // expected-error @+1 {{'pock.with_slope' op expects value and slope of the same type, got tensor<2xf32> and tensor<3xf32>}}
  %0 = "pock.with_slope"(%x, %x, %slope) : (tensor<2xf32>, tensor<2xf32>, tensor<3xf32>) -> tensor<2xf32>
  return
}
