// RUN: pock-opt %s --pock-schedule-dispatches | FileCheck %s

"pock.parameter"() {kind = "parameter", sym_name = "w", type = tensor<64x64xf32>, update = "full"} : () -> ()

// Branches run one after the other, where the program has them side by side; what is read stands before its use, and a
// reshape, too.
// CHECK-LABEL: func.func @branches
// CHECK-NEXT: %[[A:.*]] = "pock.dispatch"
// CHECK-NEXT: math.exp
// CHECK: %[[LEFT:.*]] = "pock.dispatch"
// CHECK-NEXT: "pock.reduce"(%[[A]])
// CHECK: %[[W:.*]] = "pock.read"
// CHECK-NEXT: %[[B:.*]] = "pock.dispatch"
// CHECK-NEXT: arith.addf %{{.*}}, %[[W]]
// CHECK: %[[FLAT:.*]] = tensor.collapse_shape %[[B]]
// CHECK-NEXT: %[[RIGHT:.*]] = "pock.dispatch"
// CHECK-NEXT: "pock.reduce"(%[[FLAT]])
// CHECK: "pock.dispatch"
// CHECK-NEXT: arith.addf %[[LEFT]], %[[RIGHT]]
func.func @branches(%x: tensor<64x64xf32>) -> tensor<1xf32> {
  %w = "pock.read"() {symbol = @w} : () -> tensor<64x64xf32>
  %0 = "pock.dispatch"() ({
    %6 = math.exp %x : tensor<64x64xf32>
    "pock.output"(%6) : (tensor<64x64xf32>) -> ()
  }) {kind = "elementwise", resultSegmentSizes = array<i32: 1, 0, 0, 0, 0, 0, 0, 0>} : () -> tensor<64x64xf32>
  %1 = "pock.dispatch"() ({
    %6 = arith.addf %x, %w : tensor<64x64xf32>
    "pock.output"(%6) : (tensor<64x64xf32>) -> ()
  }) {kind = "elementwise", resultSegmentSizes = array<i32: 1, 0, 0, 0, 0, 0, 0, 0>} : () -> tensor<64x64xf32>
  %2 = tensor.collapse_shape %1 [[0, 1]] : tensor<64x64xf32> into tensor<4096xf32>
  %3 = "pock.dispatch"() ({
    %6 = "pock.reduce"(%0) {dims = array<i64: 0, 1>, kind = "sum"} : (tensor<64x64xf32>) -> tensor<f32>
    %7 = tensor.expand_shape %6 [] output_shape [1] : tensor<f32> into tensor<1xf32>
    "pock.output"(%7) : (tensor<1xf32>) -> ()
  }) {kind = "reduction", resultSegmentSizes = array<i32: 1, 0, 0, 0, 0, 0, 0, 0>} : () -> tensor<1xf32>
  %4 = "pock.dispatch"() ({
    %6 = "pock.reduce"(%2) {dims = array<i64: 0>, kind = "sum"} : (tensor<4096xf32>) -> tensor<f32>
    %7 = tensor.expand_shape %6 [] output_shape [1] : tensor<f32> into tensor<1xf32>
    "pock.output"(%7) : (tensor<1xf32>) -> ()
  }) {kind = "reduction", resultSegmentSizes = array<i32: 1, 0, 0, 0, 0, 0, 0, 0>} : () -> tensor<1xf32>
  %5 = "pock.dispatch"() ({
    %6 = arith.addf %3, %4 : tensor<1xf32>
    "pock.output"(%6) : (tensor<1xf32>) -> ()
  }) {kind = "elementwise", resultSegmentSizes = array<i32: 1, 0, 0, 0, 0, 0, 0, 0>} : () -> tensor<1xf32>
  return %5 : tensor<1xf32>
}

// An update frees its gradient, so it goes up.
// CHECK-LABEL: func.func @update_early
// CHECK: math.tanh
// CHECK: pock.update
// CHECK: math.exp
// CHECK: pock.reduce
func.func @update_early(%x: tensor<64x64xf32>) -> tensor<64xf32> {
  %0 = "pock.dispatch"() ({
    %3 = math.tanh %x : tensor<64x64xf32>
    "pock.output"(%3) : (tensor<64x64xf32>) -> ()
  }) {kind = "elementwise", resultSegmentSizes = array<i32: 1, 0, 0, 0, 0, 0, 0, 0>} : () -> tensor<64x64xf32>
  %1 = "pock.dispatch"() ({
    %3 = math.exp %0 : tensor<64x64xf32>
    "pock.output"(%3) : (tensor<64x64xf32>) -> ()
  }) {kind = "elementwise", resultSegmentSizes = array<i32: 1, 0, 0, 0, 0, 0, 0, 0>} : () -> tensor<64x64xf32>
  %2 = "pock.dispatch"() ({
    %3 = "pock.reduce"(%1) {dims = array<i64: 1>, kind = "sum"} : (tensor<64x64xf32>) -> tensor<64xf32>
    "pock.output"(%3) : (tensor<64xf32>) -> ()
  }) {kind = "reduction", resultSegmentSizes = array<i32: 1, 0, 0, 0, 0, 0, 0, 0>} : () -> tensor<64xf32>
  "pock.dispatch"() ({
    "pock.update"(%0) ({
    ^bb0(%a: f32, %b: f32):
      %3 = arith.subf %b, %a : f32
      "pock.yield"(%3) : (f32) -> ()
    }) {operandSegmentSizes = array<i32: 1, 0>, states = [@w]} : (tensor<64x64xf32>) -> ()
  }) {kind = "update", resultSegmentSizes = array<i32: 0, 0, 0, 0, 0, 0, 0, 0>} : () -> ()
  return %2 : tensor<64xf32>
}

