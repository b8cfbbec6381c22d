// RUN: pock-opt %s --pock-insert-lora='r=2 factor=0.5 weights=q.weight,c.weight' | FileCheck %s
// RUN: pock-opt %s --pass-pipeline='builtin.module(pock-insert-lora{r=2 symbols={"model.p.weight"}})' | FileCheck %s --check-prefix=PLAIN

// Adapters are parameters in PEFT's names and, of a convolution, in our layout.
// CHECK-DAG: sym_name = "q.lora_A.weight", type = tensor<2x6xf32>
// CHECK-DAG: sym_name = "q.lora_B.weight", type = tensor<5x2xf32>
// CHECK-DAG: permutation = array<i64: 2, 3, 1, 0>, sym_name = "c.lora_A.weight", type = tensor<3x3x4x2xf32>
// CHECK-DAG: permutation = array<i64: 2, 3, 1, 0>, sym_name = "c.lora_B.weight", type = tensor<1x1x2x8xf32>
// CHECK-DAG: pock.loss_depends_on = ["c.lora_A.weight", "c.lora_B.weight", "c.weight", "q.lora_A.weight", "q.lora_B.weight", "q.weight"]

// CHECK: %[[Y:.*]] = "pock.matmul"(%[[X:.*]], %{{.*}}) {transpose_lhs = false, transpose_rhs = true} : (tensor<8x6xf32>, tensor<5x6xf32>)
// CHECK: %[[A:.*]] = "pock.read"() {symbol = @q.lora_A.weight}
// CHECK: %[[B:.*]] = "pock.read"() {symbol = @q.lora_B.weight}
// CHECK: %[[LOW:.*]] = "pock.matmul"(%[[X]], %[[A]]) {transpose_lhs = false, transpose_rhs = true} : {{.*}} -> tensor<8x2xf32>
// CHECK: %[[HIGH:.*]] = "pock.matmul"(%[[LOW]], %[[B]]) {transpose_lhs = false, transpose_rhs = true} : {{.*}} -> tensor<8x5xf32>
// CHECK: %[[HALF:.*]] = arith.constant dense<5.000000e-01>
// CHECK: %[[SCALED:.*]] = arith.mulf %[[HIGH]], %[[HALF]]
// CHECK: %[[SUM:.*]] = arith.addf %[[Y]], %[[SCALED]]
// CHECK: "pock.relu"(%[[SUM]])

// The adapter's first convolution moves as the weight's own, the second is one of 1x1.
// CHECK: "pock.conv2d"(%[[IMAGE:.*]], %{{.*}}) {{.*}}strides = array<i64: 2, 2>{{.*}} -> tensor<1x4x4x8xf32>
// CHECK: "pock.conv2d"(%[[IMAGE]], %{{.*}}) {{.*}}padding = array<i64: 1, 1>, strides = array<i64: 2, 2>{{.*}} -> tensor<1x4x4x2xf32>
// CHECK: "pock.conv2d"(%{{.*}}) {{.*}}padding = array<i64: 0, 0>, strides = array<i64: 1, 1>{{.*}} -> tensor<1x4x4x8xf32>

// A weight that is stored [in, out] has adapters of the same shapes; without a factor nothing is multiplied.
// PLAIN: framework_name = "p.lora_A.weight", {{.*}}sym_name = "model.p.lora_A.weight", type = tensor<2x5xf32>
// PLAIN: framework_name = "p.lora_B.weight", {{.*}}sym_name = "model.p.lora_B.weight", type = tensor<3x2xf32>
// PLAIN: "pock.read"() {symbol = @model.p.lora_B.weight}
// PLAIN: "pock.matmul"
// PLAIN: "pock.matmul"
// PLAIN-NEXT: arith.addf

"pock.parameter"() {kind = "parameter", sym_name = "q.weight", type = tensor<5x6xf32>, update = "frozen"} : () -> ()
"pock.parameter"() {framework_name = "p.weight", kind = "parameter", sym_name = "model.p.weight", type = tensor<5x3xf32>, update = "frozen"} : () -> ()
"pock.parameter"() {kind = "parameter", permutation = array<i64: 2, 3, 1, 0>, sym_name = "c.weight", type = tensor<3x3x4x8xf32>, update = "frozen"} : () -> ()
func.func @train_step(%x: tensor<8x6xf32>, %image: tensor<1x8x8x4xf32>) -> (tensor<8x3xf32>, tensor<1x4x4x8xf32>) attributes {pock.loss_depends_on = ["q.weight", "c.weight"]} {
  %q = "pock.read"() {symbol = @q.weight} : () -> tensor<5x6xf32>
  %0 = "pock.matmul"(%x, %q) {transpose_lhs = false, transpose_rhs = true} : (tensor<8x6xf32>, tensor<5x6xf32>) -> tensor<8x5xf32>
  %1 = "pock.relu"(%0) : (tensor<8x5xf32>) -> tensor<8x5xf32>
  %p = "pock.read"() {symbol = @model.p.weight} : () -> tensor<5x3xf32>
  %2 = "pock.matmul"(%1, %p) {transpose_lhs = false, transpose_rhs = false} : (tensor<8x5xf32>, tensor<5x3xf32>) -> tensor<8x3xf32>
  %c = "pock.read"() {symbol = @c.weight} : () -> tensor<3x3x4x8xf32>
  %3 = "pock.conv2d"(%image, %c) {dilations = array<i64: 1, 1>, groups = 1 : i64, padding = array<i64: 1, 1>, strides = array<i64: 2, 2>} : (tensor<1x8x8x4xf32>, tensor<3x3x4x8xf32>) -> tensor<1x4x4x8xf32>
  return %2, %3 : tensor<8x3xf32>, tensor<1x4x4x8xf32>
}
