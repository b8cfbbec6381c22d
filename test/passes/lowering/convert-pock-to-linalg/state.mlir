// RUN: pock-opt %s --convert-pock-to-linalg | FileCheck %s

// What only computes is lowered, state is left to convert-pock-state.
// CHECK: "pock.parameter"
"pock.parameter"() {kind = "parameter", sym_name = "w", type = tensor<2xf32>, update = "full"} : () -> ()
// CHECK: "pock.state"
"pock.state"() {init = 0.0, sym_name = "s", type = tensor<2xf32>} : () -> ()
// CHECK-LABEL: func.func @f(
// CHECK-NEXT: %[[W:.*]] = "pock.read"
// CHECK-NEXT: "pock.assign"(%[[W]])
// CHECK-NEXT: "pock.update"
// CHECK: "pock.yield"
// CHECK: return %[[W]]
func.func @f() -> tensor<2xf32> {
  %0 = "pock.read"() {symbol = @w} : () -> tensor<2xf32>
  %1 = "pock.stop_gradient"(%0) : (tensor<2xf32>) -> tensor<2xf32>
  %2 = "pock.zero_gradient"(%1) : (tensor<2xf32>) -> tensor<2xf32>
  "pock.assign"(%2) {symbol = @s} : (tensor<2xf32>) -> ()
  "pock.update"() ({
  ^bb0(%w: f32):
    "pock.yield"(%w) : (f32) -> ()
  }) {operandSegmentSizes = array<i32: 0, 0>, states = [@w]} : () -> ()
  return %1 : tensor<2xf32>
}
