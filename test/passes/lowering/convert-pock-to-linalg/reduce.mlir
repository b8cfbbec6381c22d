// RUN: pock-opt %s --convert-pock-to-linalg | FileCheck %s

// CHECK-LABEL: func.func @sum(
// CHECK: arith.constant 0.000000e+00 : f32
// CHECK: linalg.generic {{.*}}iterator_types = ["reduction", "parallel", "reduction"]} ins(%{{.*}} : tensor<2x3x4xf32>) outs(%{{.*}} : tensor<3xf32>)
// CHECK: arith.addf
func.func @sum(%x: tensor<2x3x4xf32>) -> tensor<3xf32> {
  %0 = "pock.reduce"(%x) {dims = array<i64: 0, 2>, kind = "sum"} : (tensor<2x3x4xf32>) -> tensor<3xf32>
  return %0 : tensor<3xf32>
}

// CHECK-LABEL: func.func @maximum(
// CHECK: arith.constant 0xFF800000 : f32
// CHECK: arith.maximumf
func.func @maximum(%x: tensor<2x3xf32>) -> tensor<2xf32> {
  %0 = "pock.reduce"(%x) {dims = array<i64: 1>, kind = "max"} : (tensor<2x3xf32>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}

// CHECK-LABEL: func.func @minimum(
// CHECK: arith.constant 0x7F800000 : f32
// CHECK: arith.minimumf
func.func @minimum(%x: tensor<2x3xf32>) -> tensor<2xf32> {
  %0 = "pock.reduce"(%x) {dims = array<i64: 1>, kind = "min"} : (tensor<2x3xf32>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}

// CHECK-LABEL: func.func @integers(
// CHECK: arith.constant 0 : i32
// CHECK: arith.addi
// CHECK: arith.constant -2147483648 : i32
// CHECK: arith.maxsi
// CHECK: arith.constant 2147483647 : i32
// CHECK: arith.minsi
func.func @integers(%x: tensor<2x3xi32>) -> (tensor<2xi32>, tensor<2xi32>, tensor<2xi32>) {
  %0 = "pock.reduce"(%x) {dims = array<i64: 1>, kind = "sum"} : (tensor<2x3xi32>) -> tensor<2xi32>
  %1 = "pock.reduce"(%x) {dims = array<i64: 1>, kind = "max"} : (tensor<2x3xi32>) -> tensor<2xi32>
  %2 = "pock.reduce"(%x) {dims = array<i64: 1>, kind = "min"} : (tensor<2x3xi32>) -> tensor<2xi32>
  return %0, %1, %2 : tensor<2xi32>, tensor<2xi32>, tensor<2xi32>
}
