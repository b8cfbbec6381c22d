// With accumulation the step only adds its gradients up, and a function of its own updates from their mean and clears
// them.
// RUN: pock-opt %s --pock-insert-sgd=accumulate=4 | FileCheck %s
// RUN: pock-opt %s --pock-insert-sgd='accumulate=4 clip-norm=1.0' | FileCheck %s --check-prefix=CLIP

// CHECK: "pock.state"() {init = 0.000000e+00 : f64, parameter = @w, slot = "accumulated_gradient", sym_name = "accumulated_gradient.w", type = tensor<2xf32>}
// CHECK-LABEL: func.func @train_step(
// CHECK-SAME: %[[X:.*]]: tensor<2xf32>)
// CHECK-NEXT: "pock.update"(%[[X]]) ({
// CHECK-NEXT: ^bb0(%[[G:.*]]: f32, %[[TOTAL:.*]]: f32):
// CHECK-NEXT: %[[SUM:.*]] = arith.addf %[[TOTAL]], %[[G]]
// CHECK-NEXT: "pock.yield"(%[[SUM]])
// CHECK-NEXT: }) {operandSegmentSizes = array<i32: 1, 0>, states = [@accumulated_gradient.w]}
// CHECK-NEXT: return
// CHECK-LABEL: func.func @apply_gradients()
// CHECK: %[[LR:.*]] = "pock.read"() {symbol = @lr}
// CHECK: %[[QUARTER:.*]] = arith.constant dense<2.500000e-01> : tensor<f32>
// CHECK: "pock.update"(%[[LR]], %[[QUARTER]]) ({
// CHECK-NEXT: ^bb0(%[[L:.*]]: f32, %[[FACTOR:.*]]: f32, %[[W:.*]]: f32, %[[TOTAL:.*]]: f32):
// CHECK-NEXT: %[[MEAN:.*]] = arith.mulf %[[TOTAL]], %[[FACTOR]]
// CHECK-NEXT: %[[STEP:.*]] = arith.mulf %[[L]], %[[MEAN]]
// CHECK-NEXT: %[[NEW:.*]] = arith.subf %[[W]], %[[STEP]]
// CHECK-NEXT: %[[ZERO:.*]] = arith.constant 0.000000e+00
// CHECK-NEXT: "pock.yield"(%[[NEW]], %[[ZERO]])
// CHECK-NEXT: }) {operandSegmentSizes = array<i32: 0, 2>, states = [@w, @accumulated_gradient.w]}

// Clipping is by the norm of the means.
// CLIP-LABEL: func.func @apply_gradients()
// CLIP: %[[TOTAL:.*]] = "pock.read"() {symbol = @accumulated_gradient.w}
// CLIP: %[[QUARTER:.*]] = arith.constant dense<2.500000e-01> : tensor<f32>
// CLIP: arith.mulf %[[TOTAL]], %[[TOTAL]]
// CLIP: %[[NORM:.*]] = math.sqrt
// CLIP: arith.mulf %[[NORM]], %[[QUARTER]]
// CLIP: %[[CLIP:.*]] = arith.minimumf
// CLIP: %[[FACTOR:.*]] = arith.mulf %[[QUARTER]], %[[CLIP]] : tensor<f32>
// CLIP: "pock.update"(%{{.*}}, %[[FACTOR]])

"pock.parameter"() {kind = "parameter", sym_name = "w", type = tensor<2xf32>, update = "full"} : () -> ()
func.func @train_step(%x: tensor<2xf32>) {
  "pock.gradient"(%x) {parameter = @w} : (tensor<2xf32>) -> ()
  return
}
