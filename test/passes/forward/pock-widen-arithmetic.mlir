// RUN: pock-opt %s --pock-widen-arithmetic | FileCheck %s

// Arithmetic on narrow numbers is on float32, rounded after each op; moves and conversions stay.
// CHECK-LABEL: func.func @train_step(
// CHECK-SAME: %[[X:.*]]: tensor<2x4xbf16>, %[[W:.*]]: tensor<4x4xbf16>
func.func @train_step(%x: tensor<2x4xbf16>, %w: tensor<4x4xbf16>, %h: tensor<2x4xf16>) -> (tensor<2x4xbf16>, tensor<2x4xi1>, tensor<2x4xf32>) {
  // CHECK-DAG: %[[XW:.*]] = arith.extf %[[X]] : tensor<2x4xbf16> to tensor<2x4xf32>
  // CHECK-DAG: %[[WW:.*]] = arith.extf %[[W]]
  // CHECK: %[[P:.*]] = "pock.matmul"(%[[XW]], %[[WW]]) {{.*}} -> tensor<2x4xf32>
  // CHECK: %[[PN:.*]] = arith.truncf %[[P]] : tensor<2x4xf32> to tensor<2x4xbf16>
  %p = "pock.matmul"(%x, %w) {transpose_lhs = false, transpose_rhs = false} : (tensor<2x4xbf16>, tensor<4x4xbf16>) -> tensor<2x4xbf16>
  // CHECK: %[[T:.*]] = "pock.transpose"(%[[PN]]) {{.*}} -> tensor<4x2xbf16>
  %t = "pock.transpose"(%p) {permutation = array<i64: 1, 0>} : (tensor<2x4xbf16>) -> tensor<4x2xbf16>
  // CHECK: %[[B:.*]] = "pock.transpose"(%[[T]])
  %b = "pock.transpose"(%t) {permutation = array<i64: 1, 0>} : (tensor<4x2xbf16>) -> tensor<2x4xbf16>
  // CHECK: %[[E:.*]] = math.exp %{{.*}} : tensor<2x4xf32>
  // CHECK: %[[N:.*]] = arith.truncf %[[E]]
  %e = math.exp %b : tensor<2x4xbf16>
  // CHECK: %[[C:.*]] = arith.cmpf ogt, %{{.*}} : tensor<2x4xf32>
  %c = arith.cmpf ogt, %e, %b : tensor<2x4xbf16>
  // CHECK: %[[F:.*]] = arith.extf %{{.*}} : tensor<2x4xf16> to tensor<2x4xf32>
  // CHECK-NEXT: return %[[N]], %[[C]], %[[F]]
  %f = arith.extf %h : tensor<2x4xf16> to tensor<2x4xf32>
  return %e, %c, %f : tensor<2x4xbf16>, tensor<2x4xi1>, tensor<2x4xf32>
}
