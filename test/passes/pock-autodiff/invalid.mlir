// RUN: pock-opt %s --split-input-file --verify-diagnostics --pock-autodiff

"pock.parameter"() {kind = "parameter", sym_name = "w", trained = true, type = tensor<f32>} : () -> ()
func.func @train_step() -> tensor<f32> {
  %0 = "pock.read"() {symbol = @w} : () -> tensor<f32>
  // expected-error @+1 {{'math.atan' op has no gradient rule}}
  %1 = math.atan %0 : tensor<f32>
  return %1 : tensor<f32>
}
// -----
// All of them are found, those that stand behind another included, but for what leads to nothing trained.
"pock.parameter"() {kind = "parameter", sym_name = "w", trained = true, type = tensor<f32>} : () -> ()
func.func @train_step(%x: tensor<f32>) -> tensor<f32> {
  %0 = "pock.read"() {symbol = @w} : () -> tensor<f32>
  // expected-error @+1 {{'math.atan' op has no gradient rule}}
  %1 = math.atan %0 : tensor<f32>
  %2 = arith.mulf %1, %0 : tensor<f32>
  %3 = math.atan %x : tensor<f32>
  // expected-error @+1 {{'math.atan2' op has no gradient rule}}
  %4 = math.atan2 %2, %3 : tensor<f32>
  return %4 : tensor<f32>
}
// -----
"pock.parameter"() {kind = "parameter", sym_name = "w", trained = true, type = tensor<2xf32>} : () -> ()
func.func @train_step() -> tensor<2xf32> {
  %0 = "pock.read"() {symbol = @w} : () -> tensor<2xf32>
  // expected-error @+1 {{expects the function to return a scalar loss first}}
  return %0 : tensor<2xf32>
}
// -----
"pock.parameter"() {kind = "parameter", sym_name = "w", trained = true, type = tensor<f32>} : () -> ()
func.func @train_step() {
  // expected-error @+1 {{expects the function to return a scalar loss first}}
  return
}
// -----
"pock.parameter"() {kind = "parameter", sym_name = "w", trained = true, type = tensor<f32>} : () -> ()
func.func @train_step(%x: tensor<f32>) -> tensor<f32> {
  %0 = "pock.read"() {symbol = @w} : () -> tensor<f32>
  %1 = "pock.stop_gradient"(%0) : (tensor<f32>) -> tensor<f32>
  %2 = arith.mulf %x, %1 : tensor<f32>
  // expected-error @+1 {{the loss does not depend on any trained parameter: nothing would be learned}}
  return %2 : tensor<f32>
}
// -----
"pock.parameter"() {kind = "parameter", sym_name = "w", trained = false, type = tensor<f32>} : () -> ()
// expected-error @+1 {{no parameter is trained: the scheme leaves nothing to differentiate for}}
func.func @train_step() -> tensor<f32> {
  %0 = "pock.read"() {symbol = @w} : () -> tensor<f32>
  return %0 : tensor<f32>
}
// -----
// expected-error @+1 {{the module has no function 'train_step'}}
module {
  "pock.parameter"() {kind = "parameter", sym_name = "w", trained = true, type = tensor<f32>} : () -> ()
}
