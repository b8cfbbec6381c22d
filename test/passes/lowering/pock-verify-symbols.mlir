// RUN: pock-opt %s --pock-verify-symbols --split-input-file --verify-diagnostics

"pock.parameter"() {kind = "parameter", sym_name = "w", type = tensor<2xf32>, update = "full"} : () -> ()
"pock.parameter"() {kind = "parameter", sym_name = "frozen", type = tensor<2xf32>, update = "frozen"} : () -> ()
"pock.state"() {init = 0.0, sym_name = "s", type = tensor<2xf32>} : () -> ()
func.func @right(%x: tensor<2xf32>) {
  %0 = "pock.read"() {symbol = @frozen} : () -> tensor<2xf32>
  "pock.assign"(%0) {symbol = @s} : (tensor<2xf32>) -> ()
  "pock.gradient"(%x) {parameter = @w} : (tensor<2xf32>) -> ()
  "pock.update"(%x) ({
  ^bb0(%g: f32, %w: f32, %s: f32):
    "pock.yield"(%g, %s) : (f32, f32) -> ()
  }) {operandSegmentSizes = array<i32: 1, 0>, states = [@w, @s]} : (tensor<2xf32>) -> ()
  return
}
// -----
func.func @read_of_nothing() {
  // expected-error @+1 {{'pock.read' op '@w' is no parameter or state}}
  %0 = "pock.read"() {symbol = @w} : () -> tensor<2xf32>
  return
}
// -----
"pock.parameter"() {kind = "parameter", sym_name = "w", type = tensor<3xf32>, update = "full"} : () -> ()
func.func @read_of_another_type() {
  // expected-error @+1 {{'pock.read' op type tensor<2xf32> differs from that of '@w', tensor<3xf32>}}
  %0 = "pock.read"() {symbol = @w} : () -> tensor<2xf32>
  return
}
// -----
func.func @function() {
  return
}
func.func @assign_to_a_function(%x: tensor<2xf32>) {
  // expected-error @+1 {{'pock.assign' op '@function' is no parameter or state}}
  "pock.assign"(%x) {symbol = @function} : (tensor<2xf32>) -> ()
  return
}
// -----
"pock.parameter"() {kind = "buffer", sym_name = "running_mean", type = tensor<2xf32>, update = "frozen"} : () -> ()
func.func @assign_to_a_buffer(%x: tensor<2xf32>) {
  "pock.assign"(%x) {symbol = @running_mean} : (tensor<2xf32>) -> ()
  return
}
// -----
"pock.parameter"() {kind = "parameter", sym_name = "frozen", type = tensor<2xf32>, update = "frozen"} : () -> ()
// A teacher whose weights are averages: no optimizer changes them, but the model does.
func.func @assign_to_what_is_frozen(%x: tensor<2xf32>) {
  "pock.assign"(%x) {symbol = @frozen} : (tensor<2xf32>) -> ()
  return
}
// -----
"pock.parameter"() {kind = "parameter", sym_name = "w", type = tensor<2x1xf32>, update = "full"} : () -> ()
func.func @gradient_of_another_shape(%x: tensor<2xf32>) {
  // expected-error @+1 {{'pock.gradient' op type tensor<2xf32> differs from that of '@w', tensor<2x1xf32>}}
  "pock.gradient"(%x) {parameter = @w} : (tensor<2xf32>) -> ()
  return
}
// -----
"pock.parameter"() {kind = "parameter", sym_name = "w", type = tensor<2xf32>, update = "frozen"} : () -> ()
func.func @update_of_what_is_frozen() {
  // expected-error @+1 {{'pock.update' op writes '@w', which is frozen}}
  "pock.update"() ({
  ^bb0(%w: f32):
    "pock.yield"(%w) : (f32) -> ()
  }) {operandSegmentSizes = array<i32: 0, 0>, states = [@w]} : () -> ()
  return
}
// -----
"pock.parameter"() {kind = "parameter", sym_name = "w", type = tensor<2xf32>, update = "full"} : () -> ()
"pock.state"() {init = 0.0, sym_name = "s", type = tensor<3xf32>} : () -> ()
func.func @update_of_two_shapes() {
  // expected-error @+1 {{'pock.update' op expects inputs and states of one shape, got [(2,), (3,)]}}
  "pock.update"() ({
  ^bb0(%w: f32, %s: f32):
    "pock.yield"(%w, %s) : (f32, f32) -> ()
  }) {operandSegmentSizes = array<i32: 0, 0>, states = [@w, @s]} : () -> ()
  return
}
// -----
"pock.parameter"() {kind = "parameter", sym_name = "w", type = tensor<2xf32>, update = "frozen"} : () -> ()
"pock.parameter_view"() {axes = array<i64: 0>, kind = "parameter", of = @w, order = array<i64: 0>, shape = array<i64: 2>, sym_name = "v", update = "full"} : () -> ()
func.func @a_trained_view_of_a_frozen_parameter(%x: tensor<2xf32>) {
  %0 = "pock.read"() {symbol = @w, view = @v} : () -> tensor<2xf32>
  "pock.gradient"(%x) {parameter = @v} : (tensor<2xf32>) -> ()
  "pock.update"(%x) ({
  ^bb0(%g: f32, %w: f32):
    "pock.yield"(%g) : (f32) -> ()
  }) {operandSegmentSizes = array<i32: 1, 0>, states = [@w]} : (tensor<2xf32>) -> ()
  return
}
// -----
// expected-error @+1 {{'@v' is a view of '@w', which is no parameter}}
"pock.parameter_view"() {axes = array<i64: 0>, kind = "parameter", of = @w, order = array<i64: 0>, shape = array<i64: 2>, sym_name = "v", update = "full"} : () -> ()
func.func @a_view_of_nothing() {
  return
}
// -----
"pock.parameter"() {kind = "parameter", sym_name = "w", type = tensor<2xf32>, update = "full"} : () -> ()
"pock.parameter"() {kind = "parameter", sym_name = "u", type = tensor<2xf32>, update = "full"} : () -> ()
"pock.parameter_view"() {axes = array<i64: 0>, kind = "parameter", of = @w, order = array<i64: 0>, shape = array<i64: 2>, sym_name = "v", update = "frozen"} : () -> ()
func.func @a_read_for_another_one(%x: tensor<2xf32>) {
  // expected-error @+1 {{'pock.read' op '@v' is no view of '@u'}}
  %0 = "pock.read"() {symbol = @u, view = @v} : () -> tensor<2xf32>
  return
}
// -----
"pock.parameter"() {kind = "parameter", sym_name = "w", type = tensor<2xf32>, update = "full"} : () -> ()
"pock.parameter_view"() {axes = array<i64: 0>, kind = "parameter", of = @w, order = array<i64: 0>, shape = array<i64: 2>, sym_name = "v", update = "frozen"} : () -> ()
func.func @a_gradient_of_a_frozen_view(%x: tensor<2xf32>) {
  // expected-error @+1 {{'pock.gradient' op writes '@v', which is frozen}}
  "pock.gradient"(%x) {parameter = @v} : (tensor<2xf32>) -> ()
  return
}
// -----
"pock.parameter"() {axis = 0 : i64, kind = "parameter", ranges = array<i64: 0, 1>, sym_name = "w", type = tensor<2xf32>, update = "slice"} : () -> ()
func.func @a_whole_gradient_of_a_slice(%x: tensor<2xf32>) {
  // expected-error @+1 {{'pock.gradient' op expects inputs and states of one shape, got [(1,), (2,)]}}
  "pock.gradient"(%x) {parameter = @w} : (tensor<2xf32>) -> ()
  return
}
// -----
"pock.parameter"() {axis = 0 : i64, kind = "parameter", ranges = array<i64: 0, 1>, sym_name = "w", type = tensor<2xf32>, update = "slice"} : () -> ()
func.func @an_update_of_what_is_not_trained(%x: tensor<2xf32>) {
  // expected-error @+1 {{'pock.update' op updates other channels than those that are trained of '@w'}}
  "pock.update"(%x) ({
  ^bb0(%g: f32, %w: f32):
    "pock.yield"(%g) : (f32) -> ()
  }) {operandSegmentSizes = array<i32: 1, 0>, states = [@w]} : (tensor<2xf32>) -> ()
  return
}
// -----
"pock.parameter"() {axis = 0 : i64, kind = "parameter", ranges = array<i64: 0, 1>, sym_name = "w", type = tensor<2xf32>, update = "slice"} : () -> ()
func.func @an_update_by_a_whole_gradient(%x: tensor<2xf32>) {
  // expected-error @+1 {{'pock.update' op expects inputs and states of one shape, got [(1,), (2,)]}}
  "pock.update"(%x) ({
  ^bb0(%g: f32, %w: f32):
    "pock.yield"(%g) : (f32) -> ()
  }) {axis = 0 : i64, operandSegmentSizes = array<i32: 1, 0>, ranges = array<i64: 0, 1>, states = [@w]} : (tensor<2xf32>) -> ()
  return
}
