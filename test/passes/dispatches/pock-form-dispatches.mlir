// RUN: pock-opt %s --pock-form-dispatches --split-input-file | FileCheck %s

"pock.parameter"() {kind = "parameter", sym_name = "w", type = tensor<3x4xf32>, update = "full"} : () -> ()

// A contraction with what moves its operand and with its epilogue; what the backward pass needs is a result, too.
// CHECK-LABEL: func.func @contraction
func.func @contraction(%x: tensor<4x2xf32>, %bias: tensor<3xf32>) -> (tensor<2x3xf32>, tensor<2x3xf32>) {
  // CHECK-NEXT: %[[W:.*]] = "pock.read"
  %w = "pock.read"() {symbol = @w} : () -> tensor<3x4xf32>
  // CHECK-NEXT: %[[R:.*]]:2 = "pock.dispatch"() ({
  // CHECK-NEXT: "pock.transpose"
  %0 = "pock.transpose"(%x) {permutation = array<i64: 1, 0>} : (tensor<4x2xf32>) -> tensor<2x4xf32>
  // CHECK-NEXT: "pock.matmul"
  %1 = "pock.matmul"(%0, %w) {transpose_lhs = false, transpose_rhs = true} : (tensor<2x4xf32>, tensor<3x4xf32>) -> tensor<2x3xf32>
  // CHECK-NEXT: "pock.broadcast"
  %2 = "pock.broadcast"(%bias) : (tensor<3xf32>) -> tensor<2x3xf32>
  // CHECK-NEXT: %[[SUM:.*]] = arith.addf
  %3 = arith.addf %1, %2 : tensor<2x3xf32>
  // CHECK-NEXT: %[[RELU:.*]] = "pock.relu"
  %4 = "pock.relu"(%3) : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK-NEXT: "pock.output"(%[[SUM]])
  // CHECK-NEXT: "pock.output"(%[[RELU]])
  // CHECK-NEXT: }) {kind = "contraction"
  // CHECK-NEXT: return %[[R]]#0, %[[R]]#1
  return %3, %4 : tensor<2x3xf32>, tensor<2x3xf32>
}

// A reduction with what makes its operand and with what is done to its result; the constant stands inside.
// CHECK-LABEL: func.func @reduction
func.func @reduction(%x: tensor<2x3xf32>) -> tensor<2xf32> {
  // CHECK-NEXT: "pock.dispatch"
  // CHECK-NEXT: arith.mulf
  // CHECK-NEXT: "pock.reduce"
  // CHECK-NEXT: arith.constant
  // CHECK-NEXT: arith.mulf
  // CHECK-NEXT: "pock.output"
  // CHECK-NEXT: }) {kind = "reduction"
  // CHECK-NEXT: return
  %half = arith.constant dense<5.000000e-01> : tensor<2xf32>
  %0 = arith.mulf %x, %x : tensor<2x3xf32>
  %1 = "pock.reduce"(%0) {dims = array<i64: 1>, kind = "sum"} : (tensor<2x3xf32>) -> tensor<2xf32>
  %2 = arith.mulf %1, %half : tensor<2xf32>
  return %2 : tensor<2xf32>
}

// Fan-out: what two contractions read is made once, and no contraction takes in another.
// CHECK-LABEL: func.func @fan_out
func.func @fan_out(%x: tensor<2x2xf32>) -> (tensor<2x2xf32>, tensor<2x2xf32>) {
  // CHECK-NEXT: %[[E:.*]] = "pock.dispatch"
  // CHECK-NEXT: math.exp
  // CHECK-NEXT: "pock.output"
  // CHECK-NEXT: kind = "elementwise"
  // CHECK-NEXT: %[[A:.*]] = "pock.dispatch"
  // CHECK-NEXT: "pock.matmul"(%[[E]], %{{.*}})
  // CHECK-NEXT: "pock.output"
  // CHECK-NEXT: kind = "contraction"
  // CHECK-NEXT: %[[B:.*]] = "pock.dispatch"
  // CHECK-NEXT: "pock.matmul"(%[[E]], %[[A]])
  // CHECK-NEXT: "pock.output"
  // CHECK-NEXT: kind = "contraction"
  // CHECK-NEXT: return %[[A]], %[[B]]
  %0 = math.exp %x : tensor<2x2xf32>
  %1 = "pock.matmul"(%0, %x) {transpose_lhs = false, transpose_rhs = false} : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %2 = "pock.matmul"(%0, %1) {transpose_lhs = false, transpose_rhs = false} : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  return %1, %2 : tensor<2x2xf32>, tensor<2x2xf32>
}

// A reshape moves nothing and stands between pieces, right before it is needed.
// CHECK-LABEL: func.func @reshape
func.func @reshape(%x: tensor<2x3xf32>) -> tensor<6xf32> {
  // CHECK-NEXT: "pock.dispatch"
  // CHECK-NEXT: math.exp
  // CHECK-NEXT: "pock.output"
  // CHECK-NEXT: kind = "elementwise"
  // CHECK-NEXT: tensor.collapse_shape
  // CHECK-NEXT: "pock.dispatch"
  // CHECK-NEXT: math.exp
  // CHECK-NEXT: "pock.output"
  // CHECK-NEXT: kind = "elementwise"
  // CHECK-NEXT: return
  %0 = math.exp %x : tensor<2x3xf32>
  %1 = tensor.collapse_shape %0 [[0, 1]] : tensor<2x3xf32> into tensor<6xf32>
  %2 = math.exp %1 : tensor<6xf32>
  return %2 : tensor<6xf32>
}

