// RUN: pock-opt %s --pock-insert-sgd=momentum=0.5 | FileCheck %s
// RUN: pock-opt %s --pock-insert-sgd='momentum=0.5 accumulate=2' | FileCheck %s --check-prefix=ACCUMULATE

// Each view has its own momentum, in the layout of the memory.
// CHECK: "pock.state"() {{{.*}}parameter = @w, slot = "momentum_buffer", sym_name = "momentum_buffer.v", type = tensor<2xf32>, view = @v}
// CHECK: sym_name = "momentum_buffer.b"
// CHECK: "pock.state"() {{{.*}}parameter = @w, slot = "momentum_buffer", sym_name = "momentum_buffer.w", type = tensor<2xf32>}

// The updates of one memory stand where the last of its gradients is finished, in the order of the model.
// CHECK-LABEL: func.func @train_step(
// CHECK-SAME: %[[X:.*]]: tensor<2xf32>
// CHECK: states = [@b, @momentum_buffer.b]
// CHECK: %[[DW:.*]] = math.exp
// CHECK: "pock.update"(%[[DW]],
// CHECK: states = [@w, @momentum_buffer.w]
// CHECK: "pock.update"(%[[X]],
// CHECK: states = [@w, @momentum_buffer.v]

// ACCUMULATE-LABEL: func.func @apply_gradients(
// ACCUMULATE: states = [@b, @momentum_buffer.b, @accumulated_gradient.b]
// ACCUMULATE: states = [@w, @momentum_buffer.w, @accumulated_gradient.w]
// ACCUMULATE: states = [@w, @momentum_buffer.v, @accumulated_gradient.v]
"pock.parameter"() {kind = "parameter", sym_name = "w", type = tensor<2xf32>, update = "full"} : () -> ()
"pock.parameter"() {kind = "parameter", sym_name = "b", type = tensor<2xf32>, update = "full"} : () -> ()
"pock.parameter_view"() {axes = array<i64: 0>, kind = "parameter", of = @w, order = array<i64: 0>, shape = array<i64: 2>, sym_name = "v", update = "full"} : () -> ()
func.func @train_step(%x: tensor<2xf32>) {
  "pock.gradient"(%x) {parameter = @v} : (tensor<2xf32>) -> ()
  "pock.gradient"(%x) {parameter = @b} : (tensor<2xf32>) -> ()
  %0 = math.exp %x : tensor<2xf32>
  "pock.gradient"(%0) {parameter = @w} : (tensor<2xf32>) -> ()
  return
}
