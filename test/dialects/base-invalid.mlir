// What the verifiers of all ops check first: that an op has the attributes, operands, results and regions it declares,
// on tensors of static shape.
// RUN: pock-opt %s --split-input-file --verify-diagnostics

func.func @attribute_is_missing(%x: tensor<2xf32>) {
  // expected-error @+1 {{'pock.gelu' op expects attribute 'approximate'}}
  %0 = "pock.gelu"(%x) : (tensor<2xf32>) -> tensor<2xf32>
  return
}
// -----
func.func @attribute_is_no_string(%x: tensor<2xf32>) {
  // expected-error @+1 {{'pock.gelu' op attribute 'approximate' must be a string, got 1}}
  %0 = "pock.gelu"(%x) {approximate = 1} : (tensor<2xf32>) -> tensor<2xf32>
  return
}
// -----
func.func @attribute_is_no_integer(%x: tensor<2xf32>) {
  // expected-error @+1 {{'pock.softmax' op attribute 'dim' must be an integer, got true}}
  %0 = "pock.softmax"(%x) {dim = true} : (tensor<2xf32>) -> tensor<2xf32>
  return
}
// -----
func.func @attribute_is_no_number(%x: tensor<2xf32>) {
  // expected-error @+1 {{'pock.normalize' op attribute 'eps' must be a floating-point number, got 0}}
  %0:3 = "pock.normalize"(%x) {dims = array<i64: 0>, eps = 0} : (tensor<2xf32>) -> (tensor<2xf32>, tensor<f32>, tensor<f32>)
  return
}
// -----
// expected-error @+1 {{'pock.state' op attribute 'type' must be a type, got "f32"}}
"pock.state"() {init = 0.0, sym_name = "s", type = "f32"} : () -> ()
// -----
func.func @attribute_is_no_array() {
  // expected-error @+1 {{'pock.update' op attribute 'states' must be an array, got @s}}
  "pock.update"() ({
  ^bb0(%s: f32):
    "pock.yield"(%s) : (f32) -> ()
  }) {operandSegmentSizes = array<i32: 0, 0>, states = @s} : () -> ()
  return
}
// -----
func.func @attribute_is_no_symbol() {
  // expected-error @+1 {{'pock.read' op attribute 'symbol' must be a symbol, got "w"}}
  %0 = "pock.read"() {symbol = "w"} : () -> tensor<2xf32>
  return
}
// -----
func.func @too_many_operands(%x: tensor<2xf32>) {
  // expected-error @+1 {{'pock.relu' op expects 1 operand, got 2}}
  %0 = "pock.relu"(%x, %x) : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  return
}
// -----
func.func @too_few_operands(%x: tensor<2x2xf32>) {
  // expected-error @+1 {{'pock.matmul' op expects 2 operands, got 1}}
  %0 = "pock.matmul"(%x) {transpose_lhs = false, transpose_rhs = false} : (tensor<2x2xf32>) -> tensor<2x2xf32>
  return
}
// -----
func.func @no_result(%x: tensor<2xf32>) {
  // expected-error @+1 {{'pock.relu' op expects 1 result, got 0}}
  "pock.relu"(%x) : (tensor<2xf32>) -> ()
  return
}
// -----
func.func @a_region(%x: tensor<2xf32>) {
  // expected-error @+1 {{'pock.relu' op expects 0 regions, got 1}}
  %0 = "pock.relu"(%x) ({
  }) : (tensor<2xf32>) -> tensor<2xf32>
  return
}
// -----
func.func @no_numbers_of_operands(%x: tensor<2xf32>) {
  // expected-error @+1 {{'pock.update' op attribute 'operandSegmentSizes' must give the numbers of inputs and scalars}}
  "pock.update"(%x) ({
  ^bb0(%g: f32, %s: f32):
    "pock.yield"(%g) : (f32) -> ()
  }) {states = [@s]} : (tensor<2xf32>) -> ()
  return
}
// -----
func.func @wrong_numbers_of_operands(%x: tensor<2xf32>) {
  // expected-error @+1 {{'pock.update' op expects 2 operands, got 1}}
  "pock.update"(%x) ({
  ^bb0(%g: f32, %s: f32):
    "pock.yield"(%g) : (f32) -> ()
  }) {operandSegmentSizes = array<i32: 1, 1>, states = [@s]} : (tensor<2xf32>) -> ()
  return
}
// -----
func.func @operand_is_no_tensor(%x: f32) {
  // expected-error @+1 {{'pock.relu' op expects x to be a tensor of static shape, got f32}}
  %0 = "pock.relu"(%x) : (f32) -> f32
  return
}
// -----
func.func @operand_of_dynamic_shape(%x: tensor<?xf32>) {
  // expected-error @+1 {{'pock.relu' op expects x to be a tensor of static shape, got tensor<?xf32>}}
  %0 = "pock.relu"(%x) : (tensor<?xf32>) -> tensor<?xf32>
  return
}
// -----
func.func @operand_without_rank(%x: tensor<*xf32>) {
  // expected-error @+1 {{'pock.relu' op expects x to be a tensor of static shape, got tensor<*xf32>}}
  %0 = "pock.relu"(%x) : (tensor<*xf32>) -> tensor<*xf32>
  return
}
// -----
func.func @result_of_dynamic_shape(%x: tensor<2xf32>) {
  // expected-error @+1 {{'pock.relu' op expects result to be a tensor of static shape, got tensor<?xf32>}}
  %0 = "pock.relu"(%x) : (tensor<2xf32>) -> tensor<?xf32>
  return
}
