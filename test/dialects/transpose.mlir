// RUN: pock-opt %s | pock-opt | FileCheck %s
// RUN: pock-opt %s --emit-bytecode | pock-opt | FileCheck %s

// CHECK-LABEL: func.func @transpose
func.func @transpose(%x: tensor<2x3x4xf32>, %scalar: tensor<i64>) -> (tensor<4x2x3xf32>, tensor<i64>) {
  // CHECK: "pock.transpose"(%{{.*}}) {permutation = array<i64: 2, 0, 1>} : (tensor<2x3x4xf32>) -> tensor<4x2x3xf32>
  %0 = "pock.transpose"(%x) {permutation = array<i64: 2, 0, 1>} : (tensor<2x3x4xf32>) -> tensor<4x2x3xf32>
  // CHECK: "pock.transpose"(%{{.*}}) {permutation = array<i64>} : (tensor<i64>) -> tensor<i64>
  %1 = "pock.transpose"(%scalar) {permutation = array<i64>} : (tensor<i64>) -> tensor<i64>
  return %0, %1 : tensor<4x2x3xf32>, tensor<i64>
}
