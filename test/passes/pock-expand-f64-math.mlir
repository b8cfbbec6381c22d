// RUN: pock-opt %s --pock-expand-f64-math | FileCheck %s

// On tensors as one loop; x^y is exp(y log x).
// CHECK-LABEL: func.func @power(
// CHECK: linalg.generic
// CHECK-NEXT: ^bb0(%[[X:.*]]: f64, %[[Y:.*]]: f64, %{{.*}}: f64):
// CHECK-NEXT: %[[LOG:.*]] = math.log %[[X]] : f64
// CHECK-NEXT: %[[PRODUCT:.*]] = arith.mulf %[[Y]], %[[LOG]] : f64
// CHECK-NEXT: %[[POWER:.*]] = math.exp %[[PRODUCT]] : f64
// CHECK-NEXT: linalg.yield %[[POWER]] : f64
func.func @power(%x: tensor<2xf64>, %y: tensor<2xf64>) -> tensor<2xf64> {
  %0 = math.powf %x, %y : tensor<2xf64>
  return %0 : tensor<2xf64>
}

// The sine's range is reduced by pi / 2 in four parts.
// CHECK-LABEL: func.func @sine(
// CHECK-NOT: math.sin
// CHECK: %[[TURNS:.*]] = math.roundeven
// CHECK-COUNT-4: arith.mulf %[[TURNS]]
// CHECK: return
func.func @sine(%x: tensor<2xf64>) -> tensor<2xf64> {
  %0 = math.sin %x : tensor<2xf64>
  return %0 : tensor<2xf64>
}

// Single precision stays, as do functions that IREE knows.
// CHECK-LABEL: func.func @others(
// CHECK-NEXT: math.sin %{{.*}} : tensor<2xf32>
// CHECK-NEXT: math.exp %{{.*}} : tensor<2xf64>
func.func @others(%x: tensor<2xf32>, %y: tensor<2xf64>) -> (tensor<2xf32>, tensor<2xf64>) {
  %0 = math.sin %x : tensor<2xf32>
  %1 = math.exp %y : tensor<2xf64>
  return %0, %1 : tensor<2xf32>, tensor<2xf64>
}
