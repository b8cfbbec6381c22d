// RUN: pock-opt %s --pock-insert-adagrad=initial-accumulator-value=0.5 | FileCheck %s
// RUN: pock-opt %s --pock-insert-adagrad=lr-decay=0.25 | FileCheck %s --check-prefix=DECAY

// s += g^2; w -= lr g / (sqrt(s) + eps). The sum starts where it is asked to, and no steps are counted.
// CHECK-NOT: sym_name = "step"
// CHECK: "pock.state"() {init = 5.000000e-01 : f64, parameter = @w, slot = "sum", sym_name = "sum.w", type = tensor<2xf32>}
// CHECK: %[[LR:.*]] = "pock.read"() {symbol = @lr}
// CHECK: "pock.update"(%arg0, %[[LR]]) ({
// CHECK-NEXT: ^bb0(%[[G:.*]]: f32, %[[L:.*]]: f32, %[[W:.*]]: f32, %[[S:.*]]: f32):
// CHECK: %[[GG:.*]] = arith.mulf %[[G]], %[[G]]
// CHECK: %[[SUM:.*]] = arith.addf %[[S]], %[[GG]]
// CHECK: %[[ROOT:.*]] = math.sqrt %[[SUM]]
// CHECK: %[[DENOMINATOR:.*]] = arith.addf %[[ROOT]], %{{.*}}
// CHECK: %[[DIRECTION:.*]] = arith.divf %[[G]], %[[DENOMINATOR]]
// CHECK: %[[CHANGE:.*]] = arith.mulf %[[L]], %[[DIRECTION]]
// CHECK: %[[NEW:.*]] = arith.subf %[[W]], %[[CHANGE]]
// CHECK: "pock.yield"(%[[NEW]], %[[SUM]])

// The rate of step t, from 1, is lr / (1 + (t - 1) decay).
// DECAY: %[[LR:.*]] = "pock.read"() {symbol = @lr}
// DECAY: %[[OLD:.*]] = "pock.read"() {symbol = @step}
// DECAY: %[[T:.*]] = arith.addf %[[OLD]], %{{.*}}
// DECAY: %[[BEFORE:.*]] = arith.addf %[[T]], %{{.*}}
// DECAY: %[[SLOWER:.*]] = arith.mulf %[[BEFORE]], %{{.*}}
// DECAY: %[[DIVISOR:.*]] = arith.addf %[[SLOWER]], %{{.*}}
// DECAY: %[[RATE:.*]] = arith.divf %[[LR]], %[[DIVISOR]]
// DECAY: states = [@step]
// DECAY: "pock.update"(%arg0, %[[RATE]])

"pock.parameter"() {kind = "parameter", sym_name = "w", type = tensor<2xf32>, update = "full"} : () -> ()
func.func @train_step(%x: tensor<2xf32>) {
  "pock.gradient"(%x) {parameter = @w} : (tensor<2xf32>) -> ()
  return
}
