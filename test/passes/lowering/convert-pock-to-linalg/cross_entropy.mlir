// RUN: pock-opt %s --convert-pock-to-linalg | FileCheck %s

// The class of the target is found by comparing indices: there is no tensor of one-hot vectors.
// CHECK-LABEL: func.func @mean(
// CHECK: math.log
// CHECK: linalg.generic {{.*}}iterator_types = ["parallel", "reduction"]} ins(%{{.*}} : tensor<4x3xf32>, tensor<4xi64>, tensor<3xf32>)
// CHECK: linalg.index 1
// CHECK: arith.cmpi eq
// CHECK: %[[IGNORED:.*]] = arith.constant -100 : i64
// CHECK: arith.cmpi ne, %{{.*}}, %[[IGNORED]]
// The sum of losses over the sum of the targets' weights.
// CHECK: tensor.extract %{{.*}} : tensor<3xf32>
// CHECK: arith.divf
// CHECK: return %{{.*}} : tensor<f32>
func.func @mean(%logits: tensor<4x3xf32>, %target: tensor<4xi64>, %weight: tensor<3xf32>) -> tensor<f32> {
  %0 = "pock.cross_entropy"(%logits, %target, %weight) {ignore_index = -100, label_smoothing = 0.0, reduction = "mean"} : (tensor<4x3xf32>, tensor<4xi64>, tensor<3xf32>) -> tensor<f32>
  return %0 : tensor<f32>
}

// Of four classes each gets a quarter of the smoothing.
// CHECK-LABEL: func.func @smoothed(
// CHECK-DAG: arith.constant 7.500000e-01 : f32
// CHECK-DAG: arith.constant 6.250000e-02 : f32
// CHECK-NOT: arith.divf
func.func @smoothed(%logits: tensor<2x4xf32>, %target: tensor<2xi64>, %weight: tensor<4xf32>) -> tensor<f32> {
  %0 = "pock.cross_entropy"(%logits, %target, %weight) {ignore_index = -100, label_smoothing = 0.25, reduction = "sum"} : (tensor<2x4xf32>, tensor<2xi64>, tensor<4xf32>) -> tensor<f32>
  return %0 : tensor<f32>
}

// CHECK-LABEL: func.func @none(
// CHECK: return %{{.*}} : tensor<4xf32>
func.func @none(%logits: tensor<4x3xf32>, %target: tensor<4xi64>, %weight: tensor<3xf32>) -> tensor<4xf32> {
  %0 = "pock.cross_entropy"(%logits, %target, %weight) {ignore_index = -100, label_smoothing = 0.0, reduction = "none"} : (tensor<4x3xf32>, tensor<4xi64>, tensor<3xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// CHECK-LABEL: func.func @gradient(
// CHECK: linalg.generic {{.*}}iterator_types = ["parallel", "parallel"]} ins(%{{.*}} : tensor<4x3xf32>, tensor<4xi64>, tensor<3xf32>,
// CHECK: arith.cmpi eq
// CHECK: arith.subf
// CHECK: return %{{.*}} : tensor<4x3xf32>
func.func @gradient(%g: tensor<f32>, %logits: tensor<4x3xf32>, %target: tensor<4xi64>, %weight: tensor<3xf32>) -> tensor<4x3xf32> {
  %0 = "pock.cross_entropy_grad"(%g, %logits, %target, %weight) {ignore_index = -100, label_smoothing = 0.0, reduction = "mean"} : (tensor<f32>, tensor<4x3xf32>, tensor<4xi64>, tensor<3xf32>) -> tensor<4x3xf32>
  return %0 : tensor<4x3xf32>
}