// Not past what reads the old value, through a reshape or not.
// CHECK-LABEL: func.func @update_after_the_last_read
// CHECK: math.tanh
// CHECK: math.exp
// CHECK: pock.reduce
// CHECK: pock.update
func.func @update_after_the_last_read(%x: tensor<64x64xf32>) -> tensor<f32> {
  %w = "pock.read"() {symbol = @w} : () -> tensor<64x64xf32>
  %old = tensor.collapse_shape %w [[0, 1]] : tensor<64x64xf32> into tensor<4096xf32>
  %0 = "pock.dispatch"() ({
    %3 = math.tanh %x : tensor<64x64xf32>
    "pock.output"(%3) : (tensor<64x64xf32>) -> ()
  }) {kind = "elementwise", resultSegmentSizes = array<i32: 1, 0, 0, 0, 0, 0, 0, 0>} : () -> tensor<64x64xf32>
  %1 = "pock.dispatch"() ({
    %3 = math.exp %0 : tensor<64x64xf32>
    "pock.output"(%3) : (tensor<64x64xf32>) -> ()
  }) {kind = "elementwise", resultSegmentSizes = array<i32: 1, 0, 0, 0, 0, 0, 0, 0>} : () -> tensor<64x64xf32>
  %flat = tensor.collapse_shape %1 [[0, 1]] : tensor<64x64xf32> into tensor<4096xf32>
  %2 = "pock.dispatch"() ({
    %3 = arith.mulf %flat, %old : tensor<4096xf32>
    %4 = "pock.reduce"(%3) {dims = array<i64: 0>, kind = "sum"} : (tensor<4096xf32>) -> tensor<f32>
    "pock.output"(%4) : (tensor<f32>) -> ()
  }) {kind = "reduction", resultSegmentSizes = array<i32: 1, 0, 0, 0, 0, 0, 0, 0>} : () -> tensor<f32>
  "pock.dispatch"() ({
    "pock.update"(%0) ({
    ^bb0(%a: f32, %b: f32):
      %3 = arith.subf %b, %a : f32
      "pock.yield"(%3) : (f32) -> ()
    }) {operandSegmentSizes = array<i32: 1, 0>, states = [@w]} : (tensor<64x64xf32>) -> ()
  }) {kind = "update", resultSegmentSizes = array<i32: 0, 0, 0, 0, 0, 0, 0, 0>} : () -> ()
  return %2 : tensor<f32>
}

// Nothing moves where the old value is used behind the update: a read behind it would be of the new one.
// CHECK-LABEL: func.func @old_value
// CHECK-NEXT: %[[OLD:.*]] = "pock.read"
// CHECK: math.tanh
// CHECK: math.exp
// CHECK: pock.reduce
// CHECK: pock.update
// CHECK: arith.mulf %[[OLD]], %[[OLD]]
func.func @old_value(%x: tensor<64x64xf32>) -> (tensor<64xf32>, tensor<64x64xf32>) {
  %w = "pock.read"() {symbol = @w} : () -> tensor<64x64xf32>
  %0 = "pock.dispatch"() ({
    %4 = math.tanh %x : tensor<64x64xf32>
    "pock.output"(%4) : (tensor<64x64xf32>) -> ()
  }) {kind = "elementwise", resultSegmentSizes = array<i32: 1, 0, 0, 0, 0, 0, 0, 0>} : () -> tensor<64x64xf32>
  %1 = "pock.dispatch"() ({
    %4 = math.exp %0 : tensor<64x64xf32>
    "pock.output"(%4) : (tensor<64x64xf32>) -> ()
  }) {kind = "elementwise", resultSegmentSizes = array<i32: 1, 0, 0, 0, 0, 0, 0, 0>} : () -> tensor<64x64xf32>
  %2 = "pock.dispatch"() ({
    %4 = "pock.reduce"(%1) {dims = array<i64: 1>, kind = "sum"} : (tensor<64x64xf32>) -> tensor<64xf32>
    "pock.output"(%4) : (tensor<64xf32>) -> ()
  }) {kind = "reduction", resultSegmentSizes = array<i32: 1, 0, 0, 0, 0, 0, 0, 0>} : () -> tensor<64xf32>
  "pock.dispatch"() ({
    "pock.update"(%0) ({
    ^bb0(%a: f32, %b: f32):
      %4 = arith.subf %b, %a : f32
      "pock.yield"(%4) : (f32) -> ()
    }) {operandSegmentSizes = array<i32: 1, 0>, states = [@w]} : (tensor<64x64xf32>) -> ()
  }) {kind = "update", resultSegmentSizes = array<i32: 0, 0, 0, 0, 0, 0, 0, 0>} : () -> ()
  %3 = "pock.dispatch"() ({
    %4 = arith.mulf %w, %w : tensor<64x64xf32>
    "pock.output"(%4) : (tensor<64x64xf32>) -> ()
  }) {kind = "elementwise", resultSegmentSizes = array<i32: 1, 0, 0, 0, 0, 0, 0, 0>} : () -> tensor<64x64xf32>
  return %2, %3 : tensor<64xf32>, tensor<64x64xf32>
}
