// RUN: pock-opt %s | pock-opt | FileCheck %s
// RUN: pock-opt %s --emit-bytecode | pock-opt | FileCheck %s

// CHECK-LABEL: func.func @last
func.func @last(%x: tensor<2x3x4xf32>) -> (tensor<2x3x4xf32>, tensor<2x3xf32>, tensor<2x3xf32>) {
  // CHECK: "pock.normalize"(%{{.*}}) {dims = array<i64: 2>, eps = 1.000000e-05 : f64} : (tensor<2x3x4xf32>) -> (tensor<2x3x4xf32>, tensor<2x3xf32>, tensor<2x3xf32>)
  %0:3 = "pock.normalize"(%x) {dims = array<i64: 2>, eps = 1.0e-5} : (tensor<2x3x4xf32>) -> (tensor<2x3x4xf32>, tensor<2x3xf32>, tensor<2x3xf32>)
  return %0#0, %0#1, %0#2 : tensor<2x3x4xf32>, tensor<2x3xf32>, tensor<2x3xf32>
}

// CHECK-LABEL: func.func @all_but_channels
func.func @all_but_channels(%x: tensor<2x3x4xf32>) -> tensor<4xf32> {
  // CHECK: "pock.normalize"(%{{.*}}) {dims = array<i64: 0, 1>, {{.*}} -> (tensor<2x3x4xf32>, tensor<4xf32>, tensor<4xf32>)
  %0:3 = "pock.normalize"(%x) {dims = array<i64: 0, 1>, eps = 1.0e-5} : (tensor<2x3x4xf32>) -> (tensor<2x3x4xf32>, tensor<4xf32>, tensor<4xf32>)
  return %0#1 : tensor<4xf32>
}

// CHECK-LABEL: func.func @all
func.func @all(%x: tensor<3x4xf64>) -> (tensor<3x4xf64>, tensor<f64>) {
  // CHECK: "pock.normalize"(%{{.*}}) {dims = array<i64: 0, 1>, eps = 0.000000e+00 : f64} : (tensor<3x4xf64>) -> (tensor<3x4xf64>, tensor<f64>, tensor<f64>)
  %0:3 = "pock.normalize"(%x) {dims = array<i64: 0, 1>, eps = 0.0} : (tensor<3x4xf64>) -> (tensor<3x4xf64>, tensor<f64>, tensor<f64>)
  return %0#0, %0#1 : tensor<3x4xf64>, tensor<f64>
}
