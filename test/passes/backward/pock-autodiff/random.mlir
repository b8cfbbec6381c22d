// RUN: pock-opt %s --pock-autodiff | FileCheck %s

// The cotangent is dropped by the same draws: no mask is saved.
// CHECK-LABEL: func.func @train_step(
// CHECK-SAME: %[[T:.*]]: tensor<4xf32>, %[[SEED:.*]]: tensor<i32>, %[[STEP:.*]]: tensor<i32>)
// CHECK: "pock.dropout"(%{{.*}}, %[[SEED]], %[[STEP]]) {rate = 2.500000e-01 : f64, stream = 5 : i64}
// CHECK: "pock.broadcast"
// CHECK: %[[G:.*]] = arith.mulf %{{.*}}, %[[T]]
// CHECK: %[[DX:.*]] = "pock.dropout"(%[[G]], %[[SEED]], %[[STEP]]) {rate = 2.500000e-01 : f64, stream = 5 : i64}
// CHECK: "pock.gradient"(%[[DX]]) {parameter = @x}
"pock.parameter"() {kind = "parameter", sym_name = "x", type = tensor<4xf32>, update = "full"} : () -> ()
func.func @train_step(%t: tensor<4xf32>, %seed: tensor<i32>, %step: tensor<i32>) -> tensor<f32> {
  %x = "pock.read"() {symbol = @x} : () -> tensor<4xf32>
  %y = "pock.dropout"(%x, %seed, %step) {rate = 0.25, stream = 5} : (tensor<4xf32>, tensor<i32>, tensor<i32>) -> tensor<4xf32>
  %z = arith.mulf %y, %t : tensor<4xf32>
  %loss = "pock.reduce"(%z) {dims = array<i64: 0>, kind = "sum"} : (tensor<4xf32>) -> tensor<f32>
  return %loss : tensor<f32>
}
