// Cotangents add up where a value has several uses.
// RUN: pock-opt %s --split-input-file --pock-autodiff | FileCheck %s

// A residual branch: y = h + exp(h), h = tanh(w).
// CHECK-LABEL: sym_name = "residual"
// CHECK: %[[H:.*]] = math.tanh
// CHECK: %[[Y:.*]] = math.exp %[[H]]
// CHECK: %[[G:.*]] = arith.constant dense<1.000000e+00>
// CHECK: %[[BRANCH:.*]] = arith.mulf %[[G]], %[[Y]]
// CHECK: %[[BOTH:.*]] = arith.addf %[[G]], %[[BRANCH]]
// CHECK: arith.mulf %[[BOTH]]
"pock.parameter"() {kind = "parameter", sym_name = "residual", type = tensor<f32>, update = "full"} : () -> ()
func.func @train_step() -> tensor<f32> {
  %w = "pock.read"() {symbol = @residual} : () -> tensor<f32>
  %h = math.tanh %w : tensor<f32>
  %e = math.exp %h : tensor<f32>
  %y = arith.addf %h, %e : tensor<f32>
  return %y : tensor<f32>
}
// -----
// One op that uses a value twice.
// CHECK-LABEL: sym_name = "square"
// CHECK: %[[X:.*]] = "pock.read"
// CHECK: %[[G:.*]] = arith.constant
// CHECK: %[[LEFT:.*]] = arith.mulf %[[G]], %[[X]]
// CHECK: %[[RIGHT:.*]] = arith.mulf %[[G]], %[[X]]
// CHECK: %[[DX:.*]] = arith.addf %[[LEFT]], %[[RIGHT]]
// CHECK: "pock.gradient"(%[[DX]]) {parameter = @square}
"pock.parameter"() {kind = "parameter", sym_name = "square", type = tensor<f32>, update = "full"} : () -> ()
func.func @train_step() -> tensor<f32> {
  %x = "pock.read"() {symbol = @square} : () -> tensor<f32>
  %y = arith.mulf %x, %x : tensor<f32>
  return %y : tensor<f32>
}
// -----
// A tied parameter, read as embedding and as output weight: one gradient, the sum over both reads.
// CHECK-LABEL: sym_name = "tied"
// CHECK: %[[LAST:.*]] = "pock.matmul"(%{{.*}}) {transpose_lhs = true, {{.*}}} : {{.*}} -> tensor<9x4xf32>
// CHECK: %[[FIRST:.*]] = "pock.embedding_grad"
// CHECK: %[[TOTAL:.*]] = arith.addf %[[FIRST]], %[[LAST]]
// CHECK: "pock.gradient"(%[[TOTAL]]) {parameter = @tied}
// CHECK-NOT: "pock.gradient"
"pock.parameter"() {kind = "parameter", sym_name = "tied", type = tensor<9x4xf32>, update = "full"} : () -> ()
func.func @train_step(%i: tensor<2xi64>) -> tensor<f32> {
  %table = "pock.read"() {symbol = @tied} : () -> tensor<9x4xf32>
  %h = "pock.embedding"(%table, %i) : (tensor<9x4xf32>, tensor<2xi64>) -> tensor<2x4xf32>
  %w = "pock.read"() {symbol = @tied} : () -> tensor<9x4xf32>
  %logits = "pock.matmul"(%h, %w) {transpose_lhs = false, transpose_rhs = true} : (tensor<2x4xf32>, tensor<9x4xf32>) -> tensor<2x9xf32>
  %loss = "pock.reduce"(%logits) {dims = array<i64: 0, 1>, kind = "sum"} : (tensor<2x9xf32>) -> tensor<f32>
  return %loss : tensor<f32>
}
