// RUN: pock-opt %s | pock-opt | FileCheck %s
// RUN: pock-opt %s --emit-bytecode | pock-opt | FileCheck %s

// CHECK-LABEL: func.func @mean
func.func @mean(%logits: tensor<4x3xf32>, %target: tensor<4xi64>, %weight: tensor<3xf32>, %g: tensor<f32>)
    -> (tensor<f32>, tensor<4x3xf32>) {
  // CHECK: "pock.cross_entropy"(%{{.*}}, %{{.*}}, %{{.*}}) {ignore_index = -100 : i64, label_smoothing = 1.000000e-01 : f64, reduction = "mean"} : (tensor<4x3xf32>, tensor<4xi64>, tensor<3xf32>) -> tensor<f32>
  %0 = "pock.cross_entropy"(%logits, %target, %weight) {ignore_index = -100, label_smoothing = 0.1, reduction = "mean"} : (tensor<4x3xf32>, tensor<4xi64>, tensor<3xf32>) -> tensor<f32>
  // CHECK: "pock.cross_entropy_grad"(%{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}) {{.*}} : (tensor<f32>, tensor<4x3xf32>, tensor<4xi64>, tensor<3xf32>) -> tensor<4x3xf32>
  %1 = "pock.cross_entropy_grad"(%g, %logits, %target, %weight) {ignore_index = -100, label_smoothing = 0.1, reduction = "mean"} : (tensor<f32>, tensor<4x3xf32>, tensor<4xi64>, tensor<3xf32>) -> tensor<4x3xf32>
  return %0, %1 : tensor<f32>, tensor<4x3xf32>
}

// Without a reduction the loss, and so its cotangent, has a value for each sample.
// CHECK-LABEL: func.func @none
func.func @none(%logits: tensor<4x3xf64>, %target: tensor<4xi32>, %weight: tensor<3xf64>, %g: tensor<4xf64>)
    -> (tensor<4xf64>, tensor<4x3xf64>) {
  // CHECK: "pock.cross_entropy"({{.*}}reduction = "none"{{.*}}) -> tensor<4xf64>
  %0 = "pock.cross_entropy"(%logits, %target, %weight) {ignore_index = 0, label_smoothing = 0.0, reduction = "none"} : (tensor<4x3xf64>, tensor<4xi32>, tensor<3xf64>) -> tensor<4xf64>
  // CHECK: "pock.cross_entropy_grad"({{.*}}reduction = "none"{{.*}} : (tensor<4xf64>,
  %1 = "pock.cross_entropy_grad"(%g, %logits, %target, %weight) {ignore_index = 0, label_smoothing = 0.0, reduction = "none"} : (tensor<4xf64>, tensor<4x3xf64>, tensor<4xi32>, tensor<3xf64>) -> tensor<4x3xf64>
  return %0, %1 : tensor<4xf64>, tensor<4x3xf64>
}

// CHECK-LABEL: func.func @sum
func.func @sum(%logits: tensor<4x3xf32>, %target: tensor<4xi64>, %weight: tensor<3xf32>) -> tensor<f32> {
  // CHECK: "pock.cross_entropy"({{.*}}reduction = "sum"{{.*}}) -> tensor<f32>
  %0 = "pock.cross_entropy"(%logits, %target, %weight) {ignore_index = -1, label_smoothing = 1.0, reduction = "sum"} : (tensor<4x3xf32>, tensor<4xi64>, tensor<3xf32>) -> tensor<f32>
  return %0 : tensor<f32>
}
