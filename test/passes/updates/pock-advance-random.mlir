// RUN: pock-opt %s --pock-advance-random | FileCheck %s

"pock.state"() {init = 0.0, sym_name = "rng.seed", type = tensor<i32>} : () -> ()
"pock.state"() {init = 0.0, sym_name = "rng.step", type = tensor<i32>} : () -> ()

// The step advances behind everything else.
// CHECK-LABEL: func.func @train_step(
// CHECK: "pock.dropout"
// CHECK-NEXT: "pock.update"()
// CHECK-NEXT: ^bb0(%[[STEP:.*]]: i32):
// CHECK: %[[NEXT:.*]] = arith.addi %[[STEP]], %{{.*}} : i32
// CHECK-NEXT: "pock.yield"(%[[NEXT]])
// CHECK-NEXT: }) {operandSegmentSizes = array<i32: 0, 0>, states = [@rng.step]}
// CHECK-NEXT: return
func.func @train_step(%x: tensor<2xf32>) -> tensor<2xf32> {
  %seed = "pock.read"() {symbol = @rng.seed} : () -> tensor<i32>
  %step = "pock.read"() {symbol = @rng.step} : () -> tensor<i32>
  %y = "pock.dropout"(%x, %seed, %step) {rate = 0.25, stream = 0} : (tensor<2xf32>, tensor<i32>, tensor<i32>) -> tensor<2xf32>
  return %y : tensor<2xf32>
}

// CHECK-LABEL: func.func @predict(
// CHECK-NOT: pock.update
func.func @predict(%x: tensor<2xf32>) -> tensor<2xf32> {
  return %x : tensor<2xf32>
}
