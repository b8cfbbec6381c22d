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

// That of single precision is computed in float64, too.
// CHECK-LABEL: func.func @single_sine(
// CHECK-NOT: math.sin
// CHECK: %[[WIDE:.*]] = arith.extf %{{.*}} : f32 to f64
// CHECK: %[[TURNS:.*]] = math.roundeven
// CHECK: arith.truncf %{{.*}} : f64 to f32
// CHECK: return
func.func @single_sine(%x: tensor<2xf32>) -> tensor<2xf32> {
  %0 = math.sin %x : tensor<2xf32>
  return %0 : tensor<2xf32>
}

// Other functions of single precision stay, as do those that IREE knows.
// CHECK-LABEL: func.func @others(
// CHECK-NEXT: math.tanh %{{.*}} : tensor<2xf32>
// CHECK-NEXT: math.exp %{{.*}} : tensor<2xf64>
func.func @others(%x: tensor<2xf32>, %y: tensor<2xf64>) -> (tensor<2xf32>, tensor<2xf64>) {
  %0 = math.tanh %x : tensor<2xf32>
  %1 = math.exp %y : tensor<2xf64>
  return %0, %1 : tensor<2xf32>, tensor<2xf64>
}
