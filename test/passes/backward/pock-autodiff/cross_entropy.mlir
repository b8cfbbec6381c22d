// RUN: pock-opt %s --split-input-file --pock-autodiff | FileCheck %s

// Only the logits have a gradient; it has the options of the loss.
// CHECK-LABEL: sym_name = "logits"
// CHECK: %[[LOGITS:.*]] = "pock.read"() {symbol = @logits}
// CHECK: %[[WEIGHT:.*]] = "pock.read"() {symbol = @weight}
// CHECK: %[[G:.*]] = arith.constant dense<1.000000e+00> : tensor<f32>
// CHECK: %[[D:.*]] = "pock.cross_entropy_grad"(%[[G]], %[[LOGITS]], %arg0, %[[WEIGHT]]) {ignore_index = -1 : i64, label_smoothing = 1.000000e-01 : f64, reduction = "mean"}
// CHECK: "pock.gradient"(%[[D]]) {parameter = @logits}
// CHECK-NOT: "pock.gradient"
"pock.parameter"() {kind = "parameter", sym_name = "logits", type = tensor<4x3xf32>, update = "full"} : () -> ()
"pock.parameter"() {kind = "parameter", sym_name = "weight", type = tensor<3xf32>, update = "full"} : () -> ()
func.func @train_step(%target: tensor<4xi64>) -> tensor<f32> {
  %logits = "pock.read"() {symbol = @logits} : () -> tensor<4x3xf32>
  %weight = "pock.read"() {symbol = @weight} : () -> tensor<3xf32>
  %loss = "pock.cross_entropy"(%logits, %target, %weight) {ignore_index = -1, label_smoothing = 0.1, reduction = "mean"} : (tensor<4x3xf32>, tensor<4xi64>, tensor<3xf32>) -> tensor<f32>
  return %loss : tensor<f32>
}
