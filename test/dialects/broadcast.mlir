// RUN: pock-opt %s | pock-opt | FileCheck %s
// RUN: pock-opt %s --emit-bytecode | pock-opt | FileCheck %s

// CHECK-LABEL: func.func @broadcast
func.func @broadcast(%row: tensor<3xf32>, %column: tensor<2x1xf32>, %scalar: tensor<i64>, %same: tensor<2xf32>)
    -> (tensor<2x3xf32>, tensor<2x3xf32>, tensor<4x1xi64>, tensor<2xf32>) {
  // CHECK: "pock.broadcast"(%{{.*}}) : (tensor<3xf32>) -> tensor<2x3xf32>
  %0 = "pock.broadcast"(%row) : (tensor<3xf32>) -> tensor<2x3xf32>
  // CHECK: "pock.broadcast"(%{{.*}}) : (tensor<2x1xf32>) -> tensor<2x3xf32>
  %1 = "pock.broadcast"(%column) : (tensor<2x1xf32>) -> tensor<2x3xf32>
  // CHECK: "pock.broadcast"(%{{.*}}) : (tensor<i64>) -> tensor<4x1xi64>
  %2 = "pock.broadcast"(%scalar) : (tensor<i64>) -> tensor<4x1xi64>
  // CHECK: "pock.broadcast"(%{{.*}}) : (tensor<2xf32>) -> tensor<2xf32>
  %3 = "pock.broadcast"(%same) : (tensor<2xf32>) -> tensor<2xf32>
  return %0, %1, %2, %3 : tensor<2x3xf32>, tensor<2x3xf32>, tensor<4x1xi64>, tensor<2xf32>
}