// No piece waits for itself: the second sum needs the matmul, which needs the first.
// CHECK-LABEL: func.func @around
func.func @around(%x: tensor<2x2xf32>) -> tensor<2x2xf32> {
  // CHECK-NEXT: "pock.dispatch"
  // CHECK-NEXT: math.exp
  // CHECK-NEXT: "pock.output"
  // CHECK-NEXT: kind = "elementwise"
  // CHECK-NEXT: "pock.dispatch"
  // CHECK-NEXT: "pock.matmul"
  // CHECK-NEXT: arith.addf
  // CHECK-NEXT: "pock.output"
  // CHECK-NEXT: kind = "contraction"
  // CHECK-NEXT: return
  %0 = math.exp %x : tensor<2x2xf32>
  %1 = "pock.matmul"(%0, %0) {transpose_lhs = false, transpose_rhs = false} : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %2 = arith.addf %0, %1 : tensor<2x2xf32>
  return %2 : tensor<2x2xf32>
}
// -----
"pock.parameter"() {kind = "parameter", sym_name = "w", type = tensor<3x4xf32>, update = "full"} : () -> ()

// An update goes with what makes its gradient, behind the last read of the old value.
// CHECK-LABEL: func.func @update
func.func @update(%x: tensor<2x4xf32>, %g: tensor<2x3xf32>) -> tensor<2x4xf32> {
  // CHECK-NEXT: %[[W:.*]] = "pock.read"
  // CHECK-NEXT: "pock.dispatch"
  // CHECK-NEXT: "pock.matmul"(%{{.*}}, %[[W]])
  // CHECK-NEXT: "pock.output"
  // CHECK-NEXT: kind = "contraction"
  // CHECK-NEXT: "pock.dispatch"
  // CHECK-NEXT: "pock.matmul"
  // CHECK-NEXT: "pock.update"
  // CHECK: states = [@w]
  // CHECK-NEXT: kind = "contraction"
  // CHECK-NEXT: return
  %w = "pock.read"() {symbol = @w} : () -> tensor<3x4xf32>
  %0 = "pock.matmul"(%g, %x) {transpose_lhs = true, transpose_rhs = false} : (tensor<2x3xf32>, tensor<2x4xf32>) -> tensor<3x4xf32>
  %1 = "pock.matmul"(%g, %w) {transpose_lhs = false, transpose_rhs = false} : (tensor<2x3xf32>, tensor<3x4xf32>) -> tensor<2x4xf32>
  "pock.update"(%0) ({
  ^bb0(%a: f32, %b: f32):
    %2 = arith.subf %b, %a : f32
    "pock.yield"(%2) : (f32) -> ()
  }) {operandSegmentSizes = array<i32: 1, 0>, states = [@w]} : (tensor<3x4xf32>) -> ()
  return %1 : tensor<2x4xf32>
}

// What reads the old value is not merged into something behind the update, and nothing that reads it joins the update.
// CHECK-LABEL: func.func @before_the_update
func.func @before_the_update(%g: tensor<3x4xf32>) -> tensor<3x4xf32> {
  // CHECK-NEXT: %[[W:.*]] = "pock.read"
  // CHECK-NEXT: %[[E:.*]] = "pock.dispatch"
  // CHECK-NEXT: math.exp %[[W]]
  // CHECK-NEXT: "pock.output"
  // CHECK-NEXT: kind = "elementwise"
  // CHECK-NEXT: "pock.dispatch"
  // CHECK-NEXT: math.exp
  // CHECK-NEXT: "pock.update"
  // CHECK: kind = "update"
  // CHECK-NEXT: "pock.dispatch"
  // CHECK-NEXT: "pock.relu"
  // CHECK-NEXT: arith.addf %[[E]], %{{.*}}
  // CHECK-NEXT: "pock.output"
  // CHECK-NEXT: kind = "elementwise"
  // CHECK-NEXT: return
  %w = "pock.read"() {symbol = @w} : () -> tensor<3x4xf32>
  %0 = math.exp %w : tensor<3x4xf32>
  %1 = math.exp %g : tensor<3x4xf32>
  "pock.update"(%1) ({
  ^bb0(%a: f32, %b: f32):
    %2 = arith.subf %b, %a : f32
    "pock.yield"(%2) : (f32) -> ()
  }) {operandSegmentSizes = array<i32: 1, 0>, states = [@w]} : (tensor<3x4xf32>) -> ()
  %3 = "pock.relu"(%g) : (tensor<3x4xf32>) -> tensor<3x4xf32>
  %4 = arith.addf %0, %3 : tensor<3x4xf32>
  return %4 : tensor<3x4xf32>
}
