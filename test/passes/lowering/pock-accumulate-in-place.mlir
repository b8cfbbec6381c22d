// RUN: pock-opt %s --convert-pock-to-linalg --pock-accumulate-in-place --cse --canonicalize | FileCheck %s

// The output matrix of a language model is its embedding, too: the rows' gradients go into the product.
// CHECK-LABEL: func.func @tied(
// CHECK: %[[PRODUCT:.*]] = linalg.matmul
// CHECK-NOT: linalg.fill
// CHECK: %[[SUM:.*]] = tm_tensor.scatter {{.*}} outs(%[[PRODUCT]] : tensor<9x4xf32>)
// CHECK-NOT: arith.addf %{{.*}} : tensor
// CHECK: return %[[SUM]]
func.func @tied(%x: tensor<5x9xf32>, %y: tensor<5x4xf32>, %g: tensor<6x4xf32>, %rows: tensor<6xi64>) -> tensor<9x4xf32> {
  %0 = "pock.matmul"(%x, %y) {transpose_lhs = true, transpose_rhs = false} : (tensor<5x9xf32>, tensor<5x4xf32>) -> tensor<9x4xf32>
  %1 = "pock.embedding_grad"(%g, %rows) {padding_index = -1} : (tensor<6x4xf32>, tensor<6xi64>) -> tensor<9x4xf32>
  %2 = arith.addf %0, %1 : tensor<9x4xf32>
  return %2 : tensor<9x4xf32>
}

// Several, one after the other.
// CHECK-LABEL: func.func @twice(
// CHECK: %[[ZEROS:.*]] = linalg.fill
// CHECK: %[[FIRST:.*]] = tm_tensor.scatter {{.*}} outs(%[[ZEROS]] : tensor<9x4xf32>)
// CHECK: %[[SECOND:.*]] = tm_tensor.scatter {{.*}} outs(%[[FIRST]] : tensor<9x4xf32>)
// CHECK: %[[THIRD:.*]] = tm_tensor.scatter {{.*}} outs(%[[SECOND]] : tensor<9x4xf32>)
// CHECK: return %[[THIRD]]
func.func @twice(%g: tensor<6x4xf32>, %h: tensor<6x4xf32>, %k: tensor<6x4xf32>, %rows: tensor<6xi64>) -> tensor<9x4xf32> {
  %0 = "pock.embedding_grad"(%g, %rows) {padding_index = -1} : (tensor<6x4xf32>, tensor<6xi64>) -> tensor<9x4xf32>
  %1 = "pock.embedding_grad"(%h, %rows) {padding_index = -1} : (tensor<6x4xf32>, tensor<6xi64>) -> tensor<9x4xf32>
  %2 = arith.addf %1, %0 : tensor<9x4xf32>
  %3 = "pock.embedding_grad"(%k, %rows) {padding_index = -1} : (tensor<6x4xf32>, tensor<6xi64>) -> tensor<9x4xf32>
  %4 = arith.addf %2, %3 : tensor<9x4xf32>
  return %4 : tensor<9x4xf32>
}

// What is used elsewhere, is made behind the scatter, or is the caller's, keeps its storage.
// CHECK-LABEL: func.func @kept(
// CHECK-COUNT-3: tm_tensor.scatter {{.*}} outs(%{{zeros|[0-9]+}} : tensor<9x4xf32>)
// CHECK-COUNT-3: arith.addf %{{.*}} : tensor<9x4xf32>
func.func @kept(%x: tensor<9x4xf32>, %g: tensor<6x4xf32>, %h: tensor<6x4xf32>, %k: tensor<6x4xf32>, %rows: tensor<6xi64>) -> (tensor<9x4xf32>, tensor<9x4xf32>, tensor<9x4xf32>, tensor<9x4xf32>) {
  %0 = math.exp %x : tensor<9x4xf32>
  %1 = "pock.embedding_grad"(%g, %rows) {padding_index = -1} : (tensor<6x4xf32>, tensor<6xi64>) -> tensor<9x4xf32>
  %2 = "pock.embedding_grad"(%h, %rows) {padding_index = -1} : (tensor<6x4xf32>, tensor<6xi64>) -> tensor<9x4xf32>
  %3 = "pock.embedding_grad"(%k, %rows) {padding_index = -1} : (tensor<6x4xf32>, tensor<6xi64>) -> tensor<9x4xf32>
  %4 = math.tanh %0 : tensor<9x4xf32>
  %5 = arith.addf %0, %1 : tensor<9x4xf32>
  %6 = arith.addf %2, %4 : tensor<9x4xf32>
  %7 = arith.addf %x, %3 : tensor<9x4xf32>
  return %0, %5, %6, %7 : tensor<9x4xf32>, tensor<9x4xf32>, tensor<9x4xf32>, tensor<9x4xf32>
}
