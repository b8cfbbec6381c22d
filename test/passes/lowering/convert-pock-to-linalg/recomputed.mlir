// RUN: pock-opt %s --convert-pock-to-linalg --cse | FileCheck %s

// What is computed once more stays apart from the first: structured ops, and what is inside of them, have its mark.
// CHECK-LABEL: func.func @twice(
// CHECK: linalg.matmul
// CHECK-NOT: pock.recomputed
// CHECK: linalg.generic
// CHECK: math.erf %{{.*}} : f32
// CHECK: linalg.matmul
// CHECK-SAME: pock.recomputed = 1 : i64
// CHECK: linalg.generic
// CHECK-SAME: pock.recomputed = 2 : i64
// CHECK: math.erf %{{.*}} {pock.recomputed = 2 : i64} : f32
func.func @twice(%x: tensor<4x8xf32>, %w: tensor<8x8xf32>) -> (tensor<4x8xf32>, tensor<4x8xf32>) {
  %0 = "pock.matmul"(%x, %w) {transpose_lhs = false, transpose_rhs = false} : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  %1 = "pock.gelu"(%0) {approximate = "none"} : (tensor<4x8xf32>) -> tensor<4x8xf32>
  %2 = "pock.matmul"(%x, %w) {transpose_lhs = false, transpose_rhs = false, pock.recomputed = 1 : i64} : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  %3 = "pock.gelu"(%2) {approximate = "none", pock.recomputed = 2 : i64} : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return %1, %3 : tensor<4x8xf32>, tensor<4x8xf32>
}
