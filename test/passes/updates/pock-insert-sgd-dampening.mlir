// RUN: pock-opt %s --pock-insert-sgd='momentum=0.5 dampening=0.25' | FileCheck %s
// RUN: pock-opt %s --pock-insert-sgd=dampening=0.25 | FileCheck %s --check-prefix=PLAIN
// RUN: not pock-opt %s --pock-insert-sgd='momentum=0.5 dampening=0.25 nesterov' 2>&1 | FileCheck %s --check-prefix=NESTEROV

// m = mu m + (1 - tau) g, but the first gradient enters whole.
// CHECK: %[[LR:.*]] = "pock.read"() {symbol = @lr}
// CHECK: %[[STEP:.*]] = arith.addf %{{.*}}, %{{.*}} : tensor<f32>
// CHECK: %[[LATER:.*]] = arith.cmpf ogt, %[[STEP]], %[[ONE:.*]] : tensor<f32>
// CHECK: %[[REST:.*]] = arith.constant dense<7.500000e-01>
// CHECK: %[[SHARE:.*]] = arith.select %[[LATER]], %[[REST]], %[[ONE]]
// CHECK: states = [@step]
// CHECK: "pock.update"(%arg0, %[[LR]], %[[SHARE]]) ({
// CHECK-NEXT: ^bb0(%[[G:.*]]: f32, %[[L:.*]]: f32, %[[S:.*]]: f32, %[[W:.*]]: f32, %[[M:.*]]: f32):
// CHECK: %[[PART:.*]] = arith.mulf %[[S]], %[[G]]
// CHECK: %[[NEW_M:.*]] = arith.addf %{{.*}}, %[[PART]]
// CHECK: arith.mulf %[[L]], %[[NEW_M]]

// Without a momentum there is nothing to dampen.
// PLAIN-NOT: sym_name = "step"
// PLAIN: "pock.update"(%arg0, %{{[^,]*}}) ({

// NESTEROV: error: Nesterov's form allows no dampening

"pock.parameter"() {kind = "parameter", sym_name = "w", type = tensor<2xf32>, update = "full"} : () -> ()
func.func @train_step(%x: tensor<2xf32>) {
  "pock.gradient"(%x) {parameter = @w} : (tensor<2xf32>) -> ()
  return
}
