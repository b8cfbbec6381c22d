// RUN: pock-opt %s --split-input-file --pock-autodiff | FileCheck %s

"pock.parameter"() {kind = "parameter", sym_name = "w", type = tensor<2xf32>, update = "full"} : () -> ()

// What computes the gradient moves behind the loss, to the cotangent that it waited for; the value stays alone.
// CHECK-LABEL: func.func @train_step
func.func @train_step() -> tensor<f32> {
  // CHECK-NEXT: %[[W:.*]] = "pock.read"() {symbol = @w}
  %w = "pock.read"() {symbol = @w} : () -> tensor<2xf32>
  // CHECK-NEXT: %[[VALUE:.*]] = "pock.stop_gradient"(%[[W]])
  %value = "pock.stop_gradient"(%w) : (tensor<2xf32>) -> tensor<2xf32>
  %cotangent = "pock.cotangent"(%value) {id = 0 : i64} : (tensor<2xf32>) -> tensor<2xf32>
  %reversed = arith.negf %cotangent : tensor<2xf32>
  %y = "pock.custom_vjp"(%value, %cotangent, %w, %reversed) : (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  // CHECK-NEXT: %[[LOSS:.*]] = "pock.reduce"(%[[VALUE]])
  %loss = "pock.reduce"(%y) {dims = array<i64: 0>, kind = "sum"} : (tensor<2xf32>) -> tensor<f32>
  // CHECK: %[[COTANGENT:.*]] = "pock.broadcast"
  // CHECK: %[[GRADIENT:.*]] = arith.negf %[[COTANGENT]]
  // CHECK: "pock.gradient"(%[[GRADIENT]]) {parameter = @w}
  // CHECK-NOT: pock.cotangent
  // CHECK-NOT: pock.custom_vjp
  return %loss : tensor<f32>
}

// -----

"pock.parameter"() {kind = "parameter", sym_name = "w", type = tensor<2xf32>, update = "full"} : () -> ()

// Two outputs, of which the loss uses the second: the first has a cotangent of zeros.
// CHECK-LABEL: func.func @train_step
func.func @train_step() -> tensor<f32> {
  %w = "pock.read"() {symbol = @w} : () -> tensor<2xf32>
  %a = "pock.stop_gradient"(%w) : (tensor<2xf32>) -> tensor<2xf32>
  %b = math.exp %a : tensor<2xf32>
  %ca = "pock.cotangent"(%a) {id = 0 : i64} : (tensor<2xf32>) -> tensor<2xf32>
  %cb = "pock.cotangent"(%b) {id = 1 : i64} : (tensor<2xf32>) -> tensor<2xf32>
  %g = arith.subf %ca, %cb : tensor<2xf32>
  %zeros = arith.constant dense<0.0> : tensor<2xf32>
  %first = "pock.custom_vjp"(%a, %ca, %w, %g) : (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %second = "pock.custom_vjp"(%b, %cb, %first, %zeros) : (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %loss = "pock.reduce"(%second) {dims = array<i64: 0>, kind = "sum"} : (tensor<2xf32>) -> tensor<f32>
  // CHECK: %[[ZEROS:.*]] = arith.constant dense<0.0
  // CHECK: %[[COTANGENT:.*]] = "pock.broadcast"
  // CHECK: %[[GRADIENT:.*]] = arith.subf %{{.*}}, %[[COTANGENT]]
  // CHECK: "pock.gradient"(%[[GRADIENT]]) {parameter = @w}
  return %loss : tensor<f32>
}
