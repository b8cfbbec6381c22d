// Gradients of a scaled loss are divided by the scale; if one is not finite nothing is updated and the scale halves.
// RUN: pock-opt %s --pass-pipeline='builtin.module(pock-autodiff{loss-scale},pock-insert-sgd)' | FileCheck %s

// CHECK: "pock.state"() {init = 6.553600e+04 : f64, sym_name = "loss_scale", type = tensor<f32>}
// CHECK: "pock.state"() {init = 0.000000e+00 : f64, sym_name = "loss_scale.steps", type = tensor<f32>}
// CHECK-LABEL: func.func @train_step(
// CHECK: %[[SEED:.*]] = "pock.read"() {symbol = @loss_scale}
// CHECK: %[[G:.*]] = "pock.broadcast"
// CHECK: %[[LR:.*]] = "pock.read"() {symbol = @lr}
// CHECK: math.absf %[[G]]
// CHECK: %[[APPLIED:.*]] = arith.select
// CHECK: %[[SCALE:.*]] = "pock.read"() {symbol = @loss_scale}
// CHECK: %[[FACTOR:.*]] = arith.divf %{{.*}}, %[[SCALE]]
// CHECK: "pock.update"(%[[G]], %[[LR]], %[[FACTOR]], %[[APPLIED]]) ({
// CHECK-NEXT: ^bb0(%[[GE:.*]]: f32, %[[L:.*]]: f32, %[[F:.*]]: f32, %[[A:.*]]: f32, %[[W:.*]]: f32):
// CHECK: %[[TRUE_GRADIENT:.*]] = arith.mulf %[[GE]], %[[F]]
// CHECK: %[[NEW:.*]] = arith.subf %[[W]]
// CHECK: %[[COUNTS:.*]] = arith.cmpf ogt, %[[A]]
// CHECK: %[[KEPT:.*]] = arith.select %[[COUNTS]], %[[NEW]], %[[W]]
// CHECK: "pock.yield"(%[[KEPT]])
// CHECK: "pock.update"(%[[APPLIED]]) ({
// CHECK: }) {operandSegmentSizes = array<i32: 0, 1>, states = [@loss_scale, @loss_scale.steps]}
"pock.parameter"() {kind = "parameter", sym_name = "w", type = tensor<2xf32>, update = "full"} : () -> ()
func.func @train_step() -> tensor<f32> {
  %w = "pock.read"() {symbol = @w} : () -> tensor<2xf32>
  %loss = "pock.reduce"(%w) {dims = array<i64: 0>, kind = "sum"} : (tensor<2xf32>) -> tensor<f32>
  return %loss : tensor<f32>
}
