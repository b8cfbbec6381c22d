// RUN: pock-opt %s --pock-note-origins --mlir-print-debuginfo --mlir-print-local-scope | FileCheck %s

// A note stands around the location that an op has. Of the gradient, of what scales it, and of the update it says whose
// they are; the product before the one that makes the gradient makes none.
"pock.parameter"() {framework_name = "fc.weight", kind = "parameter", sym_name = "model.fc.weight", type = tensor<3x2xf32>, update = "full"} : () -> ()
"pock.state"() {init = 0.0, parameter = @model.fc.weight, slot = "exp_avg", sym_name = "exp_avg.model.fc.weight", type = tensor<3x2xf32>} : () -> ()

// CHECK-LABEL: func.func @train_step
func.func @train_step(%x: tensor<4x2xf32>, %y: tensor<3x5xf32>, %z: tensor<5x4xf32>) {
  // CHECK: "pock.matmul"{{.*}} loc(fused<{pock.op = "matmul"}>["fc"("model.py":7:1)])
  %0 = "pock.matmul"(%y, %z) {transpose_lhs = false, transpose_rhs = false} : (tensor<3x5xf32>, tensor<5x4xf32>) -> tensor<3x4xf32> loc("fc"("model.py":7:1))
  // CHECK: "pock.matmul"{{.*}} loc(fused<{pock.op = "matmul", pock.parameter = "fc.weight"}>["fc"])
  %1 = "pock.matmul"(%0, %x) {transpose_lhs = false, transpose_rhs = false} : (tensor<3x4xf32>, tensor<4x2xf32>) -> tensor<3x2xf32> loc("fc")
  // CHECK: arith.addf {{.*}} loc(fused<{pock.op = "addf", pock.parameter = "fc.weight"}>[unknown])
  %2 = arith.addf %1, %1 : tensor<3x2xf32> loc(unknown)
  // CHECK: }) {{.*}} loc(fused<{pock.op = "update", pock.parameter = "fc.weight"}>["fc"])
  "pock.update"(%2) ({
  ^bb0(%g: f32, %m: f32):
    "pock.yield"(%g) : (f32) -> ()
  }) {operandSegmentSizes = array<i32: 1, 0>, states = [@exp_avg.model.fc.weight]} : (tensor<3x2xf32>) -> () loc("fc")
  return
}
