// RUN: pock-opt %s --pock-insert-rmsprop=weight-decay=0.25 | FileCheck %s
// RUN: pock-opt %s --pock-insert-rmsprop='momentum=0.5 centered' | FileCheck %s --check-prefix=CENTERED

// v = a v + (1 - a) g^2; w -= lr g / (sqrt(v) + eps).
// CHECK: "pock.state"() {init = 0.000000e+00 : f64, parameter = @w, slot = "square_avg", sym_name = "square_avg.w", type = tensor<2xf32>}
// CHECK-NOT: slot = "
// CHECK: "pock.update"(%arg0, %{{.*}}) ({
// CHECK-NEXT: ^bb0(%[[G:.*]]: f32, %[[L:.*]]: f32, %[[W:.*]]: f32, %[[V:.*]]: f32):
// CHECK: %[[DECAY:.*]] = arith.mulf %{{.*}}, %[[W]]
// CHECK: %[[DECAYED:.*]] = arith.addf %[[G]], %[[DECAY]]
// CHECK: arith.mulf %[[DECAYED]], %[[DECAYED]]
// CHECK: %[[NEW_V:.*]] = arith.addf
// CHECK: %[[ROOT:.*]] = math.sqrt %[[NEW_V]]
// CHECK: %[[DENOMINATOR:.*]] = arith.addf %[[ROOT]], %{{.*}}
// CHECK: %[[DIRECTION:.*]] = arith.divf %[[DECAYED]], %[[DENOMINATOR]]
// CHECK: %[[CHANGE:.*]] = arith.mulf %[[L]], %[[DIRECTION]]
// CHECK: %[[NEW_W:.*]] = arith.subf %[[W]], %[[CHANGE]]
// CHECK: "pock.yield"(%[[NEW_W]], %[[NEW_V]])

// The variance, never negative, instead of the mean square; the momentum is that of the scaled gradients.
// CENTERED: "pock.update"
// CENTERED-NEXT: ^bb0(%[[G:.*]]: f32, %[[L:.*]]: f32, %[[W:.*]]: f32, %[[V:.*]]: f32, %[[A:.*]]: f32, %[[M:.*]]: f32):
// CENTERED: arith.mulf %{{.*}}, %[[V]]
// CENTERED: %[[SQUARE:.*]] = arith.addf
// CENTERED: arith.mulf %{{.*}}, %[[A]]
// CENTERED: %[[MEAN:.*]] = arith.addf
// CENTERED: %[[MM:.*]] = arith.mulf %[[MEAN]], %[[MEAN]]
// CENTERED: %[[DIFFERENCE:.*]] = arith.subf %[[SQUARE]], %[[MM]]
// CENTERED: %[[VARIANCE:.*]] = arith.maximumf %[[DIFFERENCE]], %{{.*}}
// CENTERED: math.sqrt %[[VARIANCE]]
// CENTERED: %[[SCALED:.*]] = arith.divf %[[G]], %{{.*}}
// CENTERED: %[[OLD:.*]] = arith.mulf %[[M]], %{{.*}}
// CENTERED: %[[NEW_M:.*]] = arith.addf %[[OLD]], %[[SCALED]]
// CENTERED: %[[CHANGE:.*]] = arith.mulf %[[L]], %[[NEW_M]]
// CENTERED: %[[NEW_W:.*]] = arith.subf %[[W]], %[[CHANGE]]
// CENTERED: "pock.yield"(%[[NEW_W]], %[[SQUARE]], %[[MEAN]], %[[NEW_M]])
// CENTERED: states = [@w, @square_avg.w, @grad_avg.w, @momentum_buffer.w]

"pock.parameter"() {kind = "parameter", sym_name = "w", type = tensor<2xf32>, update = "full"} : () -> ()
func.func @train_step(%x: tensor<2xf32>) {
  "pock.gradient"(%x) {parameter = @w} : (tensor<2xf32>) -> ()
  return
}
