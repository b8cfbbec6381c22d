// RUN: pock-opt %s --pock-insert-lion | FileCheck %s
// RUN: pock-opt %s --pock-insert-lion=weight-decay=0.25 | FileCheck %s --check-prefix=DECAY

// The parameter moves by the learning rate in the direction of the sign of one moving average, which is 0 at 0; the
// one that is kept has the other decay rate.
// CHECK: "pock.state"() {init = 0.000000e+00 : f64, parameter = @w, slot = "exp_avg", sym_name = "exp_avg.w", type = tensor<2xf32>}
// CHECK: %[[LR:.*]] = "pock.read"() {symbol = @lr}
// CHECK: "pock.update"(%arg0, %[[LR]]) ({
// CHECK-NEXT: ^bb0(%[[G:.*]]: f32, %[[L:.*]]: f32, %[[W:.*]]: f32, %[[M:.*]]: f32):
// CHECK-DAG: %[[B1:.*]] = arith.constant 0.899999976
// CHECK-DAG: %[[OLD:.*]] = arith.mulf %[[B1]], %[[M]]
// CHECK: %[[MIX:.*]] = arith.addf %[[OLD]], %{{.*}}
// CHECK: %[[ABOVE:.*]] = arith.cmpf ogt, %[[MIX]], %[[ZERO:.*]] : f32
// CHECK: %[[UP:.*]] = arith.select %[[ABOVE]], %[[ONE:.*]], %[[ZERO]]
// CHECK: %[[BELOW:.*]] = arith.cmpf ogt, %[[ZERO]], %[[MIX]] : f32
// CHECK: %[[DOWN:.*]] = arith.select %[[BELOW]], %[[ONE]], %[[ZERO]]
// CHECK: %[[SIGN:.*]] = arith.subf %[[UP]], %[[DOWN]]
// CHECK: %[[CHANGE:.*]] = arith.mulf %[[L]], %[[SIGN]]
// CHECK: %[[NEW_W:.*]] = arith.subf %[[W]], %[[CHANGE]]
// CHECK: %[[B2:.*]] = arith.constant 9.900000e-01
// CHECK: %[[KEPT:.*]] = arith.mulf %[[B2]], %[[M]]
// CHECK: %[[NEW_M:.*]] = arith.addf %[[KEPT]], %{{.*}}
// CHECK: "pock.yield"(%[[NEW_W]], %[[NEW_M]])
// CHECK: states = [@w, @exp_avg.w]

// Weight decay shrinks the parameter by a factor of 1 - lr wd.
// DECAY: %[[LR:.*]] = "pock.read"() {symbol = @lr}
// DECAY: %[[LOSS:.*]] = arith.mulf %[[LR]], %{{.*}}
// DECAY: %[[KEEP:.*]] = arith.addf %[[LOSS]], %{{.*}}
// DECAY: "pock.update"(%arg0, %[[LR]], %[[KEEP]]) ({
// DECAY-NEXT: ^bb0(%{{.*}}: f32, %[[L:.*]]: f32, %[[K:.*]]: f32, %[[W:.*]]: f32, %{{.*}}: f32):
// DECAY: %[[SHRUNK:.*]] = arith.mulf %[[W]], %[[K]]
// DECAY: arith.subf %[[SHRUNK]], %{{.*}}

"pock.parameter"() {kind = "parameter", sym_name = "w", type = tensor<2xf32>, update = "full"} : () -> ()
func.func @train_step(%x: tensor<2xf32>) {
  "pock.gradient"(%x) {parameter = @w} : (tensor<2xf32>) -> ()
  return
}
