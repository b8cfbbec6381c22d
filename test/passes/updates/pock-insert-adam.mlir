// RUN: pock-opt %s --pock-insert-adam | FileCheck %s
// RUN: pock-opt %s --pock-insert-adam='beta1=0.0 weight-decay=0.25' | FileCheck %s --check-prefix=DECAY
// RUN: pock-opt %s --pock-insert-adam=amsgrad | FileCheck %s --check-prefix=AMSGRAD
// RUN: pock-opt %s --pock-insert-adam=accumulate=2 | FileCheck %s --check-prefix=ACCUMULATE

// CHECK-DAG: "pock.state"() {init = 0.000000e+00 : f64, sym_name = "step", type = tensor<f32>}
// CHECK-DAG: "pock.state"() {init = 0.000000e+00 : f64, parameter = @w, slot = "exp_avg", sym_name = "exp_avg.w", type = tensor<2xf32>}
// CHECK-DAG: "pock.state"() {init = 0.000000e+00 : f64, parameter = @w, slot = "exp_avg_sq", sym_name = "exp_avg_sq.w", type = tensor<2xf32>}
// CHECK-DAG: "pock.state"() {init = 1.000000e-03 : f64, sym_name = "lr", type = tensor<f32>}

// What all updates share is computed once: the step's number and both bias corrections, as -expm1(step log beta).
// CHECK-LABEL: func.func @train_step(
// CHECK-SAME: %[[X:.*]]: tensor<2xf32>)
// CHECK: %[[LR:.*]] = "pock.read"() {symbol = @lr}
// CHECK: %[[OLD_STEP:.*]] = "pock.read"() {symbol = @step}
// CHECK: %[[STEP:.*]] = arith.addf %[[OLD_STEP]], %{{.*}}
// CHECK: arith.mulf %[[STEP]], %{{.*}} : tensor<f32>
// CHECK: math.expm1
// CHECK: %[[CORRECTION:.*]] = arith.negf
// CHECK: %[[STEP_SIZE:.*]] = arith.divf %[[LR]], %[[CORRECTION]]
// CHECK: math.expm1
// CHECK: %[[ROOT:.*]] = math.sqrt
// CHECK: states = [@step]

// CHECK: "pock.update"(%[[X]], %[[STEP_SIZE]], %[[ROOT]], %{{.*}}) ({
// CHECK-NEXT: ^bb0(%[[G:.*]]: f32, %[[SIZE:.*]]: f32, %[[R:.*]]: f32, %{{.*}}: f32, %[[W:.*]]: f32, %[[M:.*]]: f32, %[[V:.*]]: f32):
// CHECK: %[[OLD_M:.*]] = arith.mulf %{{.*}}, %[[M]]
// CHECK: %[[NEW_M:.*]] = arith.addf %[[OLD_M]], %{{.*}}
// CHECK: %[[SQUARE:.*]] = arith.mulf %[[G]], %[[G]]
// CHECK: %[[OLD_V:.*]] = arith.mulf %{{.*}}, %[[V]]
// CHECK: %[[NEW_V:.*]] = arith.addf %[[OLD_V]], %{{.*}}
// CHECK: math.sqrt %[[NEW_V]]
// CHECK: arith.divf %{{.*}}, %[[R]]
// CHECK: %[[DIRECTION:.*]] = arith.divf %[[NEW_M]], %{{.*}}
// CHECK: %[[CHANGE:.*]] = arith.mulf %[[SIZE]], %[[DIRECTION]]
// CHECK: %[[NEW_W:.*]] = arith.subf %[[W]], %[[CHANGE]]
// CHECK: "pock.yield"(%[[NEW_W]], %[[NEW_M]], %[[NEW_V]])
// CHECK: states = [@w, @exp_avg.w, @exp_avg_sq.w]

// Weight decay is added to the gradient; without a first moment its correction is 1.
// DECAY-COUNT-1: math.expm1
// DECAY-NOT: math.expm1
// DECAY: "pock.update"(%arg0
// DECAY-NEXT: ^bb0(%[[G:.*]]: f32, %{{.*}}: f32, %{{.*}}: f32, %{{.*}}: f32, %[[W:.*]]: f32, %{{.*}}: f32, %{{.*}}: f32):
// DECAY-NEXT: %[[WD:.*]] = arith.constant 2.500000e-01
// DECAY-NEXT: %[[DECAY:.*]] = arith.mulf %[[WD]], %[[W]]
// DECAY-NEXT: arith.addf %[[G]], %[[DECAY]]

// AMSGrad divides by the root of the largest second moment so far.
// AMSGRAD: "pock.update"(%arg0
// AMSGRAD-NEXT: ^bb0({{.*}}, %{{.*}}: f32, %[[V:.*]]: f32, %[[LARGEST:.*]]: f32):
// AMSGRAD: arith.mulf %{{.*}}, %[[V]]
// AMSGRAD: %[[NEW_V:.*]] = arith.addf
// AMSGRAD: %[[NEW_LARGEST:.*]] = arith.maximumf %[[LARGEST]], %[[NEW_V]]
// AMSGRAD: math.sqrt %[[NEW_LARGEST]]
// AMSGRAD: "pock.yield"(%{{.*}}, %{{.*}}, %[[NEW_V]], %[[NEW_LARGEST]])
// AMSGRAD: states = [@w, @exp_avg.w, @exp_avg_sq.w, @max_exp_avg_sq.w]

// Steps are counted where the parameters change.
// ACCUMULATE-LABEL: func.func @train_step(
// ACCUMULATE-NOT: @step
// ACCUMULATE-LABEL: func.func @apply_gradients(
// ACCUMULATE: states = [@step]
// ACCUMULATE: states = [@w, @exp_avg.w, @exp_avg_sq.w, @accumulated_gradient.w]

"pock.parameter"() {kind = "parameter", sym_name = "w", type = tensor<2xf32>, update = "full"} : () -> ()
func.func @train_step(%x: tensor<2xf32>) {
  "pock.gradient"(%x) {parameter = @w} : (tensor<2xf32>) -> ()
  return
}
