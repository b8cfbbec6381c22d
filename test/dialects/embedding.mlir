// RUN: pock-opt %s | pock-opt | FileCheck %s
// RUN: pock-opt %s --emit-bytecode | pock-opt | FileCheck %s

// CHECK-LABEL: func.func @embedding
func.func @embedding(%table: tensor<9x4xf32>, %indices: tensor<2x3xi64>, %scalar: tensor<i32>) -> (tensor<2x3x4xf32>, tensor<4xf32>) {
  // CHECK: "pock.embedding"(%{{.*}}, %{{.*}}) : (tensor<9x4xf32>, tensor<2x3xi64>) -> tensor<2x3x4xf32>
  %0 = "pock.embedding"(%table, %indices) : (tensor<9x4xf32>, tensor<2x3xi64>) -> tensor<2x3x4xf32>
  // CHECK: "pock.embedding"(%{{.*}}, %{{.*}}) {padding_index = 8 : i64} : (tensor<9x4xf32>, tensor<i32>) -> tensor<4xf32>
  %1 = "pock.embedding"(%table, %scalar) {padding_index = 8} : (tensor<9x4xf32>, tensor<i32>) -> tensor<4xf32>
  return %0, %1 : tensor<2x3x4xf32>, tensor<4xf32>
}

// CHECK-LABEL: func.func @gradient
func.func @gradient(%g: tensor<2x3x4xf32>, %indices: tensor<2x3xi64>) -> tensor<9x4xf32> {
  // CHECK: "pock.embedding_grad"(%{{.*}}, %{{.*}}) {padding_index = -1 : i64} : (tensor<2x3x4xf32>, tensor<2x3xi64>) -> tensor<9x4xf32>
  %0 = "pock.embedding_grad"(%g, %indices) {padding_index = -1} : (tensor<2x3x4xf32>, tensor<2x3xi64>) -> tensor<9x4xf32>
  return %0 : tensor<9x4xf32>
}
