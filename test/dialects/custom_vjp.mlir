// RUN: pock-opt %s | pock-opt | FileCheck %s

// CHECK-LABEL: func.func @reversal
func.func @reversal(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  // CHECK: %[[VALUE:.*]] = "pock.stop_gradient"
  %value = "pock.stop_gradient"(%x) : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: %[[COTANGENT:.*]] = "pock.cotangent"(%[[VALUE]]) {id = 7 : i64} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %cotangent = "pock.cotangent"(%value) {id = 7 : i64} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %reversed = arith.negf %cotangent : tensor<2x3xf32>
  // CHECK: "pock.custom_vjp"(%[[VALUE]], %[[COTANGENT]], %{{.*}}, %{{.*}}) : (tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  %y = "pock.custom_vjp"(%value, %cotangent, %x, %reversed) : (tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  return %y : tensor<2x3xf32>
}
