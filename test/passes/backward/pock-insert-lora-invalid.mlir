// RUN: not pock-opt %s --pock-insert-lora 2>&1 | FileCheck %s
// RUN: not pock-opt %s --pock-insert-lora='weights=x.*' 2>&1 | FileCheck %s --check-prefix=UNMATCHED
// RUN: not pock-opt %s --pock-insert-lora='symbols=q' 2>&1 | FileCheck %s --check-prefix=UNKNOWN
// RUN: not pock-opt %s --pock-insert-lora='symbols=q.weight' 2>&1 | FileCheck %s --check-prefix=TAKEN

// CHECK-DAG: error: LoRA adapts weights of matrix products and of plain convolutions, but 'table.weight' is used by 'pock.embedding'; name other targets
// CHECK-DAG: error: {{.*}} but 'depthwise.weight' is the weight of a convolution in 4 groups
// CHECK-DAG: error: {{.*}} but 'dilated.weight' is the weight of a dilated convolution
// CHECK-DAG: error: {{.*}} but 'tied.weight' is tied: it is "head.weight", too
// CHECK-DAG: error: {{.*}} but 'unused.weight' is used by nothing
// UNMATCHED: error: no parameter matches the pattern 'x.*'
// UNKNOWN: error: no parameter has the symbol 'q'
// TAKEN: error: the name 'q.lora_B.weight' of an adapter is taken

"pock.parameter"() {kind = "parameter", sym_name = "q.weight", type = tensor<5x6xf32>, update = "frozen"} : () -> ()
"pock.parameter"() {kind = "parameter", sym_name = "q.lora_B.weight", type = tensor<5x6xf32>, update = "frozen"} : () -> ()
"pock.parameter"() {kind = "parameter", sym_name = "table.weight", type = tensor<7x6xf32>, update = "frozen"} : () -> ()
"pock.parameter"() {kind = "parameter", sym_name = "depthwise.weight", type = tensor<1x1x1x4xf32>, update = "frozen"} : () -> ()
"pock.parameter"() {kind = "parameter", sym_name = "dilated.weight", type = tensor<1x1x4x4xf32>, update = "frozen"} : () -> ()
"pock.parameter"() {aliases = ["head.weight"], kind = "parameter", sym_name = "tied.weight", type = tensor<5x6xf32>, update = "frozen"} : () -> ()
"pock.parameter"() {kind = "parameter", sym_name = "unused.weight", type = tensor<5x6xf32>, update = "frozen"} : () -> ()
func.func @train_step(%ids: tensor<8xi64>, %image: tensor<1x2x2x4xf32>) -> (tensor<8x5xf32>, tensor<8x5xf32>, tensor<1x2x2x4xf32>) {
  %table = "pock.read"() {symbol = @table.weight} : () -> tensor<7x6xf32>
  %x = "pock.embedding"(%table, %ids) : (tensor<7x6xf32>, tensor<8xi64>) -> tensor<8x6xf32>
  %q = "pock.read"() {symbol = @q.weight} : () -> tensor<5x6xf32>
  %0 = "pock.matmul"(%x, %q) {transpose_lhs = false, transpose_rhs = true} : (tensor<8x6xf32>, tensor<5x6xf32>) -> tensor<8x5xf32>
  %tied = "pock.read"() {symbol = @tied.weight} : () -> tensor<5x6xf32>
  %1 = "pock.matmul"(%x, %tied) {transpose_lhs = false, transpose_rhs = true} : (tensor<8x6xf32>, tensor<5x6xf32>) -> tensor<8x5xf32>
  %d = "pock.read"() {symbol = @depthwise.weight} : () -> tensor<1x1x1x4xf32>
  %2 = "pock.conv2d"(%image, %d) {dilations = array<i64: 1, 1>, groups = 4 : i64, padding = array<i64: 0, 0>, strides = array<i64: 1, 1>} : (tensor<1x2x2x4xf32>, tensor<1x1x1x4xf32>) -> tensor<1x2x2x4xf32>
  %l = "pock.read"() {symbol = @dilated.weight} : () -> tensor<1x1x4x4xf32>
  %3 = "pock.conv2d"(%2, %l) {dilations = array<i64: 2, 2>, groups = 1 : i64, padding = array<i64: 0, 0>, strides = array<i64: 1, 1>} : (tensor<1x2x2x4xf32>, tensor<1x1x4x4xf32>) -> tensor<1x2x2x4xf32>
  return %0, %1, %3 : tensor<8x5xf32>, tensor<8x5xf32>, tensor<1x2x2x4xf32>
}
