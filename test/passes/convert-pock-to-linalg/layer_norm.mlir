// RUN: pock-opt %s --convert-pock-to-linalg --cse | FileCheck %s

// Two passes: the variance is that of the centred values.
// CHECK-LABEL: func.func @layer_norm(
// CHECK-SAME: %[[X:.*]]: tensor<2x4xf32>
// CHECK: %[[SUM:.*]] = linalg.generic {{.*}}iterator_types = ["parallel", "reduction"]} ins(%[[X]] : tensor<2x4xf32>)
// CHECK: %[[MEAN:.*]] = linalg.generic {{.*}} ins(%[[SUM]] : tensor<2xf32>)
// CHECK: %[[CENTRED:.*]] = linalg.generic {{.*}} ins(%[[X]], %[[MEAN]] : tensor<2x4xf32>, tensor<2xf32>)
// CHECK: arith.subf
// CHECK: %[[SQUARES:.*]] = linalg.generic {{.*}}iterator_types = ["parallel", "reduction"]} ins(%[[CENTRED]] : tensor<2x4xf32>)
// CHECK: %[[RSTD:.*]] = linalg.generic {{.*}} ins(%[[SQUARES]] : tensor<2xf32>)
// CHECK: arith.constant 2.500000e-01
// CHECK: math.rsqrt
// CHECK: %[[Y:.*]] = linalg.generic {{.*}} ins(%[[CENTRED]], %[[RSTD]] : tensor<2x4xf32>, tensor<2xf32>)
// CHECK: return %[[Y]], %[[RSTD]]
func.func @layer_norm(%x: tensor<2x4xf32>) -> (tensor<2x4xf32>, tensor<2xf32>) {
  %0:2 = "pock.layer_norm"(%x) {axes = 1, eps = 1.0e-5} : (tensor<2x4xf32>) -> (tensor<2x4xf32>, tensor<2xf32>)
  return %0#0, %0#1 : tensor<2x4xf32>, tensor<2xf32>
}

// CHECK-LABEL: func.func @two_axes(
// CHECK: iterator_types = ["parallel", "reduction", "reduction"]
// CHECK: return %{{.*}} : tensor<2x3x4xf32>, tensor<2xf32>
func.func @two_axes(%x: tensor<2x3x4xf32>) -> (tensor<2x3x4xf32>, tensor<2xf32>) {
  %0:2 = "pock.layer_norm"(%x) {axes = 2, eps = 1.0e-5} : (tensor<2x3x4xf32>) -> (tensor<2x3x4xf32>, tensor<2xf32>)
  return %0#0, %0#1 : tensor<2x3x4xf32>, tensor<2xf32>
}
