// RUN: pock-opt %s --convert-pock-to-linalg --cse | FileCheck %s

// Two passes: the variance is that of the centred values.
// CHECK-LABEL: func.func @rows(
// CHECK-SAME: %[[X:.*]]: tensor<2x4xf32>
// CHECK: %[[SUM:.*]] = linalg.generic {{.*}}iterator_types = ["parallel", "reduction"]} ins(%[[X]] : tensor<2x4xf32>)
// CHECK: %[[MEAN:.*]] = linalg.generic {{.*}} ins(%[[SUM]] : tensor<2xf32>)
// CHECK: arith.constant 2.500000e-01
// CHECK: %[[CENTRED:.*]] = linalg.generic {{.*}} ins(%[[X]], %[[MEAN]] : tensor<2x4xf32>, tensor<2xf32>)
// CHECK: arith.subf
// CHECK: %[[SQUARES:.*]] = linalg.generic {{.*}}iterator_types = ["parallel", "reduction"]} ins(%[[CENTRED]] : tensor<2x4xf32>)
// CHECK: %[[VARIANCE:.*]] = linalg.generic {{.*}} ins(%[[SQUARES]] : tensor<2xf32>)
// CHECK: %[[Y:.*]] = linalg.generic {{.*}} ins(%[[CENTRED]], %[[VARIANCE]] : tensor<2x4xf32>, tensor<2xf32>)
// CHECK: math.rsqrt
// CHECK: return %[[Y]], %[[MEAN]], %[[VARIANCE]]
func.func @rows(%x: tensor<2x4xf32>) -> (tensor<2x4xf32>, tensor<2xf32>, tensor<2xf32>) {
  %0:3 = "pock.normalize"(%x) {dims = array<i64: 1>, eps = 1.0e-5} : (tensor<2x4xf32>) -> (tensor<2x4xf32>, tensor<2xf32>, tensor<2xf32>)
  return %0#0, %0#1, %0#2 : tensor<2x4xf32>, tensor<2xf32>, tensor<2xf32>
}

// CHECK-LABEL: func.func @two_dims(
// CHECK: iterator_types = ["parallel", "reduction", "reduction"]
// CHECK: return %{{.*}} : tensor<2x3x4xf32>, tensor<2xf32>
func.func @two_dims(%x: tensor<2x3x4xf32>) -> (tensor<2x3x4xf32>, tensor<2xf32>) {
  %0:3 = "pock.normalize"(%x) {dims = array<i64: 1, 2>, eps = 1.0e-5} : (tensor<2x3x4xf32>) -> (tensor<2x3x4xf32>, tensor<2xf32>, tensor<2xf32>)
  return %0#0, %0#2 : tensor<2x3x4xf32>, tensor<2xf32>
}

// Columns are summed within each entry of the outermost dimension first.
// CHECK-LABEL: func.func @columns(
// CHECK: %[[INNER:.*]] = linalg.generic {{.*}}iterator_types = ["parallel", "reduction", "reduction", "parallel"]} {{.*}} outs(%{{.*}} : tensor<2x4xf32>)
// CHECK: linalg.generic {{.*}}iterator_types = ["reduction", "parallel"]} ins(%[[INNER]] : tensor<2x4xf32>) outs(%{{.*}} : tensor<4xf32>)
func.func @columns(%x: tensor<2x3x5x4xf32>) -> tensor<2x3x5x4xf32> {
  %0:3 = "pock.normalize"(%x) {dims = array<i64: 0, 1, 2>, eps = 1.0e-5} : (tensor<2x3x5x4xf32>) -> (tensor<2x3x5x4xf32>, tensor<4xf32>, tensor<4xf32>)
  return %0#0 : tensor<2x3x5x4xf32>
}

// What is named is taken.
// CHECK-LABEL: func.func @named_in_two_sums(
// CHECK: iterator_types = ["parallel", "parallel", "reduction"]
// CHECK: iterator_types = ["parallel", "reduction"]
func.func @named_in_two_sums(%x: tensor<2x3x4xf32>) -> tensor<2x3x4xf32> {
  %0:3 = "pock.normalize"(%x) {dims = array<i64: 1, 2>, eps = 1.0e-5, pock.lowering = "in-two-sums"} : (tensor<2x3x4xf32>) -> (tensor<2x3x4xf32>, tensor<2xf32>, tensor<2xf32>)
  return %0#0 : tensor<2x3x4xf32>
}
// CHECK-LABEL: func.func @named_at_once(
// CHECK: iterator_types = ["reduction", "reduction", "parallel"]
func.func @named_at_once(%x: tensor<2x3x4xf32>) -> tensor<2x3x4xf32> {
  %0:3 = "pock.normalize"(%x) {dims = array<i64: 0, 1>, eps = 1.0e-5, pock.lowering = "at-once"} : (tensor<2x3x4xf32>) -> (tensor<2x3x4xf32>, tensor<4xf32>, tensor<4xf32>)
  return %0#0 : tensor<2x3x4xf32>
}
