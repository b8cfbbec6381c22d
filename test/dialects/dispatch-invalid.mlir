// RUN: pock-opt %s --split-input-file --verify-diagnostics

func.func @kind() {
  // expected-error @+1 {{'pock.dispatch' op attribute 'kind' must be one of contraction, window, scatter, reduction, update, elementwise, move, got 'loop'}}
  "pock.dispatch"() ({
  ^bb0:
  }) {kind = "loop", resultSegmentSizes = array<i32: 0, 0, 0, 0, 0, 0, 0, 0>} : () -> ()
  return
}
// -----
func.func @segments(%x: tensor<4xf32>) {
  // expected-error @+1 {{'pock.dispatch' op attribute 'resultSegmentSizes' must give the numbers of}}
  %0 = "pock.dispatch"() ({
    "pock.output"(%x) : (tensor<4xf32>) -> ()
  }) {kind = "move"} : () -> tensor<4xf32>
  return
}
// -----
func.func @outputs(%x: tensor<4xf32>) {
  // expected-error @+1 {{'pock.dispatch' op expects an output for each result (tensor<2xf32>), got tensor<4xf32>}}
  %0 = "pock.dispatch"() ({
    "pock.output"(%x) : (tensor<4xf32>) -> ()
  }) {kind = "move", resultSegmentSizes = array<i32: 1, 0, 0, 0, 0, 0, 0, 0>} : () -> tensor<2xf32>
  return
}
// -----
func.func @no_output(%x: tensor<4xf32>) {
  // expected-error @+1 {{'pock.dispatch' op expects an output for each result (tensor<4xf32>), got none}}
  %0 = "pock.dispatch"() ({
    %1 = arith.addf %x, %x : tensor<4xf32>
  }) {kind = "move", resultSegmentSizes = array<i32: 1, 0, 0, 0, 0, 0, 0, 0>} : () -> tensor<4xf32>
  return
}
// -----
"pock.parameter"() {kind = "parameter", sym_name = "w", type = tensor<4xf32>, update = "full"} : () -> ()
func.func @reads() {
  // expected-error @+1 {{'pock.dispatch' op expects no 'pock.read' inside}}
  %0 = "pock.dispatch"() ({
    %1 = "pock.read"() {symbol = @w} : () -> tensor<4xf32>
    "pock.output"(%1) : (tensor<4xf32>) -> ()
  }) {kind = "move", resultSegmentSizes = array<i32: 1, 0, 0, 0, 0, 0, 0, 0>} : () -> tensor<4xf32>
  return
}
// -----
func.func @output_elsewhere(%x: tensor<4xf32>) {
  // expected-error @+1 {{'pock.output' op expects parent op 'pock.dispatch'}}
  "pock.output"(%x) : (tensor<4xf32>) -> ()
  return
}
