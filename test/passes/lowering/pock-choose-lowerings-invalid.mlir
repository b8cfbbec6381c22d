// RUN: pock-opt %s --pock-choose-lowerings --split-input-file --verify-diagnostics
// RUN: pock-opt %s --convert-pock-to-linalg --split-input-file --verify-diagnostics

func.func @unknown(%a: tensor<2x3xf32>, %b: tensor<3x4xf32>) -> tensor<2x4xf32> {
  // expected-error @+1 {{'pock.matmul' op names lowering 'winograd', which does not exist: name one of matmul, batch-matmul}}
  %0 = "pock.matmul"(%a, %b) {transpose_lhs = false, transpose_rhs = false, pock.lowering = "winograd"} : (tensor<2x3xf32>, tensor<3x4xf32>) -> tensor<2x4xf32>
  return %0 : tensor<2x4xf32>
}
// -----
func.func @not_applicable(%x: tensor<1x8x8x3xf32>, %w: tensor<3x3x3x4xf32>) -> tensor<1x6x6x4xf32> {
  // expected-error @+1 {{'pock.conv2d' op names lowering 'patches', which does not apply here: name one of per-tap, convolution}}
  %0 = "pock.conv2d"(%x, %w) {dilations = array<i64: 1, 1>, groups = 1, padding = array<i64: 0, 0>, strides = array<i64: 1, 1>, pock.lowering = "patches"} : (tensor<1x8x8x3xf32>, tensor<3x3x3x4xf32>) -> tensor<1x6x6x4xf32>
  return %0 : tensor<1x6x6x4xf32>
}
// -----
func.func @single(%x: tensor<2xf32>) -> tensor<2xf32> {
  // expected-error @+1 {{'pock.relu' op has no alternatives: remove attribute 'pock.lowering' = 'fast'}}
  %0 = "pock.relu"(%x) {pock.lowering = "fast"} : (tensor<2xf32>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}
// -----
func.func @upstream(%x: tensor<2xf32>) -> tensor<2xf32> {
  // expected-error @+1 {{'arith.negf' op has no alternatives: remove attribute 'pock.lowering' = 'fast'}}
  %0 = arith.negf %x {pock.lowering = "fast"} : tensor<2xf32>
  return %0 : tensor<2xf32>
}
// -----
func.func @no_name(%a: tensor<2x3xf32>, %b: tensor<3x4xf32>) -> tensor<2x4xf32> {
  // expected-error @+1 {{'pock.matmul' op expects attribute 'pock.lowering' to be a string, got 1 : i64}}
  %0 = "pock.matmul"(%a, %b) {transpose_lhs = false, transpose_rhs = false, pock.lowering = 1} : (tensor<2x3xf32>, tensor<3x4xf32>) -> tensor<2x4xf32>
  return %0 : tensor<2x4xf32>
}
