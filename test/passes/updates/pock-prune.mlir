// RUN: pock-opt %s --pock-prune | FileCheck %s

// What no update writes is frozen.
// CHECK: sym_name = "w", {{.*}}update = "full"
"pock.parameter"() {kind = "parameter", sym_name = "w", type = tensor<2xf32>, update = "full"} : () -> ()
// CHECK: sym_name = "unreached", {{.*}}update = "frozen"
"pock.parameter"() {kind = "parameter", sym_name = "unreached", type = tensor<2xf32>, update = "full"} : () -> ()
// A state that nothing reads or writes goes.
// CHECK: "pock.state"() {{{.*}}sym_name = "written"
"pock.state"() {init = 0.0, sym_name = "written", type = tensor<2xf32>} : () -> ()
// CHECK: "pock.state"() {{{.*}}sym_name = "read"
"pock.state"() {init = 0.0, sym_name = "read", type = tensor<2xf32>} : () -> ()
// CHECK-NOT: sym_name = "forgotten"
"pock.state"() {init = 0.0, sym_name = "forgotten", type = tensor<2xf32>} : () -> ()

// Values without users go, with what only they need; effects stay.
// CHECK-LABEL: func.func @train_step(
// CHECK-SAME: %[[X:.*]]: tensor<2xf32>
// CHECK-NEXT: %[[READ:.*]] = "pock.read"() {symbol = @read}
// CHECK-NEXT: "pock.update"(%[[READ]])
// CHECK: "pock.assign"(%[[X]]) {symbol = @written}
// CHECK-NEXT: return %[[X]]
func.func @train_step(%x: tensor<2xf32>) -> tensor<2xf32> {
  %0 = "pock.read"() {symbol = @unreached} : () -> tensor<2xf32>
  %1 = math.exp %0 : tensor<2xf32>
  %2 = arith.addf %1, %x : tensor<2xf32>
  %3 = "pock.read"() {symbol = @forgotten} : () -> tensor<2xf32>
  %4 = "pock.read"() {symbol = @read} : () -> tensor<2xf32>
  "pock.update"(%4) ({
  ^bb0(%g: f32, %w: f32):
    %5 = arith.addf %w, %g : f32
    "pock.yield"(%5) : (f32) -> ()
  }) {operandSegmentSizes = array<i32: 1, 0>, states = [@w]} : (tensor<2xf32>) -> ()
  "pock.assign"(%x) {symbol = @written} : (tensor<2xf32>) -> ()
  return %x : tensor<2xf32>
}

// A gradient that an optimizer will take keeps its parameter trained.
// CHECK-LABEL: func.func @before_the_optimizer(
// CHECK: "pock.gradient"
func.func @before_the_optimizer(%x: tensor<2xf32>) {
  "pock.gradient"(%x) {parameter = @w} : (tensor<2xf32>) -> ()
  return
}

// Nobody asks for the gradients of a prediction, nor for what its loss would depend on.
// CHECK-LABEL: func.func @predict(
// CHECK-SAME: %[[X:.*]]: tensor<2xf32>) -> tensor<2xf32> {
// CHECK-NEXT: %[[VALUE:.*]] = math.exp %[[X]]
// CHECK-NEXT: return %[[VALUE]]
func.func @predict(%x: tensor<2xf32>) -> tensor<2xf32> attributes {pock.loss_depends_on = ["w"]} {
  %0 = math.exp %x : tensor<2xf32>
  %1 = "pock.cotangent"(%0) {id = 1 : i64} : (tensor<2xf32>) -> tensor<2xf32>
  %2 = arith.negf %1 : tensor<2xf32>
  %3 = "pock.custom_vjp"(%0, %1, %x, %2) : (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  return %3 : tensor<2xf32>
}
