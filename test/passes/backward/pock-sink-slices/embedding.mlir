// RUN: pock-opt %s --pock-sink-slices | FileCheck %s

// Elements of all rows are those of the cotangent.
// CHECK-LABEL: func.func @elements(
// CHECK-SAME: %[[G:.*]]: tensor<2x3x4xf32>, %[[I:.*]]: tensor<2x3xi64>
// CHECK-NEXT: %[[PART:.*]] = "pock.slice"(%[[G]]) {axis = 2 : i64, ranges = array<i64: 1, 2>} {{.*}} -> tensor<2x3x2xf32>
// CHECK-NEXT: "pock.embedding_grad"(%[[PART]], %[[I]]) {padding_index = -1 : i64} {{.*}} -> tensor<9x2xf32>
func.func @elements(%g: tensor<2x3x4xf32>, %i: tensor<2x3xi64>) {
  %0 = "pock.embedding_grad"(%g, %i) {padding_index = -1 : i64} : (tensor<2x3x4xf32>, tensor<2x3xi64>) -> tensor<9x4xf32>
  %1 = "pock.slice"(%0) {axis = 1 : i64, ranges = array<i64: 1, 2>} : (tensor<9x4xf32>) -> tensor<9x2xf32>
  "pock.gradient"(%1) {parameter = @w} : (tensor<9x2xf32>) -> ()
  return
}

// Of rows 3 and 4 the others' cotangents are zero, and go to the first of them. The padding is one of the two.
// CHECK-LABEL: func.func @run_of_rows(
// CHECK-SAME: %[[G:.*]]: tensor<5x4xf32>, %[[I:.*]]: tensor<5xi64>
// CHECK: %[[PLACE:.*]] = arith.subi %[[I]], %{{.*}}
// CHECK: %[[INSIDE:.*]] = arith.cmpi ult, %[[PLACE]], %{{.*}}
// CHECK: %[[PLACES:.*]] = arith.select %[[INSIDE]], %[[PLACE]], %{{.*}}
// CHECK: %[[TAKEN:.*]] = arith.cmpi sge, %[[PLACES]], %{{.*}}
// CHECK: %[[ROWS:.*]] = arith.maxsi %[[PLACES]], %{{.*}}
// CHECK: %[[MASK:.*]] = "pock.broadcast"({{.*}} -> tensor<5x4xi1>
// CHECK: %[[LEFT:.*]] = arith.select %[[MASK]], %[[G]], %{{.*}}
// CHECK: "pock.embedding_grad"(%[[LEFT]], %[[ROWS]]) {padding_index = 1 : i64} {{.*}} -> tensor<2x4xf32>
func.func @run_of_rows(%g: tensor<5x4xf32>, %i: tensor<5xi64>) {
  %0 = "pock.embedding_grad"(%g, %i) {padding_index = 4 : i64} : (tensor<5x4xf32>, tensor<5xi64>) -> tensor<9x4xf32>
  %1 = "pock.slice"(%0) {axis = 0 : i64, ranges = array<i64: 3, 2>} : (tensor<9x4xf32>) -> tensor<2x4xf32>
  "pock.gradient"(%1) {parameter = @w} : (tensor<2x4xf32>) -> ()
  return
}

// The places of several runs stand in a table.
// CHECK-LABEL: func.func @several_runs_of_rows(
// CHECK-SAME: %[[G:.*]]: tensor<5x4xf32>, %[[I:.*]]: tensor<5xi32>
// CHECK: %[[TABLE:.*]] = arith.constant dense<{{\[\[}}0], [-1], [1], [2]]> : tensor<4x1xi32>
// CHECK: "pock.embedding"(%[[TABLE]], %[[I]])
// CHECK: "pock.embedding_grad"({{.*}}) {padding_index = -1 : i64} {{.*}} -> tensor<3x4xf32>
func.func @several_runs_of_rows(%g: tensor<5x4xf32>, %i: tensor<5xi32>) {
  %0 = "pock.embedding_grad"(%g, %i) {padding_index = 1 : i64} : (tensor<5x4xf32>, tensor<5xi32>) -> tensor<4x4xf32>
  %1 = "pock.slice"(%0) {axis = 0 : i64, ranges = array<i64: 0, 1, 2, 2>} : (tensor<4x4xf32>) -> tensor<3x4xf32>
  "pock.gradient"(%1) {parameter = @w} : (tensor<3x4xf32>) -> ()
  return
}
