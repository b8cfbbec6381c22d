// Scalars of the step are f32; the update computes in the parameter's type.
// RUN: pock-opt %s --pock-insert-sgd=clip-norm=1.0 | FileCheck %s

// CHECK: "pock.update"
// CHECK-NEXT: ^bb0(%[[G:.*]]: f64, %[[L:.*]]: f32, %[[C:.*]]: f32, %[[W:.*]]: f64):
// CHECK-DAG: arith.extf %[[L]] : f32 to f64
// CHECK-DAG: arith.extf %[[C]] : f32 to f64
// CHECK: %[[NEW:.*]] = arith.subf %[[W]], %{{.*}} : f64
// CHECK: "pock.yield"(%[[NEW]]) : (f64) -> ()
"pock.parameter"() {kind = "parameter", sym_name = "w", type = tensor<2xf64>, update = "full"} : () -> ()
func.func @train_step(%x: tensor<2xf64>) {
  "pock.gradient"(%x) {parameter = @w} : (tensor<2xf64>) -> ()
  return
}
