// RUN: pock-opt %s --convert-pock-to-linalg | FileCheck %s

// CHECK-LABEL: func.func @with_slope(
// CHECK-SAME: %[[VALUE:.*]]: tensor<2xf32>, %{{.*}}: tensor<2xf32>, %{{.*}}: tensor<2xf32>
// CHECK-NEXT: return %[[VALUE]]
func.func @with_slope(%value: tensor<2xf32>, %x: tensor<2xf32>, %slope: tensor<2xf32>) -> tensor<2xf32> {
  %0 = "pock.with_slope"(%value, %x, %slope) : (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}
