// RUN: pock-opt %s | pock-opt | FileCheck %s
// RUN: pock-opt %s --emit-bytecode | pock-opt | FileCheck %s

// CHECK-LABEL: func.func @uniform
func.func @uniform(%seed: tensor<i32>, %step: tensor<i32>) -> tensor<2x3xf32> {
  // CHECK: "pock.uniform"(%{{.*}}, %{{.*}}) {stream = 3 : i64} : (tensor<i32>, tensor<i32>) -> tensor<2x3xf32>
  %0 = "pock.uniform"(%seed, %step) {stream = 3} : (tensor<i32>, tensor<i32>) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}

// CHECK-LABEL: func.func @dropout
func.func @dropout(%x: tensor<4xf64>, %seed: tensor<i32>, %step: tensor<i32>) -> tensor<4xf64> {
  // CHECK: "pock.dropout"(%{{.*}}, %{{.*}}, %{{.*}}) {rate = 1.000000e-01 : f64, stream = 0 : i64} : (tensor<4xf64>, tensor<i32>, tensor<i32>) -> tensor<4xf64>
  %0 = "pock.dropout"(%x, %seed, %step) {rate = 0.1, stream = 0} : (tensor<4xf64>, tensor<i32>, tensor<i32>) -> tensor<4xf64>
  return %0 : tensor<4xf64>
}
