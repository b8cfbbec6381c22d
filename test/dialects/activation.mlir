// RUN: pock-opt %s | pock-opt | FileCheck %s
// RUN: pock-opt %s --emit-bytecode | pock-opt | FileCheck %s

// CHECK-LABEL: func.func @activations
func.func @activations(%x: tensor<2x3xf32>, %y: tensor<f64>) -> (tensor<2x3xf32>, tensor<f64>) {
  // CHECK: "pock.relu"(%{{.*}}) : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %0 = "pock.relu"(%x) : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: "pock.sigmoid"(%{{.*}}) : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %1 = "pock.sigmoid"(%0) : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: "pock.silu"(%{{.*}}) : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %2 = "pock.silu"(%1) : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: "pock.gelu"(%{{.*}}) {approximate = "none"} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %3 = "pock.gelu"(%2) {approximate = "none"} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: "pock.gelu"(%{{.*}}) {approximate = "tanh"} : (tensor<f64>) -> tensor<f64>
  %4 = "pock.gelu"(%y) {approximate = "tanh"} : (tensor<f64>) -> tensor<f64>
  return %3, %4 : tensor<2x3xf32>, tensor<f64>
}

// CHECK-LABEL: func.func @relu_with_limit
func.func @relu_with_limit(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  // CHECK: "pock.relu"(%{{.*}}) {limit = 6.000000e+00 : f64} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %0 = "pock.relu"(%x) {limit = 6.0} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}
