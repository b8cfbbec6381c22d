// Clipping by the norm of all gradients together: the updates come where the last gradient is known.
// RUN: pock-opt %s --pock-insert-sgd=clip-norm=2.0 | FileCheck %s

// CHECK-LABEL: func.func @train_step(
// CHECK-SAME: %[[X:.*]]: tensor<3xf32>, %[[Y:.*]]: tensor<2x3xf32>)
// CHECK-NOT: "pock.update"
// CHECK: %[[DW:.*]] = math.exp %[[Y]]
// CHECK: %[[XX:.*]] = arith.mulf %[[X]], %[[X]]
// CHECK: %[[SX:.*]] = "pock.reduce"(%[[XX]]) {dims = array<i64: 0>, kind = "sum"}
// CHECK: %[[WW:.*]] = arith.mulf %[[DW]], %[[DW]]
// CHECK: %[[SW:.*]] = "pock.reduce"(%[[WW]]) {dims = array<i64: 0, 1>, kind = "sum"}
// CHECK: %[[SUM:.*]] = arith.addf %[[SX]], %[[SW]]
// CHECK: %[[NORM:.*]] = math.sqrt %[[SUM]]
// CHECK: arith.divf
// CHECK: %[[FACTOR:.*]] = arith.minimumf %{{.*}} : tensor<f32>
// CHECK: "pock.update"(%[[X]], %{{.*}}, %[[FACTOR]]) ({
// CHECK-NEXT: ^bb0(%[[G:.*]]: f32, %[[L:.*]]: f32, %[[C:.*]]: f32, %[[W:.*]]: f32):
// CHECK-NEXT: %[[CLIPPED:.*]] = arith.mulf %[[G]], %[[C]]
// CHECK-NEXT: arith.mulf %[[L]], %[[CLIPPED]]
// CHECK: operandSegmentSizes = array<i32: 1, 2>, states = [@b]
// CHECK: "pock.update"(%[[DW]], %{{.*}}, %[[FACTOR]])
// CHECK: states = [@w]
"pock.parameter"() {kind = "parameter", sym_name = "w", type = tensor<2x3xf32>, update = "full"} : () -> ()
"pock.parameter"() {kind = "parameter", sym_name = "b", type = tensor<3xf32>, update = "full"} : () -> ()
func.func @train_step(%x: tensor<3xf32>, %y: tensor<2x3xf32>) {
  "pock.gradient"(%x) {parameter = @b} : (tensor<3xf32>) -> ()
  %0 = math.exp %y : tensor<2x3xf32>
  "pock.gradient"(%0) {parameter = @w} : (tensor<2x3xf32>) -> ()
  return
}
