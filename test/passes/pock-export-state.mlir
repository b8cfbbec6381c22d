// RUN: pock-opt %s --pock-export-state | FileCheck %s

// A getter for each trained parameter and each state, and a setter for the learning rate.
// CHECK: func.func @get.w() -> tensor<2x3xf32> {
// CHECK-NEXT: %[[W:.*]] = "pock.read"() {symbol = @w} : () -> tensor<2x3xf32>
// CHECK-NEXT: return %[[W]]
// CHECK-NOT: @get.frozen
// CHECK: func.func @get.w.exp_avg() -> tensor<2x3xf32>
// CHECK: func.func @get.lr() -> tensor<f32>
// CHECK: func.func @set.lr(%[[LR:.*]]: tensor<f32>) {
// CHECK-NEXT: "pock.assign"(%[[LR]]) {symbol = @lr} : (tensor<f32>) -> ()
// CHECK-NEXT: return
// CHECK-NOT: func.func
"pock.parameter"() {kind = "parameter", sym_name = "w", trained = true, type = tensor<2x3xf32>} : () -> ()
"pock.parameter"() {kind = "parameter", sym_name = "frozen", trained = false, type = tensor<2xf32>} : () -> ()
"pock.state"() {init = 0.0, parameter = @w, slot = "exp_avg", sym_name = "w.exp_avg", type = tensor<2x3xf32>} : () -> ()
"pock.state"() {init = 0.01, sym_name = "lr", type = tensor<f32>} : () -> ()
