// RUN: pock-opt %s | pock-opt | FileCheck %s
// RUN: pock-opt %s --emit-bytecode | pock-opt | FileCheck %s

// CHECK: "pock.parameter"() {kind = "parameter", sym_name = "layer.weight", type = tensor<2x3xf32>, update = "full"}
"pock.parameter"() {kind = "parameter", sym_name = "layer.weight", type = tensor<2x3xf32>, update = "full"} : () -> ()
// CHECK: "pock.parameter"() {kind = "parameter", loss_names = ["table"], owner = "model", sym_name = "shared",
"pock.parameter"() {kind = "parameter", loss_names = ["table"], owner = "model", sym_name = "shared", type = tensor<2xf32>, update = "full"} : () -> ()
// CHECK: "pock.parameter"() {framework_name = "w", kind = "parameter", owner = "loss", sym_name = "loss.w",
"pock.parameter"() {framework_name = "w", kind = "parameter", owner = "loss", sym_name = "loss.w", type = tensor<2xf32>, update = "full"} : () -> ()
// CHECK: "pock.parameter"() {aliases = ["head.weight", "tail.weight"], {{.*}} permutation = array<i64: 1, 0>,
"pock.parameter"() {aliases = ["head.weight", "tail.weight"], kind = "parameter", permutation = array<i64: 1, 0>, sym_name = "embedding.weight", type = tensor<3x2xf32>, update = "frozen"} : () -> ()
// CHECK: "pock.parameter"() {kind = "buffer", {{.*}} type = tensor<i64>, {{.*}}}
"pock.parameter"() {kind = "buffer", sym_name = "count", type = tensor<i64>, update = "frozen"} : () -> ()
// CHECK: "pock.parameter"() {kind = "constant",
"pock.parameter"() {kind = "constant", sym_name = "position_ids", type = tensor<1x4xi64>, update = "frozen"} : () -> ()
// CHECK: "pock.state"() {init = 0.000000e+00 : f64, parameter = @layer.weight, slot = "exp_avg", sym_name = "layer.weight.exp_avg", type = tensor<2x3xf32>}
"pock.state"() {init = 0.0, parameter = @layer.weight, slot = "exp_avg", sym_name = "layer.weight.exp_avg", type = tensor<2x3xf32>} : () -> ()
// CHECK: "pock.state"() {init = 1.000000e-03 : f64, sym_name = "lr", type = tensor<f32>}
"pock.state"() {init = 0.001, sym_name = "lr", type = tensor<f32>} : () -> ()

// CHECK-LABEL: func.func @reads_and_writes
func.func @reads_and_writes(%g: tensor<2x3xf32>) -> tensor<2x3xf32> {
  // CHECK: "pock.read"() {symbol = @layer.weight} : () -> tensor<2x3xf32>
  %0 = "pock.read"() {symbol = @layer.weight} : () -> tensor<2x3xf32>
  // CHECK: "pock.stop_gradient"(%{{.*}}) : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %1 = "pock.stop_gradient"(%0) : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: "pock.zero_gradient"(%{{.*}}) : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %2 = "pock.zero_gradient"(%0) : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: "pock.assign"(%{{.*}}) {symbol = @layer.weight} : (tensor<2x3xf32>) -> ()
  "pock.assign"(%1) {symbol = @layer.weight} : (tensor<2x3xf32>) -> ()
  // CHECK: "pock.gradient"(%{{.*}}) {parameter = @layer.weight} : (tensor<2x3xf32>) -> ()
  "pock.gradient"(%g) {parameter = @layer.weight} : (tensor<2x3xf32>) -> ()
  return %1 : tensor<2x3xf32>
}

// Block arguments: the elements of inputs, scalars and states.
// CHECK-LABEL: func.func @update
func.func @update(%g: tensor<2x3xf32>, %lr: tensor<f32>) {
  // CHECK: "pock.update"(%{{.*}}, %{{.*}}) ({
  // CHECK-NEXT: ^bb0(%[[G:.*]]: f32, %[[LR:.*]]: f32, %[[W:.*]]: f32, %[[M:.*]]: f32):
  // CHECK-NEXT:   %[[NEW_M:.*]] = arith.addf %[[M]], %[[G]] : f32
  // CHECK-NEXT:   %[[STEP:.*]] = arith.mulf %[[LR]], %[[NEW_M]] : f32
  // CHECK-NEXT:   %[[NEW_W:.*]] = arith.subf %[[W]], %[[STEP]] : f32
  // CHECK-NEXT:   "pock.yield"(%[[NEW_W]], %[[NEW_M]]) : (f32, f32) -> ()
  // CHECK-NEXT: }) {operandSegmentSizes = array<i32: 1, 1>, states = [@layer.weight, @layer.weight.exp_avg]} : (tensor<2x3xf32>, tensor<f32>) -> ()
  "pock.update"(%g, %lr) ({
  ^bb0(%ge: f32, %lre: f32, %w: f32, %m: f32):
    %0 = arith.addf %m, %ge : f32
    %1 = arith.mulf %lre, %0 : f32
    %2 = arith.subf %w, %1 : f32
    "pock.yield"(%2, %0) : (f32, f32) -> ()
  }) {operandSegmentSizes = array<i32: 1, 1>, states = [@layer.weight, @layer.weight.exp_avg]} : (tensor<2x3xf32>, tensor<f32>) -> ()
  return
}

// An update needs neither inputs nor scalars.
// CHECK-LABEL: func.func @halve
func.func @halve() {
  // CHECK: "pock.update"() ({
  // CHECK: }) {operandSegmentSizes = array<i32: 0, 0>, states = [@lr]} : () -> ()
  "pock.update"() ({
  ^bb0(%lr: f32):
    %half = arith.constant 0.5 : f32
    %0 = arith.mulf %lr, %half : f32
    "pock.yield"(%0) : (f32) -> ()
  }) {operandSegmentSizes = array<i32: 0, 0>, states = [@lr]} : () -> ()
  return
}
