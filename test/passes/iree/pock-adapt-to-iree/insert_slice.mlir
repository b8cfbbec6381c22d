// RUN: pock-opt %s --pock-adapt-to-iree | FileCheck %s

// Into zeros, and beside them the constant.
// CHECK-LABEL: func.func @wide(
// CHECK-SAME: %[[X:.*]]: tensor<2xi64>
// CHECK: %[[BACKGROUND:.*]] = arith.constant dense<7> : tensor<5xi64>
// CHECK: %[[OWN:.*]] = arith.constant dense<true> : tensor<2xi1>
// CHECK: %[[INSIDE:.*]] = tensor.insert_slice %[[OWN]] into %{{.*}}[1] [2] [2] : tensor<2xi1> into tensor<5xi1>
// CHECK: %[[ZEROS:.*]] = arith.constant dense<0> : tensor<5xi64>
// CHECK: %[[INSERTED:.*]] = tensor.insert_slice %[[X]] into %[[ZEROS]][1] [2] [2] : tensor<2xi64> into tensor<5xi64>
// CHECK: arith.select %[[INSIDE]], %[[INSERTED]], %[[BACKGROUND]]
func.func @wide(%x: tensor<2xi64>) -> tensor<5xi64> {
  %background = arith.constant dense<7> : tensor<5xi64>
  %0 = tensor.insert_slice %x into %background[1] [2] [2] : tensor<2xi64> into tensor<5xi64>
  return %0 : tensor<5xi64>
}

// Zeros, narrow elements and what is no constant stay.
// CHECK-LABEL: func.func @others(
// CHECK-NOT: arith.select
func.func @others(%x: tensor<2xi64>, %y: tensor<2xf32>, %z: tensor<5xi64>) -> (tensor<5xi64>, tensor<5xf32>, tensor<5xi64>) {
  %zeros = arith.constant dense<0> : tensor<5xi64>
  %0 = tensor.insert_slice %x into %zeros[1] [2] [1] : tensor<2xi64> into tensor<5xi64>
  %ones = arith.constant dense<1.0> : tensor<5xf32>
  %1 = tensor.insert_slice %y into %ones[1] [2] [1] : tensor<2xf32> into tensor<5xf32>
  %2 = tensor.insert_slice %x into %z[1] [2] [1] : tensor<2xi64> into tensor<5xi64>
  return %0, %1, %2 : tensor<5xi64>, tensor<5xf32>, tensor<5xi64>
}
