// RUN: pock-opt %s | pock-opt | FileCheck %s
// RUN: pock-opt %s --emit-bytecode | pock-opt | FileCheck %s

// CHECK-LABEL: func.func @plain
func.func @plain(%a: tensor<2x3xf32>, %b: tensor<3x4xf32>) -> tensor<2x4xf32> {
  // CHECK: "pock.matmul"(%{{.*}}, %{{.*}}) {transpose_lhs = false, transpose_rhs = false} : (tensor<2x3xf32>, tensor<3x4xf32>) -> tensor<2x4xf32>
  %0 = "pock.matmul"(%a, %b) {transpose_lhs = false, transpose_rhs = false} : (tensor<2x3xf32>, tensor<3x4xf32>) -> tensor<2x4xf32>
  return %0 : tensor<2x4xf32>
}

// CHECK-LABEL: func.func @transposed
func.func @transposed(%a: tensor<5x6x3x2xf64>, %b: tensor<5x6x4x3xf64>) -> tensor<5x6x2x4xf64> {
  // CHECK: "pock.matmul"(%{{.*}}, %{{.*}}) {transpose_lhs = true, transpose_rhs = true} : (tensor<5x6x3x2xf64>, tensor<5x6x4x3xf64>) -> tensor<5x6x2x4xf64>
  %0 = "pock.matmul"(%a, %b) {transpose_lhs = true, transpose_rhs = true} : (tensor<5x6x3x2xf64>, tensor<5x6x4x3xf64>) -> tensor<5x6x2x4xf64>
  return %0 : tensor<5x6x2x4xf64>
}
