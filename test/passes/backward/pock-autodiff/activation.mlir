// RUN: pock-opt %s --split-input-file --pock-autodiff | FileCheck %s

// By the result: the input is not saved.
// CHECK-LABEL: sym_name = "relu"
// CHECK: %[[X:.*]] = "pock.read"
// CHECK: %[[Y:.*]] = "pock.relu"(%[[X]])
// CHECK: %[[G:.*]] = arith.constant dense<1.000000e+00>
// CHECK: %[[ZERO:.*]] = arith.constant dense<0.000000e+00>
// CHECK: %[[POSITIVE:.*]] = arith.cmpf ugt, %[[Y]], %[[ZERO]]
// CHECK: %[[DX:.*]] = arith.select %[[POSITIVE]], %[[G]], %[[ZERO]]
// CHECK: "pock.gradient"(%[[DX]]) {parameter = @relu}
"pock.parameter"() {kind = "parameter", sym_name = "relu", type = tensor<f32>, update = "full"} : () -> ()
func.func @train_step() -> tensor<f32> {
  %x = "pock.read"() {symbol = @relu} : () -> tensor<f32>
  %y = "pock.relu"(%x) : (tensor<f32>) -> tensor<f32>
  return %y : tensor<f32>
}
// -----
// y (1 - y).
// CHECK-LABEL: sym_name = "sigmoid"
// CHECK: %[[X:.*]] = "pock.read"
// CHECK: %[[Y:.*]] = "pock.sigmoid"(%[[X]])
// CHECK: %[[G:.*]] = arith.constant dense<1.000000e+00>
// CHECK: %[[ONE:.*]] = arith.constant dense<1.000000e+00>
// CHECK: %[[REST:.*]] = arith.subf %[[ONE]], %[[Y]]
// CHECK: %[[SLOPE:.*]] = arith.mulf %[[Y]], %[[REST]]
// CHECK: %[[DX:.*]] = arith.mulf %[[G]], %[[SLOPE]]
// CHECK: "pock.gradient"(%[[DX]]) {parameter = @sigmoid}
"pock.parameter"() {kind = "parameter", sym_name = "sigmoid", type = tensor<f32>, update = "full"} : () -> ()
func.func @train_step() -> tensor<f32> {
  %x = "pock.read"() {symbol = @sigmoid} : () -> tensor<f32>
  %y = "pock.sigmoid"(%x) : (tensor<f32>) -> tensor<f32>
  return %y : tensor<f32>
}
// -----
// s (1 + x (1 - s)), s = sigmoid(x).
// CHECK-LABEL: sym_name = "silu"
// CHECK: %[[X:.*]] = "pock.read"
// CHECK: "pock.silu"(%[[X]])
// CHECK: %[[G:.*]] = arith.constant dense<1.000000e+00>
// CHECK: %[[S:.*]] = "pock.sigmoid"(%[[X]])
// CHECK: %[[REST:.*]] = arith.subf %{{.*}}, %[[S]]
// CHECK: %[[PRODUCT:.*]] = arith.mulf %[[X]], %[[REST]]
// CHECK: %[[SUM:.*]] = arith.addf %{{.*}}, %[[PRODUCT]]
// CHECK: %[[SLOPE:.*]] = arith.mulf %[[S]], %[[SUM]]
// CHECK: %[[DX:.*]] = arith.mulf %[[G]], %[[SLOPE]]
// CHECK: "pock.gradient"(%[[DX]]) {parameter = @silu}
"pock.parameter"() {kind = "parameter", sym_name = "silu", type = tensor<f32>, update = "full"} : () -> ()
func.func @train_step() -> tensor<f32> {
  %x = "pock.read"() {symbol = @silu} : () -> tensor<f32>
  %y = "pock.silu"(%x) : (tensor<f32>) -> tensor<f32>
  return %y : tensor<f32>
}
// -----
// Phi(x) + x phi(x).
// CHECK-LABEL: sym_name = "gelu"
// CHECK: %[[X:.*]] = "pock.read"
// CHECK: "pock.gelu"(%[[X]])
// CHECK: %[[G:.*]] = arith.constant dense<1.000000e+00>
// CHECK: math.erf
// CHECK: %[[DISTRIBUTION:.*]] = arith.mulf
// CHECK: math.exp
// CHECK: %[[DENSITY:.*]] = arith.mulf
// CHECK: %[[PRODUCT:.*]] = arith.mulf %[[X]], %[[DENSITY]]
// CHECK: %[[SLOPE:.*]] = arith.addf %[[DISTRIBUTION]], %[[PRODUCT]]
// CHECK: %[[DX:.*]] = arith.mulf %[[G]], %[[SLOPE]]
// CHECK: "pock.gradient"(%[[DX]]) {parameter = @gelu}
"pock.parameter"() {kind = "parameter", sym_name = "gelu", type = tensor<f32>, update = "full"} : () -> ()
func.func @train_step() -> tensor<f32> {
  %x = "pock.read"() {symbol = @gelu} : () -> tensor<f32>
  %y = "pock.gelu"(%x) {approximate = "none"} : (tensor<f32>) -> tensor<f32>
  return %y : tensor<f32>
}
// -----
// CHECK-LABEL: sym_name = "gelu.tanh"
// CHECK: %[[X:.*]] = "pock.read"
// CHECK: "pock.gelu"(%[[X]])
// CHECK: %[[G:.*]] = arith.constant dense<1.000000e+00>
// CHECK-NOT: math.erf
// CHECK: %[[SQUARE:.*]] = arith.mulf %[[X]], %[[X]]
// CHECK: %[[CUBE:.*]] = arith.mulf %[[X]], %[[SQUARE]]
// CHECK: %[[T:.*]] = math.tanh
// CHECK: arith.mulf %[[T]], %[[T]]
// CHECK: %[[DX:.*]] = arith.mulf %[[G]], %{{.*}}
// CHECK: "pock.gradient"(%[[DX]]) {parameter = @gelu.tanh}
"pock.parameter"() {kind = "parameter", sym_name = "gelu.tanh", type = tensor<f32>, update = "full"} : () -> ()
func.func @train_step() -> tensor<f32> {
  %x = "pock.read"() {symbol = @gelu.tanh} : () -> tensor<f32>
  %y = "pock.gelu"(%x) {approximate = "tanh"} : (tensor<f32>) -> tensor<f32>
  return %y : tensor<f32>
}
