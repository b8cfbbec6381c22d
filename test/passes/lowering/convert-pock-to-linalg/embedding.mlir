// RUN: pock-opt %s --convert-pock-to-linalg | FileCheck %s

// CHECK-LABEL: func.func @gather(
// CHECK-SAME: %[[TABLE:.*]]: tensor<9x4xf32>, %[[INDICES:.*]]: tensor<2x3xi64>
// CHECK: linalg.generic {{.*}} ins(%[[INDICES]] : tensor<2x3xi64>)
// CHECK: %[[ROW:.*]] = arith.index_cast
// CHECK: %[[COLUMN:.*]] = linalg.index 2
// CHECK: tensor.extract %[[TABLE]][%[[ROW]], %[[COLUMN]]]
func.func @gather(%table: tensor<9x4xf32>, %indices: tensor<2x3xi64>) -> tensor<2x3x4xf32> {
  %0 = "pock.embedding"(%table, %indices) : (tensor<9x4xf32>, tensor<2x3xi64>) -> tensor<2x3x4xf32>
  return %0 : tensor<2x3x4xf32>
}

// Rows add up, as an index may occur several times.
// CHECK-LABEL: func.func @scatter(
// CHECK: %[[INDICES:.*]] = arith.trunci %{{.*}} : tensor<6x1xi64> to tensor<6x1xi32>
// CHECK: %[[ZEROS:.*]] = linalg.fill {{.*}} -> tensor<9x4xf32>
// CHECK: tm_tensor.scatter {{.*}}unique_indices(false) ins(%{{.*}}, %[[INDICES]] : tensor<6x4xf32>, tensor<6x1xi32>) outs(%[[ZEROS]] : tensor<9x4xf32>)
// CHECK: arith.addf
func.func @scatter(%g: tensor<2x3x4xf32>, %indices: tensor<2x3xi64>) -> tensor<9x4xf32> {
  %0 = "pock.embedding_grad"(%g, %indices) {padding_index = -1} : (tensor<2x3x4xf32>, tensor<2x3xi64>) -> tensor<9x4xf32>
  return %0 : tensor<9x4xf32>
}

// What belongs to the row of padding is zero before it is added.
// CHECK-LABEL: func.func @padding(
// CHECK: %[[PADDING:.*]] = arith.constant 8 : i32
// CHECK: arith.cmpi eq, %{{.*}}, %[[PADDING]]
// CHECK: arith.select
// CHECK: tm_tensor.scatter
func.func @padding(%g: tensor<2x4xf32>, %indices: tensor<2xi32>) -> tensor<9x4xf32> {
  %0 = "pock.embedding_grad"(%g, %indices) {padding_index = 8} : (tensor<2x4xf32>, tensor<2xi32>) -> tensor<9x4xf32>
  return %0 : tensor<9x4xf32>
}

// Rows that were widened are to be in memory before they are scattered; others need not.
// CHECK-LABEL: func.func @gradient_of_narrow_rows(
// CHECK: tm_tensor.scatter {{.*}}pock.materialized
// CHECK: tm_tensor.scatter
// CHECK-NOT: pock.materialized
func.func @gradient_of_narrow_rows(%narrow: tensor<2x3x4xbf16>, %wide: tensor<2x3x4xf32>, %indices: tensor<2x3xi32>) -> (tensor<5x4xf32>, tensor<5x4xf32>) {
  %rows = arith.extf %narrow : tensor<2x3x4xbf16> to tensor<2x3x4xf32>
  %0 = "pock.embedding_grad"(%rows, %indices) {padding_index = -1 : i64} : (tensor<2x3x4xf32>, tensor<2x3xi32>) -> tensor<5x4xf32>
  %1 = "pock.embedding_grad"(%wide, %indices) {padding_index = -1 : i64} : (tensor<2x3x4xf32>, tensor<2x3xi32>) -> tensor<5x4xf32>
  return %0, %1 : tensor<5x4xf32>, tensor<5x4xf32>
}
