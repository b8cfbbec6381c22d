// RUN: pock-opt %s | pock-opt | FileCheck %s
// RUN: pock-opt %s --emit-bytecode | pock-opt | FileCheck %s

// CHECK-LABEL: func.func @softmax
func.func @softmax(%x: tensor<2x3xf32>) -> (tensor<2x3xf32>, tensor<2x3xf32>) {
  // CHECK: "pock.softmax"(%{{.*}}) {dim = 1 : i64} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %0 = "pock.softmax"(%x) {dim = 1} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: "pock.log_softmax"(%{{.*}}) {dim = 0 : i64} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %1 = "pock.log_softmax"(%x) {dim = 0} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return %0, %1 : tensor<2x3xf32>, tensor<2x3xf32>
}
