// RUN: pock-opt %s --pock-store-as-read --canonicalize --split-input-file | FileCheck %s

// A parameter that a step reads reshaped and updates is stored in that shape, and so is its slot; the gradient comes in
// it, and whoever wants the framework's shape reshapes.
// CHECK: "pock.parameter"() {kind = "parameter", sym_name = "w", type = tensor<6x4xf32>, update = "full"}
"pock.parameter"() {kind = "parameter", permutation = array<i64: 0, 2, 1>, sym_name = "w", type = tensor<2x3x4xf32>, update = "full"} : () -> ()
// CHECK: "pock.state"() {init = 0.000000e+00 : f64, parameter = @w, slot = "m", sym_name = "m", type = tensor<6x4xf32>}
"pock.state"() {init = 0.0, parameter = @w, slot = "m", sym_name = "m", type = tensor<2x3x4xf32>} : () -> ()
// CHECK-LABEL: func.func @train_step(
// CHECK-SAME: %[[GRADIENT:.*]]: tensor<6x4xf32>) -> tensor<6x4xf32>
// CHECK-NEXT: %[[W:.*]] = "pock.read"() {symbol = @w} : () -> tensor<6x4xf32>
// CHECK-NEXT: "pock.update"(%[[GRADIENT]])
// CHECK: return %[[W]]
func.func @train_step(%gradient: tensor<6x4xf32>) -> tensor<6x4xf32> {
  %0 = "pock.read"() {symbol = @w} : () -> tensor<2x3x4xf32>
  %1 = tensor.collapse_shape %0 [[0, 1], [2]] : tensor<2x3x4xf32> into tensor<6x4xf32>
  %2 = tensor.expand_shape %gradient [[0, 1], [2]] output_shape [2, 3, 4] : tensor<6x4xf32> into tensor<2x3x4xf32>
  "pock.update"(%2) ({
  ^bb0(%g: f32, %w: f32, %m: f32):
    %3 = arith.addf %m, %g : f32
    %4 = arith.subf %w, %3 : f32
    "pock.yield"(%4, %3) : (f32, f32) -> ()
  }) {operandSegmentSizes = array<i32: 1, 0>, states = [@w, @m]} : (tensor<2x3x4xf32>) -> ()
  return %1 : tensor<6x4xf32>
}
// CHECK-LABEL: func.func @get.w
// CHECK-NEXT: %[[W:.*]] = "pock.read"() {symbol = @w} : () -> tensor<6x4xf32>
// CHECK-NEXT: %[[EXPANDED:.*]] = tensor.expand_shape %[[W]] {{\[\[}}0, 1], [2]] output_shape [2, 3, 4]
// CHECK-NEXT: return %[[EXPANDED]]
func.func @get.w() -> tensor<2x3x4xf32> {
  %0 = "pock.read"() {symbol = @w} : () -> tensor<2x3x4xf32>
  return %0 : tensor<2x3x4xf32>
}
// -----
// A state that is an input of the parameter's update gets the shape, too, whatever function has which part.
// CHECK: sym_name = "w", type = tensor<8xf32>, update = "full"
"pock.parameter"() {kind = "parameter", sym_name = "w", type = tensor<2x4xf32>, update = "full"} : () -> ()
// CHECK: sym_name = "sum", type = tensor<8xf32>
"pock.state"() {init = 0.0, sym_name = "sum", type = tensor<2x4xf32>} : () -> ()
// CHECK-LABEL: func.func @apply_gradients
// CHECK-NEXT: %[[SUM:.*]] = "pock.read"() {symbol = @sum} : () -> tensor<8xf32>
// CHECK-NEXT: %[[W:.*]] = "pock.read"() {symbol = @w} : () -> tensor<8xf32>
// CHECK-NEXT: "pock.update"(%[[SUM]])
func.func @apply_gradients() -> tensor<8xf32> {
  %0 = "pock.read"() {symbol = @sum} : () -> tensor<2x4xf32>
  %1 = "pock.read"() {symbol = @w} : () -> tensor<2x4xf32>
  %2 = tensor.collapse_shape %1 [[0, 1]] : tensor<2x4xf32> into tensor<8xf32>
  "pock.update"(%0) ({
  ^bb0(%g: f32, %w: f32):
    %3 = arith.subf %w, %g : f32
    "pock.yield"(%3) : (f32) -> ()
  }) {operandSegmentSizes = array<i32: 1, 0>, states = [@w]} : (tensor<2x4xf32>) -> ()
  return %2 : tensor<8xf32>
}
// CHECK-LABEL: func.func @train_step(
// CHECK-SAME: %[[GRADIENT:.*]]: tensor<2x4xf32>)
// CHECK-NEXT: %[[COLLAPSED:.*]] = tensor.collapse_shape %[[GRADIENT]]
// CHECK-NEXT: "pock.update"(%[[COLLAPSED]])
func.func @train_step(%gradient: tensor<2x4xf32>) {
  "pock.update"(%gradient) ({
  ^bb0(%g: f32, %sum: f32):
    %0 = arith.addf %sum, %g : f32
    "pock.yield"(%0) : (f32) -> ()
  }) {operandSegmentSizes = array<i32: 1, 0>, states = [@sum]} : (tensor<2x4xf32>) -> ()
  return
}
// -----
// What a buffer is assigned comes in its new shape.
// CHECK: sym_name = "mean", type = tensor<6xf32>, update = "frozen"
"pock.parameter"() {kind = "buffer", sym_name = "mean", type = tensor<2x3xf32>, update = "frozen"} : () -> ()
// CHECK-LABEL: func.func @train_step
// CHECK-NEXT: %[[MEAN:.*]] = "pock.read"() {symbol = @mean} : () -> tensor<6xf32>
// CHECK-NEXT: "pock.assign"(%[[MEAN]]) {symbol = @mean} : (tensor<6xf32>) -> ()
func.func @train_step() -> tensor<6xf32> {
  %0 = "pock.read"() {symbol = @mean} : () -> tensor<2x3xf32>
  %1 = tensor.collapse_shape %0 [[0, 1]] : tensor<2x3xf32> into tensor<6xf32>
  %2 = tensor.expand_shape %1 [[0, 1]] output_shape [2, 3] : tensor<6xf32> into tensor<2x3xf32>
  "pock.assign"(%2) {symbol = @mean} : (tensor<2x3xf32>) -> ()
  return %1 : tensor<6xf32>
}
// -----
// Read in two shapes, not changed where it is reshaped, or reshaped by dimensions of size 1 alone: nothing is won.
// CHECK: sym_name = "ones", type = tensor<1x1x8xf32>, update = "full"
"pock.parameter"() {kind = "parameter", sym_name = "ones", type = tensor<1x1x8xf32>, update = "full"} : () -> ()
// CHECK: sym_name = "both", type = tensor<2x4xf32>, update = "full"
"pock.parameter"() {kind = "parameter", sym_name = "both", type = tensor<2x4xf32>, update = "full"} : () -> ()
// CHECK: sym_name = "frozen", type = tensor<2x4xf32>, update = "frozen"
"pock.parameter"() {kind = "parameter", sym_name = "frozen", type = tensor<2x4xf32>, update = "frozen"} : () -> ()
// CHECK-LABEL: func.func @train_step
func.func @train_step() -> (tensor<2x4xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>) {
  %0 = "pock.read"() {symbol = @both} : () -> tensor<2x4xf32>
  %1 = tensor.collapse_shape %0 [[0, 1]] : tensor<2x4xf32> into tensor<8xf32>
  %2 = "pock.read"() {symbol = @frozen} : () -> tensor<2x4xf32>
  %3 = tensor.collapse_shape %2 [[0, 1]] : tensor<2x4xf32> into tensor<8xf32>
  "pock.update"(%0) ({
  ^bb0(%g: f32, %w: f32):
    %4 = arith.subf %w, %g : f32
    "pock.yield"(%4) : (f32) -> ()
  }) {operandSegmentSizes = array<i32: 1, 0>, states = [@both]} : (tensor<2x4xf32>) -> ()
  %5 = "pock.read"() {symbol = @ones} : () -> tensor<1x1x8xf32>
  %6 = tensor.collapse_shape %5 [[0, 1, 2]] : tensor<1x1x8xf32> into tensor<8xf32>
  "pock.update"(%5) ({
  ^bb0(%g: f32, %w: f32):
    %7 = arith.subf %w, %g : f32
    "pock.yield"(%7) : (f32) -> ()
  }) {operandSegmentSizes = array<i32: 1, 0>, states = [@ones]} : (tensor<1x1x8xf32>) -> ()
  return %0, %1, %3, %6 : tensor<2x4xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>
}
// -----
// Of a parameter of which a slice is updated, slots and gradient have the slice's shape; the channels are those of the
// new shape.
// CHECK: "pock.parameter"() {axis = 0 : i64, kind = "parameter", ranges = array<i64: 1, 2, 4, 2>, sym_name = "w", type = tensor<6x4xf32>, update = "slice"}
"pock.parameter"() {axis = 1 : i64, kind = "parameter", ranges = array<i64: 1, 2>, sym_name = "w", type = tensor<2x3x4xf32>, update = "slice"} : () -> ()
// CHECK: "pock.state"() {init = 0.000000e+00 : f64, parameter = @w, slot = "m", sym_name = "m", type = tensor<4x4xf32>}
"pock.state"() {init = 0.0, parameter = @w, slot = "m", sym_name = "m", type = tensor<2x2x4xf32>} : () -> ()
// CHECK-LABEL: func.func @train_step(
// CHECK: %[[G:.*]] = tensor.collapse_shape %{{.*}} : tensor<2x2x4xf32> into tensor<4x4xf32>
// CHECK: "pock.update"(%[[G]])
// CHECK: }) {axis = 0 : i64, operandSegmentSizes = array<i32: 1, 0>, ranges = array<i64: 1, 2, 4, 2>, states = [@w, @m]}
func.func @train_step(%gradient: tensor<2x2x4xf32>) -> tensor<6x4xf32> {
  %0 = "pock.read"() {symbol = @w} : () -> tensor<2x3x4xf32>
  %1 = tensor.collapse_shape %0 [[0, 1], [2]] : tensor<2x3x4xf32> into tensor<6x4xf32>
  "pock.update"(%gradient) ({
  ^bb0(%g: f32, %w: f32, %m: f32):
    "pock.yield"(%g, %g) : (f32, f32) -> ()
  }) {axis = 1 : i64, operandSegmentSizes = array<i32: 1, 0>, ranges = array<i64: 1, 2>, states = [@w, @m]} : (tensor<2x2x4xf32>) -> ()
  return %1 : tensor<6x4xf32>
}
// -----
// Where only its slots are read, in the slice's shape, or where the channels would be none, nothing changes.
// CHECK: {axis = 0 : i64, {{.*}}sym_name = "w", type = tensor<4x3xf32>, update = "slice"}
"pock.parameter"() {axis = 0 : i64, kind = "parameter", ranges = array<i64: 1, 2>, sym_name = "w", type = tensor<4x3xf32>, update = "slice"} : () -> ()
// CHECK: sym_name = "m", type = tensor<2x3xf32>}
"pock.state"() {init = 0.0, parameter = @w, slot = "m", sym_name = "m", type = tensor<2x3xf32>} : () -> ()
// CHECK: {axis = 0 : i64, {{.*}}sym_name = "v", type = tensor<6xf32>, update = "slice"}
"pock.parameter"() {axis = 0 : i64, kind = "parameter", ranges = array<i64: 1, 3>, sym_name = "v", type = tensor<6xf32>, update = "slice"} : () -> ()
func.func @apply_gradients(%x: tensor<3xf32>) -> (tensor<2x3xf32>, tensor<2x3xf32>) {
  %0 = "pock.read"() {symbol = @m} : () -> tensor<2x3xf32>
  %1 = "pock.read"() {symbol = @v} : () -> tensor<6xf32>
  %2 = tensor.expand_shape %1 [[0, 1]] output_shape [2, 3] : tensor<6xf32> into tensor<2x3xf32>
  "pock.update"() ({
  ^bb0(%w: f32, %m: f32):
    "pock.yield"(%m, %m) : (f32, f32) -> ()
  }) {axis = 0 : i64, operandSegmentSizes = array<i32: 0, 0>, ranges = array<i64: 1, 2>, states = [@w, @m]} : () -> ()
  "pock.update"(%x) ({
  ^bb0(%g: f32, %v: f32):
    "pock.yield"(%g) : (f32) -> ()
  }) {axis = 0 : i64, operandSegmentSizes = array<i32: 1, 0>, ranges = array<i64: 1, 3>, states = [@v]} : (tensor<3xf32>) -> ()
  return %0, %2 : tensor<2x3xf32>, tensor<2x3xf32>
}
