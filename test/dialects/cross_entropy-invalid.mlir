// RUN: pock-opt %s --split-input-file --verify-diagnostics

func.func @integer_logits(%logits: tensor<4x3xi32>, %target: tensor<4xi64>, %weight: tensor<3xi32>) {
  // expected-error @+1 {{'pock.cross_entropy' op expects logits of a floating-point type, got element type i32}}
  %0 = "pock.cross_entropy"(%logits, %target, %weight) {ignore_index = -1, label_smoothing = 0.0, reduction = "sum"} : (tensor<4x3xi32>, tensor<4xi64>, tensor<3xi32>) -> tensor<i32>
  return
}
// -----
func.func @logits_rank(%logits: tensor<3xf32>, %target: tensor<i64>, %weight: tensor<3xf32>) {
  // expected-error @+1 {{'pock.cross_entropy' op expects logits of rank 2 [samples, classes], got tensor<3xf32>}}
  %0 = "pock.cross_entropy"(%logits, %target, %weight) {ignore_index = -1, label_smoothing = 0.0, reduction = "sum"} : (tensor<3xf32>, tensor<i64>, tensor<3xf32>) -> tensor<f32>
  return
}
// -----
func.func @float_target(%logits: tensor<4x3xf32>, %target: tensor<4xf32>, %weight: tensor<3xf32>) {
  // expected-error @+1 {{'pock.cross_entropy' op expects target of an integer type, got tensor<4xf32>}}
  %0 = "pock.cross_entropy"(%logits, %target, %weight) {ignore_index = -1, label_smoothing = 0.0, reduction = "sum"} : (tensor<4x3xf32>, tensor<4xf32>, tensor<3xf32>) -> tensor<f32>
  return
}
// -----
func.func @target_shape(%logits: tensor<4x3xf32>, %target: tensor<3xi64>, %weight: tensor<3xf32>) {
  // expected-error @+1 {{'pock.cross_entropy' op shape of target [3] is not [4]}}
  %0 = "pock.cross_entropy"(%logits, %target, %weight) {ignore_index = -1, label_smoothing = 0.0, reduction = "sum"} : (tensor<4x3xf32>, tensor<3xi64>, tensor<3xf32>) -> tensor<f32>
  return
}
// -----
func.func @weight_shape(%logits: tensor<4x3xf32>, %target: tensor<4xi64>, %weight: tensor<4xf32>) {
  // expected-error @+1 {{'pock.cross_entropy' op shape of class_weight [4] is not [3]}}
  %0 = "pock.cross_entropy"(%logits, %target, %weight) {ignore_index = -1, label_smoothing = 0.0, reduction = "sum"} : (tensor<4x3xf32>, tensor<4xi64>, tensor<4xf32>) -> tensor<f32>
  return
}
// -----
func.func @reduction(%logits: tensor<4x3xf32>, %target: tensor<4xi64>, %weight: tensor<3xf32>) {
  // expected-error @+1 {{'pock.cross_entropy' op attribute 'reduction' must be one of none, mean, sum, got 'max'}}
  %0 = "pock.cross_entropy"(%logits, %target, %weight) {ignore_index = -1, label_smoothing = 0.0, reduction = "max"} : (tensor<4x3xf32>, tensor<4xi64>, tensor<3xf32>) -> tensor<f32>
  return
}
// -----
func.func @smoothing(%logits: tensor<4x3xf32>, %target: tensor<4xi64>, %weight: tensor<3xf32>) {
  // expected-error @+1 {{'pock.cross_entropy' op attribute 'label_smoothing' must be between 0 and 1, got 1.5}}
  %0 = "pock.cross_entropy"(%logits, %target, %weight) {ignore_index = -1, label_smoothing = 1.5, reduction = "sum"} : (tensor<4x3xf32>, tensor<4xi64>, tensor<3xf32>) -> tensor<f32>
  return
}
// -----
func.func @loss_shape(%logits: tensor<4x3xf32>, %target: tensor<4xi64>, %weight: tensor<3xf32>) {
  // expected-error @+1 {{'pock.cross_entropy' op shape of loss [4] is not []}}
  %0 = "pock.cross_entropy"(%logits, %target, %weight) {ignore_index = -1, label_smoothing = 0.0, reduction = "sum"} : (tensor<4x3xf32>, tensor<4xi64>, tensor<3xf32>) -> tensor<4xf32>
  return
}
// -----
func.func @unreduced_loss_shape(%logits: tensor<4x3xf32>, %target: tensor<4xi64>, %weight: tensor<3xf32>) {
  // expected-error @+1 {{'pock.cross_entropy' op shape of loss [] is not [4]}}
  %0 = "pock.cross_entropy"(%logits, %target, %weight) {ignore_index = -1, label_smoothing = 0.0, reduction = "none"} : (tensor<4x3xf32>, tensor<4xi64>, tensor<3xf32>) -> tensor<f32>
  return
}
// -----
func.func @element_types(%logits: tensor<4x3xf32>, %target: tensor<4xi64>, %weight: tensor<3xf64>) {
  // expected-error @+1 {{'pock.cross_entropy' op expects logits, class_weight and loss of one element type, got f32 and f64}}
  %0 = "pock.cross_entropy"(%logits, %target, %weight) {ignore_index = -1, label_smoothing = 0.0, reduction = "sum"} : (tensor<4x3xf32>, tensor<4xi64>, tensor<3xf64>) -> tensor<f32>
  return
}
// -----
func.func @grad_target_shape(%logits: tensor<4x3xf32>, %target: tensor<2xi64>, %weight: tensor<3xf32>, %g: tensor<f32>) {
  // expected-error @+1 {{'pock.cross_entropy_grad' op shape of target [2] is not [4]}}
  %0 = "pock.cross_entropy_grad"(%g, %logits, %target, %weight) {ignore_index = -1, label_smoothing = 0.0, reduction = "sum"} : (tensor<f32>, tensor<4x3xf32>, tensor<2xi64>, tensor<3xf32>) -> tensor<4x3xf32>
  return
}
// -----
func.func @grad_result(%logits: tensor<4x3xf32>, %target: tensor<4xi64>, %weight: tensor<3xf32>, %g: tensor<f32>) {
  // expected-error @+1 {{'pock.cross_entropy_grad' op expects logits and result of the same type, got tensor<4x3xf32> and tensor<4xf32>}}
  %0 = "pock.cross_entropy_grad"(%g, %logits, %target, %weight) {ignore_index = -1, label_smoothing = 0.0, reduction = "sum"} : (tensor<f32>, tensor<4x3xf32>, tensor<4xi64>, tensor<3xf32>) -> tensor<4xf32>
  return
}
// -----
func.func @grad_cotangent(%logits: tensor<4x3xf32>, %target: tensor<4xi64>, %weight: tensor<3xf32>, %g: tensor<f32>) {
  // expected-error @+1 {{'pock.cross_entropy_grad' op shape of cotangent [] is not [4]}}
  %0 = "pock.cross_entropy_grad"(%g, %logits, %target, %weight) {ignore_index = -1, label_smoothing = 0.0, reduction = "none"} : (tensor<f32>, tensor<4x3xf32>, tensor<4xi64>, tensor<3xf32>) -> tensor<4x3xf32>
  return
}
// -----
func.func @grad_element_types(%logits: tensor<4x3xf32>, %target: tensor<4xi64>, %weight: tensor<3xf32>, %g: tensor<f64>) {
  // expected-error @+1 {{'pock.cross_entropy_grad' op expects logits, class_weight and cotangent of one element type, got f32 and f64}}
  %0 = "pock.cross_entropy_grad"(%g, %logits, %target, %weight) {ignore_index = -1, label_smoothing = 0.0, reduction = "sum"} : (tensor<f64>, tensor<4x3xf32>, tensor<4xi64>, tensor<3xf32>) -> tensor<4x3xf32>
  return
}
