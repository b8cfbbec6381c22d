// RUN: pock-opt %s --pock-autodiff | FileCheck %s

// The gradient of x is the slope's and that of the value.
// CHECK: %[[X:.*]] = "pock.read"
// CHECK: %[[VALUE:.*]] = arith.addf %[[X]], %[[X]]
// CHECK: %[[G:.*]] = arith.constant dense<1.000000e+00>
// CHECK: %[[BY_SLOPE:.*]] = arith.mulf %[[G]], %[[X]]
// CHECK: %[[ONCE:.*]] = arith.addf %[[BY_SLOPE]], %[[G]]
// CHECK: %[[TWICE:.*]] = arith.addf %[[ONCE]], %[[G]]
// CHECK: "pock.gradient"(%[[TWICE]]) {parameter = @x}
"pock.parameter"() {kind = "parameter", sym_name = "x", type = tensor<f32>, update = "full"} : () -> ()
func.func @train_step() -> tensor<f32> {
  %x = "pock.read"() {symbol = @x} : () -> tensor<f32>
  %value = arith.addf %x, %x : tensor<f32>
  %y = "pock.with_slope"(%value, %x, %x) : (tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<f32>
  return %y : tensor<f32>
}
