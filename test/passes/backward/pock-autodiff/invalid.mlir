// RUN: pock-opt %s --split-input-file --verify-diagnostics --pock-autodiff

"pock.parameter"() {kind = "parameter", sym_name = "w", type = tensor<f32>, update = "full"} : () -> ()
func.func @train_step() -> tensor<f32> {
  %0 = "pock.read"() {symbol = @w} : () -> tensor<f32>
  // expected-error @+1 {{'math.atan' op has no gradient rule}}
  %1 = math.atan %0 : tensor<f32>
  return %1 : tensor<f32>
}
// -----
// All of them are found, those that stand behind another included, but for what leads to nothing trained.
"pock.parameter"() {kind = "parameter", sym_name = "w", type = tensor<f32>, update = "full"} : () -> ()
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
"pock.parameter"() {kind = "parameter", sym_name = "w", type = tensor<2xf32>, update = "full"} : () -> ()
func.func @train_step() -> tensor<2xf32> {
  %0 = "pock.read"() {symbol = @w} : () -> tensor<2xf32>
  // expected-error @+1 {{expects the function to return a scalar loss first}}
  return %0 : tensor<2xf32>
}
// -----
"pock.parameter"() {kind = "parameter", sym_name = "w", type = tensor<f32>, update = "full"} : () -> ()
func.func @train_step() {
  // expected-error @+1 {{expects the function to return a scalar loss first}}
  return
}
// -----
"pock.parameter"() {kind = "parameter", sym_name = "w", type = tensor<f32>, update = "full"} : () -> ()
func.func @train_step(%x: tensor<f32>) -> tensor<f32> {
  %0 = "pock.read"() {symbol = @w} : () -> tensor<f32>
  %1 = "pock.stop_gradient"(%0) : (tensor<f32>) -> tensor<f32>
  %2 = arith.mulf %x, %1 : tensor<f32>
  // expected-error @+1 {{the loss does not depend on any trained parameter: nothing would be learned}}
  return %2 : tensor<f32>
}
// -----
"pock.parameter"() {kind = "parameter", sym_name = "w", type = tensor<f32>, update = "frozen"} : () -> ()
// expected-error @+1 {{no parameter is trained: the scheme leaves nothing to differentiate for}}
func.func @train_step() -> tensor<f32> {
  %0 = "pock.read"() {symbol = @w} : () -> tensor<f32>
  return %0 : tensor<f32>
}
// -----
// expected-error @+1 {{the module has no function 'train_step'}}
module {
  "pock.parameter"() {kind = "parameter", sym_name = "w", type = tensor<f32>, update = "full"} : () -> ()
}
// -----
// A rule takes the cotangent of the first result: one of a later result is an error, not dropped.
"pock.parameter"() {kind = "parameter", sym_name = "w", type = tensor<2x8xf32>, update = "full"} : () -> ()
func.func @train_step() -> tensor<f32> {
  %0 = "pock.read"() {symbol = @w} : () -> tensor<2x8xf32>
  // expected-error @+1 {{result 2 of 'pock.normalize' op leads to the loss, only its first has a gradient rule}}
  %1:3 = "pock.normalize"(%0) {dims = array<i64: 1>, eps = 1.0e-5 : f64} : (tensor<2x8xf32>) -> (tensor<2x8xf32>, tensor<2xf32>, tensor<2xf32>)
  %2 = arith.mulf %1#0, %1#0 : tensor<2x8xf32>
  %3 = "pock.reduce"(%2) {dims = array<i64: 0, 1>, kind = "sum"} : (tensor<2x8xf32>) -> tensor<f32>
  %4 = "pock.reduce"(%1#2) {dims = array<i64: 0>, kind = "sum"} : (tensor<2xf32>) -> tensor<f32>
  %5 = arith.addf %3, %4 : tensor<f32>
  return %5 : tensor<f32>
}
// -----
// Also where the first is not used, and where what is before has no rule either.
"pock.parameter"() {kind = "parameter", sym_name = "w", type = tensor<8xf32>, update = "full"} : () -> ()
func.func @train_step() -> tensor<f32> {
  %0 = "pock.read"() {symbol = @w} : () -> tensor<8xf32>
  // expected-error @+1 {{'math.atan' op has no gradient rule}}
  %1 = math.atan %0 : tensor<8xf32>
  // expected-error @+1 {{result 1 of 'pock.normalize' op leads to the loss, only its first has a gradient rule}}
  %2:3 = "pock.normalize"(%1) {dims = array<i64: 0>, eps = 1.0e-5 : f64} : (tensor<8xf32>) -> (tensor<8xf32>, tensor<f32>, tensor<f32>)
  return %2#1 : tensor<f32>
}
// -----
// What does not lead to the loss, such as the statistics that a step keeps, is in nobody's way.
"pock.parameter"() {kind = "parameter", sym_name = "w", type = tensor<8xf32>, update = "full"} : () -> ()
"pock.parameter"() {kind = "buffer", sym_name = "mean", type = tensor<f32>, update = "frozen"} : () -> ()
func.func @train_step() -> tensor<f32> {
  %0 = "pock.read"() {symbol = @w} : () -> tensor<8xf32>
  %1:3 = "pock.normalize"(%0) {dims = array<i64: 0>, eps = 1.0e-5 : f64} : (tensor<8xf32>) -> (tensor<8xf32>, tensor<f32>, tensor<f32>)
  "pock.assign"(%1#1) {symbol = @mean} : (tensor<f32>) -> ()
  %2 = arith.mulf %1#0, %1#0 : tensor<8xf32>
  %3 = "pock.reduce"(%2) {dims = array<i64: 0>, kind = "sum"} : (tensor<8xf32>) -> tensor<f32>
  return %3 : tensor<f32>
}
