// RUN: pock-opt %s --pock-insert-sgd='momentum=0.5 weight-decay=0.25' | FileCheck %s --check-prefixes=CHECK,PLAIN
// RUN: pock-opt %s --pock-insert-sgd='momentum=0.5 accumulate=2 clip-norm=1.0' | FileCheck %s --check-prefixes=CHECK,ACCUMULATE

// Momentum, and sums of gradients, exist for the slice alone; the parameter is updated in it.
// CHECK: sym_name = "momentum_buffer.w", type = tensor<4x2xf32>
// PLAIN: "pock.update"(%{{.*}}, %{{.*}}) ({
// PLAIN: }) {axis = 1 : i64, operandSegmentSizes = array<i32: 1, 1>, ranges = array<i64: 0, 1, 2, 1>, states = [@w, @momentum_buffer.w]} : (tensor<4x2xf32>, tensor<f32>)

// ACCUMULATE: sym_name = "accumulated_gradient.w", type = tensor<4x2xf32>
// ACCUMULATE-LABEL: func.func @train_step
// ACCUMULATE: }) {operandSegmentSizes = array<i32: 1, 0>, states = [@accumulated_gradient.w]} : (tensor<4x2xf32>)
// ACCUMULATE-LABEL: func.func @apply_gradients
// The norm is that of the slice.
// ACCUMULATE: "pock.read"() {symbol = @accumulated_gradient.w} : () -> tensor<4x2xf32>
// ACCUMULATE: }) {axis = 1 : i64, operandSegmentSizes = array<i32: 0, 2>, ranges = array<i64: 0, 1, 2, 1>, states = [@w, @momentum_buffer.w, @accumulated_gradient.w]}
"pock.parameter"() {axis = 1 : i64, kind = "parameter", ranges = array<i64: 0, 1, 2, 1>, sym_name = "w", type = tensor<4x3xf32>, update = "slice"} : () -> ()
func.func @train_step(%x: tensor<4x2xf32>) {
  "pock.gradient"(%x) {parameter = @w} : (tensor<4x2xf32>) -> ()
  return
}
