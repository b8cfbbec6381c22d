// RUN: pock-opt %s | FileCheck %s

// CHECK-LABEL: func.func @with_slope
func.func @with_slope(%value: tensor<2x3xf32>, %x: tensor<2x3xf32>, %slope: tensor<2x3xf32>) -> tensor<2x3xf32> {
  // CHECK: "pock.with_slope"(%{{.*}}, %{{.*}}, %{{.*}}) : (tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  %0 = "pock.with_slope"(%value, %x, %slope) : (tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}
