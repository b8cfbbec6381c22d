// RUN: pock-opt %s --split-input-file --verify-diagnostics

func.func @axis(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{'pock.slice' op expects a slice within shape [2, 3], got axis 2 up to channel 1}}
  %0 = "pock.slice"(%x) {axis = 2 : i64, ranges = array<i64: 0, 1>} : (tensor<2x3xf32>) -> tensor<2x1xf32>
  return
}
// -----
func.func @negative_axis(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{'pock.slice' op attribute 'axis' must be at least 0, got -1}}
  %0 = "pock.slice"(%x) {axis = -1 : i64, ranges = array<i64: 0, 1>} : (tensor<2x3xf32>) -> tensor<2x1xf32>
  return
}
// -----
func.func @beyond(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{'pock.slice' op expects a slice within shape [2, 3], got axis 1 up to channel 4}}
  %0 = "pock.slice"(%x) {axis = 1 : i64, ranges = array<i64: 2, 2>} : (tensor<2x3xf32>) -> tensor<2x2xf32>
  return
}
// -----
func.func @touching(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{'pock.slice' op attribute 'ranges' must be pairs of start and size, ascending, none touching the next, got [0, 1, 1, 1]}}
  %0 = "pock.slice"(%x) {axis = 1 : i64, ranges = array<i64: 0, 1, 1, 1>} : (tensor<2x3xf32>) -> tensor<2x2xf32>
  return
}
// -----
func.func @half_a_pair(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{'pock.slice' op attribute 'ranges' must be pairs of start and size, ascending, none touching the next, got [0]}}
  %0 = "pock.slice"(%x) {axis = 1 : i64, ranges = array<i64: 0>} : (tensor<2x3xf32>) -> tensor<2x1xf32>
  return
}
// -----
func.func @result_shape(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{'pock.slice' op result shape [2, 3] is not [2, 1]}}
  %0 = "pock.slice"(%x) {axis = 1 : i64, ranges = array<i64: 0, 1>} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}
// -----
func.func @element_type(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{'pock.slice' op expects x and result of one element type, got f32 and i32}}
  %0 = "pock.slice"(%x) {axis = 1 : i64, ranges = array<i64: 0, 1>} : (tensor<2x3xf32>) -> tensor<2x1xi32>
  return
}
// -----
// expected-error @+1 {{'pock.parameter' op expects attributes 'axis' and 'ranges' with update = "slice"}}
"pock.parameter"() {axis = 0 : i64, kind = "parameter", sym_name = "w", type = tensor<2x4xf32>, update = "slice"} : () -> ()
// -----
// expected-error @+1 {{'pock.parameter' op expects 'axis' and 'ranges' only with "slice"}}
"pock.parameter"() {axis = 0 : i64, kind = "parameter", ranges = array<i64: 0, 1>, sym_name = "w", type = tensor<2x4xf32>, update = "full"} : () -> ()
// -----
// expected-error @+1 {{'pock.parameter' op expects a slice within shape [2, 4], got axis 0 up to channel 3}}
"pock.parameter"() {axis = 0 : i64, kind = "parameter", ranges = array<i64: 0, 3>, sym_name = "w", type = tensor<2x4xf32>, update = "slice"} : () -> ()
// -----
func.func @update_of_half_a_slice(%x: tensor<2xf32>) {
  // expected-error @+1 {{'pock.update' op expects attributes 'axis' and 'ranges' together}}
  "pock.update"(%x) ({
  ^bb0(%g: f32, %w: f32):
    "pock.yield"(%g) : (f32) -> ()
  }) {axis = 0 : i64, operandSegmentSizes = array<i32: 1, 0>, states = [@w]} : (tensor<2xf32>) -> ()
  return
}
