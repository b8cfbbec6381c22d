// RUN: pock-opt %s --convert-pock-to-linalg | FileCheck %s

// CHECK-LABEL: func.func @relu(
// CHECK: %[[ZERO:.*]] = arith.constant dense<0.000000e+00>
// CHECK: arith.maximumf %{{.*}}, %[[ZERO]] : tensor<2xf32>
func.func @relu(%x: tensor<2xf32>) -> tensor<2xf32> {
  %0 = "pock.relu"(%x) : (tensor<2xf32>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}

// 1 / (1 + exp(-x)).
// CHECK-LABEL: func.func @sigmoid(
// CHECK: %[[ONE:.*]] = arith.constant dense<1.000000e+00>
// CHECK: arith.negf
// CHECK: %[[EXP:.*]] = math.exp
// CHECK: %[[SUM:.*]] = arith.addf %[[ONE]], %[[EXP]]
// CHECK: arith.divf %[[ONE]], %[[SUM]]
func.func @sigmoid(%x: tensor<2xf32>) -> tensor<2xf32> {
  %0 = "pock.sigmoid"(%x) : (tensor<2xf32>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}

// x / (1 + exp(-x)).
// CHECK-LABEL: func.func @silu(
// CHECK-SAME: %[[X:.*]]: tensor<2xf32>
// CHECK: %[[EXP:.*]] = math.exp
// CHECK: %[[SUM:.*]] = arith.addf %{{.*}}, %[[EXP]]
// CHECK: arith.divf %[[X]], %[[SUM]]
func.func @silu(%x: tensor<2xf32>) -> tensor<2xf32> {
  %0 = "pock.silu"(%x) : (tensor<2xf32>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}

// CHECK-LABEL: func.func @gelu(
// CHECK-NOT: math.tanh
// CHECK: math.erf
// CHECK-NOT: math.tanh
// CHECK-LABEL: func.func @gelu_tanh(
// CHECK-NOT: math.erf
// CHECK: math.tanh
func.func @gelu(%x: tensor<2xf32>) -> tensor<2xf32> {
  %0 = "pock.gelu"(%x) {approximate = "none"} : (tensor<2xf32>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}
func.func @gelu_tanh(%x: tensor<2xf32>) -> tensor<2xf32> {
  %0 = "pock.gelu"(%x) {approximate = "tanh"} : (tensor<2xf32>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}

// CHECK-LABEL: func.func @relu_with_limit(
// CHECK: %[[POSITIVE:.*]] = arith.maximumf
// CHECK: arith.minimumf %[[POSITIVE]]
func.func @relu_with_limit(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %0 = "pock.relu"(%x) {limit = 6.0} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}
