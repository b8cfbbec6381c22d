// RUN: pock-opt %s --convert-pock-to-linalg --cse --canonicalize | FileCheck %s

// What reads a widened tensor reads the narrow one, and widens element by element.
// CHECK-LABEL: func.func @arithmetic(
// CHECK-SAME: %[[X:.*]]: tensor<2x4xbf16>, %[[Y:.*]]: tensor<2x4xf32>)
// CHECK-NOT: arith.extf {{.*}} tensor
// CHECK: linalg.generic {{.*}} ins(%[[X]], %[[Y]] : tensor<2x4xbf16>, tensor<2x4xf32>)
// CHECK: %[[W:.*]] = arith.extf %{{.*}} : bf16 to f32
// CHECK: arith.mulf %[[W]]
// CHECK: linalg.generic {{.*}} ins(%[[X]] : tensor<2x4xbf16>) outs(%{{.*}} : tensor<2xf32>)
// CHECK: arith.extf
// CHECK: arith.addf
func.func @arithmetic(%x: tensor<2x4xbf16>, %y: tensor<2x4xf32>) -> (tensor<2x4xf32>, tensor<2xf32>) {
  %w = arith.extf %x : tensor<2x4xbf16> to tensor<2x4xf32>
  %0 = arith.mulf %w, %y : tensor<2x4xf32>
  %1 = "pock.reduce"(%w) {dims = array<i64: 1>, kind = "sum"} : (tensor<2x4xf32>) -> tensor<2xf32>
  return %0, %1 : tensor<2x4xf32>, tensor<2xf32>
}

// A product adds up in float32.
// CHECK-LABEL: func.func @matmul(
// CHECK: linalg.matmul {{.*}}ins(%{{.*}}, %{{.*}} : tensor<2x4xbf16>, tensor<4x3xf32>) outs(%{{.*}} : tensor<2x3xf32>)
func.func @matmul(%x: tensor<2x4xbf16>, %y: tensor<4x3xf32>) -> tensor<2x3xf32> {
  %w = arith.extf %x : tensor<2x4xbf16> to tensor<2x4xf32>
  %0 = "pock.matmul"(%w, %y) {transpose_lhs = false, transpose_rhs = false} : (tensor<2x4xf32>, tensor<4x3xf32>) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}
