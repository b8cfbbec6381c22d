// RUN: pock-opt %s --pock-autodiff | FileCheck %s

// Rules make whole gradients; of a parameter of which a slice is trained, that is taken when it is handed over.
// CHECK-LABEL: func.func @train_step(
// CHECK: %[[G:.*]] = "pock.matmul"(%{{.*}}) {{.*}} -> tensor<4x2xf32>
// CHECK-NEXT: %[[SLICE:.*]] = "pock.slice"(%[[G]]) {axis = 0 : i64, ranges = array<i64: 1, 2>} : (tensor<4x2xf32>) -> tensor<2x2xf32>
// CHECK-NEXT: "pock.gradient"(%[[SLICE]]) {parameter = @w}

// So it is of a gradient of zeros.
// CHECK: %[[ZEROS:.*]] = arith.constant dense<0.000000e+00> : tensor<3xf32>
// CHECK-NEXT: %[[SLICE:.*]] = "pock.slice"(%[[ZEROS]]) {axis = 0 : i64, ranges = array<i64: 0, 1>}
// CHECK-NEXT: "pock.gradient"(%[[SLICE]]) {parameter = @b}
"pock.parameter"() {axis = 0 : i64, kind = "parameter", ranges = array<i64: 1, 2>, sym_name = "w", type = tensor<4x2xf32>, update = "slice"} : () -> ()
"pock.parameter"() {axis = 0 : i64, kind = "parameter", ranges = array<i64: 0, 1>, sym_name = "b", type = tensor<3xf32>, update = "slice"} : () -> ()
func.func @train_step(%x: tensor<3x2xf32>) -> tensor<f32> attributes {pock.loss_depends_on = ["b", "w"]} {
  %w = "pock.read"() {symbol = @w} : () -> tensor<4x2xf32>
  %y = "pock.matmul"(%x, %w) {transpose_lhs = false, transpose_rhs = true} : (tensor<3x2xf32>, tensor<4x2xf32>) -> tensor<3x4xf32>
  %loss = "pock.reduce"(%y) {dims = array<i64: 0, 1>, kind = "sum"} : (tensor<3x4xf32>) -> tensor<f32>
  return %loss : tensor<f32>
}
