// RUN: pock-opt %s | pock-opt | FileCheck %s
// RUN: pock-opt %s --emit-bytecode | pock-opt | FileCheck %s

// CHECK-LABEL: func.func @reduce
func.func @reduce(%x: tensor<2x3x4xf32>, %y: tensor<2x3xi32>) -> (tensor<3xf32>, tensor<i32>, tensor<2xi32>, tensor<2x3xi32>) {
  // CHECK: "pock.reduce"(%{{.*}}) {dims = array<i64: 0, 2>, kind = "sum"} : (tensor<2x3x4xf32>) -> tensor<3xf32>
  %0 = "pock.reduce"(%x) {dims = array<i64: 0, 2>, kind = "sum"} : (tensor<2x3x4xf32>) -> tensor<3xf32>
  // CHECK: "pock.reduce"(%{{.*}}) {dims = array<i64: 0, 1>, kind = "max"} : (tensor<2x3xi32>) -> tensor<i32>
  %1 = "pock.reduce"(%y) {dims = array<i64: 0, 1>, kind = "max"} : (tensor<2x3xi32>) -> tensor<i32>
  // CHECK: "pock.reduce"(%{{.*}}) {dims = array<i64: 1>, kind = "min"} : (tensor<2x3xi32>) -> tensor<2xi32>
  %2 = "pock.reduce"(%y) {dims = array<i64: 1>, kind = "min"} : (tensor<2x3xi32>) -> tensor<2xi32>
  // CHECK: "pock.reduce"(%{{.*}}) {dims = array<i64>, kind = "sum"} : (tensor<2x3xi32>) -> tensor<2x3xi32>
  %3 = "pock.reduce"(%y) {dims = array<i64>, kind = "sum"} : (tensor<2x3xi32>) -> tensor<2x3xi32>
  return %0, %1, %2, %3 : tensor<3xf32>, tensor<i32>, tensor<2xi32>, tensor<2x3xi32>
}
