// RUN: pock-opt %s --convert-pock-to-linalg --pock-adapt-to-iree --cse | FileCheck %s

// A product is summed over the longest dimension first.
// CHECK-LABEL: func.func @product(
// CHECK: %[[PRODUCT:.*]] = arith.mulf
// CHECK: %[[INNER:.*]] = linalg.generic {{.*}}iterator_types = ["parallel", "parallel", "reduction"]} ins(%[[PRODUCT]] : tensor<2x3x5xf32>) outs(%{{.*}} : tensor<2x3xf32>)
// CHECK: arith.addf
// CHECK: linalg.generic {{.*}}iterator_types = ["reduction", "parallel"]} ins(%[[INNER]] : tensor<2x3xf32>) outs(%{{.*}} : tensor<3xf32>)
// CHECK: arith.addf
func.func @product(%x: tensor<2x3x5xf32>, %y: tensor<2x3x5xf32>) -> tensor<3xf32> {
  %0 = arith.mulf %x, %y : tensor<2x3x5xf32>
  %1 = "pock.reduce"(%0) {dims = array<i64: 0, 2>, kind = "sum"} : (tensor<2x3x5xf32>) -> tensor<3xf32>
  return %1 : tensor<3xf32>
}

// CHECK-LABEL: func.func @maximum_of_integers(
// CHECK: linalg.generic {{.*}}iterator_types = ["reduction", "parallel"]
// CHECK: arith.maxsi
// CHECK: linalg.generic {{.*}}iterator_types = ["reduction"]
// CHECK: arith.maxsi
func.func @maximum_of_integers(%x: tensor<7x3xi32>, %y: tensor<7x3xi32>) -> tensor<i32> {
  %0 = arith.muli %x, %y : tensor<7x3xi32>
  %1 = "pock.reduce"(%0) {dims = array<i64: 0, 1>, kind = "max"} : (tensor<7x3xi32>) -> tensor<i32>
  return %1 : tensor<i32>
}

// A square, a sum and a single dimension are reduced at once.
// CHECK-LABEL: func.func @others(
// CHECK-COUNT-3: linalg.generic
// CHECK-NOT: linalg.generic
func.func @others(%x: tensor<2x3x5xf32>, %y: tensor<2x3x5xf32>) -> (tensor<3xf32>, tensor<3xf32>, tensor<2x3xf32>) {
  %square = arith.mulf %x, %x : tensor<2x3x5xf32>
  %sum = arith.addf %x, %y : tensor<2x3x5xf32>
  %product = arith.mulf %x, %y : tensor<2x3x5xf32>
  %0 = "pock.reduce"(%square) {dims = array<i64: 0, 2>, kind = "sum"} : (tensor<2x3x5xf32>) -> tensor<3xf32>
  %1 = "pock.reduce"(%sum) {dims = array<i64: 0, 2>, kind = "sum"} : (tensor<2x3x5xf32>) -> tensor<3xf32>
  %2 = "pock.reduce"(%product) {dims = array<i64: 2>, kind = "sum"} : (tensor<2x3x5xf32>) -> tensor<2x3xf32>
  return %0, %1, %2 : tensor<3xf32>, tensor<3xf32>, tensor<2x3xf32>
}
