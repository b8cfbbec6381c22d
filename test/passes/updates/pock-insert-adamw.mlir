// RUN: pock-opt %s --pock-insert-adamw=weight-decay=0.25 | FileCheck %s

// Weight decay shrinks the parameter by a factor of 1 - lr wd; the gradient stays as it is.
// CHECK-LABEL: func.func @train_step(
// CHECK-SAME: %[[X:.*]]: tensor<2xf32>)
// CHECK: %[[LR:.*]] = "pock.read"() {symbol = @lr}
// CHECK: %[[WD:.*]] = arith.constant dense<2.500000e-01>
// CHECK: %[[LOSS:.*]] = arith.mulf %[[LR]], %[[WD]]
// CHECK: %[[KEEP:.*]] = arith.subf %{{.*}}, %[[LOSS]]
// CHECK: "pock.update"(%[[X]], %{{.*}}, %{{.*}}, %[[KEEP]]) ({
// CHECK-NEXT: ^bb0(%[[G:.*]]: f32, %{{.*}}: f32, %{{.*}}: f32, %[[K:.*]]: f32, %[[W:.*]]: f32, %[[M:.*]]: f32, %[[V:.*]]: f32):
// CHECK-NEXT: %[[SHRUNK:.*]] = arith.mulf %[[W]], %[[K]]
// CHECK: arith.mulf %[[G]], %[[G]]
// CHECK: %[[NEW:.*]] = arith.subf %[[SHRUNK]], %{{.*}}
// CHECK: "pock.yield"(%[[NEW]],
// CHECK: states = [@w, @exp_avg.w, @exp_avg_sq.w]
"pock.parameter"() {kind = "parameter", sym_name = "w", type = tensor<2xf32>, update = "full"} : () -> ()
func.func @train_step(%x: tensor<2xf32>) {
  "pock.gradient"(%x) {parameter = @w} : (tensor<2xf32>) -> ()
  return
}
