// RUN: pock-opt %s --convert-pock-to-linalg | FileCheck %s

// Transpositions are in the indexing maps.
// CHECK-DAG: #[[$MK:.*]] = affine_map<(d0, d1, d2) -> (d0, d2)>
// CHECK-DAG: #[[$NK:.*]] = affine_map<(d0, d1, d2) -> (d1, d2)>
// CHECK-DAG: #[[$MN:.*]] = affine_map<(d0, d1, d2) -> (d0, d1)>
// CHECK-DAG: #[[$KM:.*]] = affine_map<(d0, d1, d2) -> (d2, d0)>
// CHECK-DAG: #[[$KN:.*]] = affine_map<(d0, d1, d2) -> (d2, d1)>

// CHECK-LABEL: func.func @plain(
// CHECK: %[[ZEROS:.*]] = linalg.fill {{.*}} -> tensor<2x4xf32>
// CHECK: linalg.matmul ins(%{{.*}} : tensor<2x3xf32>, tensor<3x4xf32>) outs(%[[ZEROS]] : tensor<2x4xf32>)
func.func @plain(%a: tensor<2x3xf32>, %b: tensor<3x4xf32>) -> tensor<2x4xf32> {
  %0 = "pock.matmul"(%a, %b) {transpose_lhs = false, transpose_rhs = false} : (tensor<2x3xf32>, tensor<3x4xf32>) -> tensor<2x4xf32>
  return %0 : tensor<2x4xf32>
}

// CHECK-LABEL: func.func @rhs_transposed(
// CHECK: linalg.matmul indexing_maps = [#[[$MK]], #[[$NK]], #[[$MN]]]
func.func @rhs_transposed(%a: tensor<2x3xf32>, %b: tensor<4x3xf32>) -> tensor<2x4xf32> {
  %0 = "pock.matmul"(%a, %b) {transpose_lhs = false, transpose_rhs = true} : (tensor<2x3xf32>, tensor<4x3xf32>) -> tensor<2x4xf32>
  return %0 : tensor<2x4xf32>
}

// CHECK-LABEL: func.func @lhs_transposed(
// CHECK: linalg.matmul indexing_maps = [#[[$KM]], #[[$KN]], #[[$MN]]]
func.func @lhs_transposed(%a: tensor<3x2xf32>, %b: tensor<3x4xf32>) -> tensor<2x4xf32> {
  %0 = "pock.matmul"(%a, %b) {transpose_lhs = true, transpose_rhs = false} : (tensor<3x2xf32>, tensor<3x4xf32>) -> tensor<2x4xf32>
  return %0 : tensor<2x4xf32>
}

// All batch dimensions become one; of size 1 they vanish.
// CHECK-LABEL: func.func @batches(
// CHECK: linalg.batch_matmul ins(%{{.*}} : tensor<30x2x3xf32>, tensor<30x3x4xf32>)
// CHECK: tensor.expand_shape {{.*}} into tensor<5x6x2x4xf32>
func.func @batches(%a: tensor<5x6x2x3xf32>, %b: tensor<5x6x3x4xf32>) -> tensor<5x6x2x4xf32> {
  %0 = "pock.matmul"(%a, %b) {transpose_lhs = false, transpose_rhs = false} : (tensor<5x6x2x3xf32>, tensor<5x6x3x4xf32>) -> tensor<5x6x2x4xf32>
  return %0 : tensor<5x6x2x4xf32>
}

// CHECK-LABEL: func.func @batch_of_one(
// CHECK: linalg.matmul {{.*}}ins(%{{.*}} : tensor<2x3xf32>, tensor<3x4xf32>)
func.func @batch_of_one(%a: tensor<1x2x3xf32>, %b: tensor<1x3x4xf32>) -> tensor<1x2x4xf32> {
  %0 = "pock.matmul"(%a, %b) {transpose_lhs = false, transpose_rhs = false} : (tensor<1x2x3xf32>, tensor<1x3x4xf32>) -> tensor<1x2x4xf32>
  return %0 : tensor<1x2x4xf32>
}

// One element times a vector is elementwise.
// CHECK-LABEL: func.func @one_element
// CHECK-NOT: linalg.matmul
// CHECK: arith.mulf
func.func @one_element(%x: tensor<1x1xf32>, %w: tensor<5x1xf32>) -> tensor<1x5xf32> {
  %0 = "pock.matmul"(%x, %w) {transpose_lhs = false, transpose_rhs = true} : (tensor<1x1xf32>, tensor<5x1xf32>) -> tensor<1x5xf32>
  return %0 : tensor<1x5xf32>
}

// What is named is taken.
// CHECK-LABEL: func.func @named_matmul(
// CHECK: linalg.matmul {{.*}} tensor<2x1xf32>, tensor<1x4xf32>)
func.func @named_matmul(%a: tensor<1x2x1xf32>, %b: tensor<1x1x4xf32>) -> tensor<1x2x4xf32> {
  %0 = "pock.matmul"(%a, %b) {transpose_lhs = false, transpose_rhs = false, pock.lowering = "matmul"} : (tensor<1x2x1xf32>, tensor<1x1x4xf32>) -> tensor<1x2x4xf32>
  return %0 : tensor<1x2x4xf32>
}
// CHECK-LABEL: func.func @named_batch_matmul(
// CHECK: linalg.batch_matmul {{.*}} tensor<1x2x1xf32>, tensor<1x1x4xf32>)
func.func @named_batch_matmul(%a: tensor<2x1xf32>, %b: tensor<1x4xf32>) -> tensor<2x4xf32> {
  %0 = "pock.matmul"(%a, %b) {transpose_lhs = false, transpose_rhs = false, pock.lowering = "batch-matmul"} : (tensor<2x1xf32>, tensor<1x4xf32>) -> tensor<2x4xf32>
  return %0 : tensor<2x4xf32>
}
// CHECK-LABEL: func.func @named_outer_product(
// CHECK-NOT: matmul
// CHECK: linalg.generic {{.*}} tensor<5x2xf32>, tensor<5x4xf32>) outs(%{{.*}} : tensor<5x2x4xf32>)
// CHECK: arith.mulf
func.func @named_outer_product(%a: tensor<5x2x1xf32>, %b: tensor<5x1x4xf32>) -> tensor<5x2x4xf32> {
  %0 = "pock.matmul"(%a, %b) {transpose_lhs = false, transpose_rhs = false, pock.lowering = "outer-product"} : (tensor<5x2x1xf32>, tensor<5x1x4xf32>) -> tensor<5x2x4xf32>
  return %0 : tensor<5x2x4xf32>
}
