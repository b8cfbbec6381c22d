// RUN: pock-opt %s --convert-pock-to-linalg | FileCheck %s

// One run of channels is copied from behind an offset.
// CHECK-LABEL: func.func @one_run(
// CHECK-SAME: %[[X:.*]]: tensor<2x5xf32>
// CHECK: linalg.generic {{.*}} outs(%{{.*}} : tensor<2x3xf32>)
// CHECK: %[[INDEX:.*]] = linalg.index 1
// CHECK: %[[COLUMN:.*]] = arith.addi %[[INDEX]], %{{.*}} : index
// CHECK: %[[ROW:.*]] = linalg.index 0
// CHECK: tensor.extract %[[X]][%[[ROW]], %[[COLUMN]]]
func.func @one_run(%x: tensor<2x5xf32>) -> tensor<2x3xf32> {
  %0 = "pock.slice"(%x) {axis = 1 : i64, ranges = array<i64: 1, 3>} : (tensor<2x5xf32>) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}

// Several are looked up.
// CHECK-LABEL: func.func @several_runs(
// CHECK-SAME: %[[X:.*]]: tensor<2x5xf32>
// CHECK: %[[TABLE:.*]] = arith.constant dense<[0, 3, 4]> : tensor<3xi32>
// CHECK: linalg.generic {{.*}} ins(%[[TABLE]] : tensor<3xi32>) outs(%{{.*}} : tensor<2x3xf32>)
// CHECK-NEXT: ^bb0(%[[INDEX:.*]]: i32,
// CHECK-NEXT: %[[ROW:.*]] = linalg.index 0
// CHECK: %[[COLUMN:.*]] = arith.index_cast %[[INDEX]]
// CHECK-NEXT: tensor.extract %[[X]][%[[ROW]], %[[COLUMN]]]
func.func @several_runs(%x: tensor<2x5xf32>) -> tensor<2x3xf32> {
  %0 = "pock.slice"(%x) {axis = 1 : i64, ranges = array<i64: 0, 1, 3, 2>} : (tensor<2x5xf32>) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}
