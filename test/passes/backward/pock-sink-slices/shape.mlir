// RUN: pock-opt %s --pock-sink-slices | FileCheck %s

// Reshapes, where channels stay channels: alone, as blocks of several elements, and as several runs.
// CHECK-LABEL: func.func @reshapes(
// CHECK-SAME: %[[X:.*]]: tensor<4x6xf32>
// CHECK: %[[ROWS:.*]] = "pock.slice"(%[[X]]) {axis = 0 : i64, ranges = array<i64: 1, 2>} {{.*}} -> tensor<2x6xf32>
// CHECK: tensor.expand_shape %[[ROWS]] {{.*}} : tensor<2x6xf32> into tensor<2x2x3xf32>
// CHECK: %[[BLOCK:.*]] = "pock.slice"(%[[X]]) {axis = 1 : i64, ranges = array<i64: 3, 3>} {{.*}} -> tensor<4x3xf32>
// CHECK: tensor.expand_shape %[[BLOCK]] {{.*}} : tensor<4x3xf32> into tensor<4x1x3xf32>
// CHECK: %[[RUNS:.*]] = "pock.slice"(%[[X]]) {axis = 1 : i64, ranges = array<i64: 0, 2, 3, 2>} {{.*}} -> tensor<4x4xf32>
// CHECK: tensor.expand_shape %[[RUNS]] {{.*}} : tensor<4x4xf32> into tensor<4x2x2xf32>
func.func @reshapes(%x: tensor<4x6xf32>) {
  %0 = tensor.expand_shape %x [[0], [1, 2]] output_shape [4, 2, 3] : tensor<4x6xf32> into tensor<4x2x3xf32>
  %1 = "pock.slice"(%0) {axis = 0 : i64, ranges = array<i64: 1, 2>} : (tensor<4x2x3xf32>) -> tensor<2x2x3xf32>
  "pock.gradient"(%1) {parameter = @a} : (tensor<2x2x3xf32>) -> ()
  %2 = "pock.slice"(%0) {axis = 1 : i64, ranges = array<i64: 1, 1>} : (tensor<4x2x3xf32>) -> tensor<4x1x3xf32>
  "pock.gradient"(%2) {parameter = @b} : (tensor<4x1x3xf32>) -> ()
  %3 = "pock.slice"(%0) {axis = 2 : i64, ranges = array<i64: 0, 2>} : (tensor<4x2x3xf32>) -> tensor<4x2x2xf32>
  "pock.gradient"(%3) {parameter = @c} : (tensor<4x2x2xf32>) -> ()
  return
}

// Where they are none, the slice stays.
// CHECK-LABEL: func.func @no_channels(
// CHECK: %[[Y:.*]] = tensor.collapse_shape
// CHECK-NEXT: "pock.slice"(%[[Y]])
func.func @no_channels(%x: tensor<4x6xf32>) {
  %0 = tensor.collapse_shape %x [[0, 1]] : tensor<4x6xf32> into tensor<24xf32>
  %1 = "pock.slice"(%0) {axis = 0 : i64, ranges = array<i64: 1, 7>} : (tensor<24xf32>) -> tensor<7xf32>
  "pock.gradient"(%1) {parameter = @a} : (tensor<7xf32>) -> ()
  return
}

// Extractions, insertions and concatenations.
// CHECK-LABEL: func.func @parts(
// CHECK-SAME: %[[X:.*]]: tensor<4x6xf32>, %[[Y:.*]]: tensor<4x2xf32>
// CHECK: %[[OF_X:.*]] = "pock.slice"(%[[X]]) {axis = 1 : i64, ranges = array<i64: 3, 1>} {{.*}} -> tensor<4x1xf32>
// CHECK: tensor.extract_slice %[[OF_X]][1, 0] [2, 1] [2, 1]
// CHECK: %[[Y1:.*]] = "pock.slice"(%[[Y]]) {axis = 0 : i64, {{.*}} -> tensor<2x2xf32>
// CHECK: %[[X1:.*]] = "pock.slice"(%[[X]]) {axis = 0 : i64, {{.*}} -> tensor<2x6xf32>
// CHECK: tensor.insert_slice %[[Y1]] into %[[X1]][0, 3] [2, 2] [1, 1]
// CHECK: %[[A:.*]] = "pock.slice"(%[[X]]) {axis = 0 : i64
// CHECK: %[[B:.*]] = "pock.slice"(%[[Y]]) {axis = 0 : i64
// CHECK: tensor.concat dim(1) %[[A]], %[[B]]
// What is put together along the axis is sliced when it is.
// CHECK: %[[ALL:.*]] = tensor.concat dim(1) %[[X]], %[[Y]]
// CHECK: "pock.slice"(%[[ALL]]) {axis = 1 : i64
func.func @parts(%x: tensor<4x6xf32>, %y: tensor<4x2xf32>) {
  %0 = tensor.extract_slice %x[1, 2] [2, 4] [2, 1] : tensor<4x6xf32> to tensor<2x4xf32>
  %1 = "pock.slice"(%0) {axis = 1 : i64, ranges = array<i64: 1, 1>} : (tensor<2x4xf32>) -> tensor<2x1xf32>
  "pock.gradient"(%1) {parameter = @a} : (tensor<2x1xf32>) -> ()
  %2 = tensor.insert_slice %y into %x[0, 3] [4, 2] [1, 1] : tensor<4x2xf32> into tensor<4x6xf32>
  %3 = "pock.slice"(%2) {axis = 0 : i64, ranges = array<i64: 1, 2>} : (tensor<4x6xf32>) -> tensor<2x6xf32>
  "pock.gradient"(%3) {parameter = @b} : (tensor<2x6xf32>) -> ()
  %4 = tensor.concat dim(1) %x, %y : (tensor<4x6xf32>, tensor<4x2xf32>) -> tensor<4x8xf32>
  %5 = "pock.slice"(%4) {axis = 0 : i64, ranges = array<i64: 1, 2>} : (tensor<4x8xf32>) -> tensor<2x8xf32>
  "pock.gradient"(%5) {parameter = @c} : (tensor<2x8xf32>) -> ()
  %6 = tensor.concat dim(1) %x, %y : (tensor<4x6xf32>, tensor<4x2xf32>) -> tensor<4x8xf32>
  %7 = "pock.slice"(%6) {axis = 1 : i64, ranges = array<i64: 1, 2>} : (tensor<4x8xf32>) -> tensor<4x2xf32>
  "pock.gradient"(%7) {parameter = @d} : (tensor<4x2xf32>) -> ()
  return
}
