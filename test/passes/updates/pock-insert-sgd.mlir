// RUN: pock-opt %s --pock-insert-sgd=lr=0.5 | FileCheck %s --check-prefix=PLAIN
// RUN: pock-opt %s --pock-insert-sgd=momentum=0.5 | FileCheck %s --check-prefix=MOMENTUM
// RUN: pock-opt %s --pock-insert-sgd='momentum=0.5 nesterov weight-decay=0.25' | FileCheck %s --check-prefix=NESTEROV

// The learning rate is state. Each gradient becomes the update of its parameter, at the same place.
// PLAIN: "pock.state"() {init = 5.000000e-01 : f64, sym_name = "lr", type = tensor<f32>}
// PLAIN-NOT: "pock.state"
// PLAIN-LABEL: func.func @train_step(
// PLAIN-SAME: %[[X:.*]]: tensor<3xf32>, %[[Y:.*]]: tensor<2x3xf32>)
// PLAIN: %[[LR:.*]] = "pock.read"() {symbol = @lr} : () -> tensor<f32>
// PLAIN: "pock.update"(%[[X]], %[[LR]]) ({
// PLAIN-NEXT: ^bb0(%[[G:.*]]: f32, %[[L:.*]]: f32, %[[W:.*]]: f32):
// PLAIN-NEXT: %[[STEP:.*]] = arith.mulf %[[L]], %[[G]]
// PLAIN-NEXT: %[[NEW:.*]] = arith.subf %[[W]], %[[STEP]]
// PLAIN-NEXT: "pock.yield"(%[[NEW]])
// PLAIN-NEXT: }) {operandSegmentSizes = array<i32: 1, 1>, states = [@b]}
// PLAIN: %[[DW:.*]] = math.exp %[[Y]]
// PLAIN: "pock.update"(%[[DW]], %[[LR]])
// PLAIN: states = [@w]
// PLAIN-NOT: "pock.gradient"

// m = mu m + g; w -= lr m.
// MOMENTUM: "pock.state"() {init = 0.000000e+00 : f64, parameter = @b, slot = "momentum_buffer", sym_name = "momentum_buffer.b", type = tensor<3xf32>}
// MOMENTUM: "pock.state"() {{.*}}sym_name = "momentum_buffer.w", type = tensor<2x3xf32>}
// MOMENTUM: "pock.update"
// MOMENTUM-NEXT: ^bb0(%[[G:.*]]: f32, %[[L:.*]]: f32, %[[W:.*]]: f32, %[[M:.*]]: f32):
// MOMENTUM-NEXT: %[[MU:.*]] = arith.constant 5.000000e-01 : f32
// MOMENTUM-NEXT: %[[OLD:.*]] = arith.mulf %[[MU]], %[[M]]
// MOMENTUM-NEXT: %[[NEW_M:.*]] = arith.addf %[[OLD]], %[[G]]
// MOMENTUM-NEXT: %[[STEP:.*]] = arith.mulf %[[L]], %[[NEW_M]]
// MOMENTUM-NEXT: %[[NEW:.*]] = arith.subf %[[W]], %[[STEP]]
// MOMENTUM-NEXT: "pock.yield"(%[[NEW]], %[[NEW_M]])
// MOMENTUM-NEXT: }) {operandSegmentSizes = array<i32: 1, 1>, states = [@b, @momentum_buffer.b]}

// g += wd w; m = mu m + g; w -= lr (g + mu m).
// NESTEROV: "pock.update"
// NESTEROV-NEXT: ^bb0(%[[G:.*]]: f32, %[[L:.*]]: f32, %[[W:.*]]: f32, %[[M:.*]]: f32):
// NESTEROV-NEXT: %[[WD:.*]] = arith.constant 2.500000e-01 : f32
// NESTEROV-NEXT: %[[DECAY:.*]] = arith.mulf %[[WD]], %[[W]]
// NESTEROV-NEXT: %[[DECAYED:.*]] = arith.addf %[[G]], %[[DECAY]]
// NESTEROV-NEXT: %[[MU:.*]] = arith.constant 5.000000e-01 : f32
// NESTEROV-NEXT: %[[OLD:.*]] = arith.mulf %[[MU]], %[[M]]
// NESTEROV-NEXT: %[[NEW_M:.*]] = arith.addf %[[OLD]], %[[DECAYED]]
// NESTEROV-NEXT: %[[AHEAD:.*]] = arith.mulf %[[MU]], %[[NEW_M]]
// NESTEROV-NEXT: %[[DIRECTION:.*]] = arith.addf %[[DECAYED]], %[[AHEAD]]
// NESTEROV-NEXT: %[[STEP:.*]] = arith.mulf %[[L]], %[[DIRECTION]]
// NESTEROV-NEXT: arith.subf %[[W]], %[[STEP]]
// NESTEROV-NEXT: "pock.yield"(%{{.*}}, %[[NEW_M]])

"pock.parameter"() {kind = "parameter", sym_name = "w", type = tensor<2x3xf32>, update = "full"} : () -> ()
"pock.parameter"() {kind = "parameter", sym_name = "b", type = tensor<3xf32>, update = "full"} : () -> ()
func.func @train_step(%x: tensor<3xf32>, %y: tensor<2x3xf32>) {
  "pock.gradient"(%x) {parameter = @b} : (tensor<3xf32>) -> ()
  %0 = math.exp %y : tensor<2x3xf32>
  "pock.gradient"(%0) {parameter = @w} : (tensor<2x3xf32>) -> ()
  return
}
