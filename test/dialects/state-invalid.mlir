// RUN: pock-opt %s --split-input-file --verify-diagnostics

// expected-error @+1 {{'pock.parameter' op attribute 'update' must be a string, got 1 : i64}}
"pock.parameter"() {kind = "parameter", sym_name = "w", update = 1, type = tensor<2xf32>} : () -> ()
// -----
// expected-error @+1 {{'pock.parameter' op attribute 'framework_name' must be a string, got 1}}
"pock.parameter"() {framework_name = 1, kind = "parameter", sym_name = "w", type = tensor<2xf32>, update = "full"} : () -> ()
// -----
// expected-error @+1 {{'pock.parameter' op attribute 'kind' must be one of parameter, buffer, constant, got 'weight'}}
"pock.parameter"() {kind = "weight", sym_name = "w", type = tensor<2xf32>, update = "full"} : () -> ()
// -----
// expected-error @+1 {{'pock.parameter' op attribute 'type' must be a tensor of static shape, got f32}}
"pock.parameter"() {kind = "parameter", sym_name = "w", type = f32, update = "full"} : () -> ()
// -----
// expected-error @+1 {{'pock.parameter' op attribute 'type' must be a tensor of static shape, got tensor<?xf32>}}
"pock.parameter"() {kind = "parameter", sym_name = "w", type = tensor<?xf32>, update = "full"} : () -> ()
// -----
// expected-error @+1 {{'pock.parameter' op attribute 'permutation' must be an array<i64>, got [1, 0]}}
"pock.parameter"() {kind = "parameter", permutation = [1, 0], sym_name = "w", type = tensor<2x3xf32>, update = "full"} : () -> ()
// -----
// expected-error @+1 {{'pock.parameter' op attribute 'permutation' must have 2 elements, got [0, 1, 2]}}
"pock.parameter"() {kind = "parameter", permutation = array<i64: 0, 1, 2>, sym_name = "w", type = tensor<2x3xf32>, update = "full"} : () -> ()
// -----
// expected-error @+1 {{'pock.parameter' op attribute 'permutation' must permute 2 dimensions, got [0, 2]}}
"pock.parameter"() {kind = "parameter", permutation = array<i64: 0, 2>, sym_name = "w", type = tensor<2x3xf32>, update = "full"} : () -> ()
// -----
// expected-error @+1 {{'pock.parameter' op attribute 'loss_names' must be an array of strings, got "w"}}
"pock.parameter"() {kind = "parameter", loss_names = "w", sym_name = "w", type = tensor<2xf32>, update = "full"} : () -> ()
// -----
// expected-error @+1 {{'pock.parameter' op attribute 'owner' must be one of model, loss, got "metric"}}
"pock.parameter"() {kind = "parameter", owner = "metric", sym_name = "w", type = tensor<2xf32>, update = "full"} : () -> ()
// -----
// expected-error @+1 {{'pock.parameter' op attribute 'aliases' must be an array of strings, got [1]}}
"pock.parameter"() {aliases = [1], kind = "parameter", sym_name = "w", type = tensor<2xf32>, update = "full"} : () -> ()
// -----
// expected-error @+1 {{'pock.state' op attribute 'type' must be a tensor of static shape, got f32}}
"pock.state"() {init = 0.0, sym_name = "s", type = f32} : () -> ()
// -----
// expected-error @+1 {{'pock.state' op expects attributes 'parameter' and 'slot' together}}
"pock.state"() {init = 0.0, parameter = @w, sym_name = "s", type = tensor<f32>} : () -> ()
// -----
// expected-error @+1 {{'pock.state' op attribute 'parameter' must be a symbol, got "w"}}
"pock.state"() {init = 0.0, parameter = "w", slot = "exp_avg", sym_name = "s", type = tensor<f32>} : () -> ()
// -----
func.func @read() {
  // expected-error @+1 {{'pock.read' op expects result to be a tensor of static shape, got f32}}
  %0 = "pock.read"() {symbol = @w} : () -> f32
  return
}
// -----
func.func @assign(%x: f32) {
  // expected-error @+1 {{'pock.assign' op expects value to be a tensor of static shape, got f32}}
  "pock.assign"(%x) {symbol = @w} : (f32) -> ()
  return
}
// -----
func.func @gradient(%x: tensor<2xf32>) {
  // expected-error @+1 {{'pock.gradient' op expects attribute 'parameter'}}
  "pock.gradient"(%x) {symbol = @w} : (tensor<2xf32>) -> ()
  return
}
// -----
func.func @stop_gradient(%x: tensor<2xf32>) {
  // expected-error @+1 {{'pock.stop_gradient' op expects x and result of the same type, got tensor<2xf32> and tensor<3xf32>}}
  %0 = "pock.stop_gradient"(%x) : (tensor<2xf32>) -> tensor<3xf32>
  return
}
// -----
func.func @zero_gradient(%x: tensor<2xf32>) {
  // expected-error @+1 {{'pock.zero_gradient' op expects x and result of the same type, got tensor<2xf32> and tensor<3xf32>}}
  %0 = "pock.zero_gradient"(%x) : (tensor<2xf32>) -> tensor<3xf32>
  return
}
// -----
func.func @update_of_nothing() {
  // expected-error @+1 {{'pock.update' op expects at least one state}}
  "pock.update"() ({
    "pock.yield"() : () -> ()
  }) {operandSegmentSizes = array<i32: 0, 0>, states = []} : () -> ()
  return
}
// -----
func.func @update_states() {
  // expected-error @+1 {{'pock.update' op attribute 'states' must be an array of symbols}}
  "pock.update"() ({
  ^bb0(%s: f32):
    "pock.yield"(%s) : (f32) -> ()
  }) {operandSegmentSizes = array<i32: 0, 0>, states = ["s"]} : () -> ()
  return
}
// -----
func.func @update_input_is_no_tensor(%x: f32) {
  // expected-error @+1 {{'pock.update' op expects inputs and scalars to be a tensor of static shape, got f32}}
  "pock.update"(%x) ({
  ^bb0(%g: f32, %s: f32):
    "pock.yield"(%g) : (f32) -> ()
  }) {operandSegmentSizes = array<i32: 1, 0>, states = [@s]} : (f32) -> ()
  return
}
// -----
func.func @update_scalar_rank(%x: tensor<2xf32>) {
  // expected-error @+1 {{'pock.update' op expects rank-0 scalars, got tensor<2xf32>}}
  "pock.update"(%x) ({
  ^bb0(%lr: f32, %s: f32):
    "pock.yield"(%lr) : (f32) -> ()
  }) {operandSegmentSizes = array<i32: 0, 1>, states = [@s]} : (tensor<2xf32>) -> ()
  return
}
// -----
func.func @update_inputs(%x: tensor<2xf32>, %y: tensor<3xf32>) {
  // expected-error @+1 {{'pock.update' op expects inputs of one shape, got tensor<2xf32> and tensor<3xf32>}}
  "pock.update"(%x, %y) ({
  ^bb0(%a: f32, %b: f32, %s: f32):
    "pock.yield"(%a) : (f32) -> ()
  }) {operandSegmentSizes = array<i32: 2, 0>, states = [@s]} : (tensor<2xf32>, tensor<3xf32>) -> ()
  return
}
// -----
func.func @update_without_body() {
  // expected-error @+1 {{'pock.update' op expects one block}}
  "pock.update"() ({
  }) {operandSegmentSizes = array<i32: 0, 0>, states = [@s]} : () -> ()
  return
}
// -----
func.func @update_arguments(%x: tensor<2xf32>) {
  // expected-error @+1 {{'pock.update' op expects 2 block arguments (inputs, scalars, states), got 1}}
  "pock.update"(%x) ({
  ^bb0(%s: f32):
    "pock.yield"(%s) : (f32) -> ()
  }) {operandSegmentSizes = array<i32: 1, 0>, states = [@s]} : (tensor<2xf32>) -> ()
  return
}
// -----
func.func @update_argument_type(%x: tensor<2xf32>) {
  // expected-error @+1 {{'pock.update' op expects a block argument of type f32, got f64}}
  "pock.update"(%x) ({
  ^bb0(%g: f64, %s: f32):
    "pock.yield"(%s) : (f32) -> ()
  }) {operandSegmentSizes = array<i32: 1, 0>, states = [@s]} : (tensor<2xf32>) -> ()
  return
}
// -----
func.func @update_terminator() {
  // expected-error @+1 {{'pock.update' op expects the body to end in pock.yield}}
  "pock.update"() ({
  ^bb0(%s: f32):
    ub.unreachable
  }) {operandSegmentSizes = array<i32: 0, 0>, states = [@s]} : () -> ()
  return
}
// -----
func.func @update_yields_too_little() {
  // expected-error @+1 {{'pock.update' op expects to yield 2 values, one for each state, got 1}}
  "pock.update"() ({
  ^bb0(%s: f32, %t: f32):
    "pock.yield"(%s) : (f32) -> ()
  }) {operandSegmentSizes = array<i32: 0, 0>, states = [@s, @t]} : () -> ()
  return
}
// -----
func.func @update_yields_another_type() {
  // expected-error @+1 {{'pock.update' op expects to yield f32 for a state of that type, got f64}}
  "pock.update"() ({
  ^bb0(%s: f32):
    %0 = arith.extf %s : f32 to f64
    "pock.yield"(%0) : (f64) -> ()
  }) {operandSegmentSizes = array<i32: 0, 0>, states = [@s]} : () -> ()
  return
}
// -----
func.func @yield(%x: f32) {
  // expected-error @+1 {{'pock.yield' op expects parent op 'pock.update'}}
  "pock.yield"(%x) : (f32) -> ()
}
// -----
// expected-error @+1 {{'pock.parameter' op attribute 'update' must be one of frozen, full, slice, got 'half'}}
"pock.parameter"() {kind = "parameter", sym_name = "w", type = tensor<2xf32>, update = "half"} : () -> ()
