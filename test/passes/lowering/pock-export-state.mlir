// RUN: pock-opt %s --pock-export-state | FileCheck %s

// A getter for each parameter that changes and each state, and setters for the learning rate and the seed.
// CHECK: func.func @train_step
// CHECK: func.func @get.w() -> tensor<2x3xf32> {
// CHECK-NEXT: %[[W:.*]] = "pock.read"() {symbol = @w} : () -> tensor<2x3xf32>
// CHECK-NEXT: return %[[W]]
// CHECK-NOT: @get.frozen
// CHECK: func.func @get.running_mean() -> tensor<2xf32>
// CHECK: func.func @get.w.exp_avg() -> tensor<2x3xf32>
// CHECK: func.func @get.lr() -> tensor<f32>
// CHECK: func.func @get.rng.seed() -> tensor<i32>
// CHECK: func.func @get.rng.step() -> tensor<i32>
// CHECK: func.func @set.lr(%[[LR:.*]]: tensor<f32>) {
// CHECK-NEXT: "pock.assign"(%[[LR]]) {symbol = @lr} : (tensor<f32>) -> ()
// CHECK-NEXT: return
// CHECK: func.func @set.rng.seed(%{{.*}}: tensor<i32>) {
// CHECK-NOT: @set.rng.step
"pock.parameter"() {kind = "parameter", sym_name = "w", type = tensor<2x3xf32>, update = "full"} : () -> ()
"pock.parameter"() {kind = "parameter", sym_name = "frozen", type = tensor<2xf32>, update = "frozen"} : () -> ()
"pock.state"() {init = 0.0, parameter = @w, slot = "exp_avg", sym_name = "w.exp_avg", type = tensor<2x3xf32>} : () -> ()
"pock.state"() {init = 0.01, sym_name = "lr", type = tensor<f32>} : () -> ()
"pock.state"() {init = 0.0, sym_name = "rng.seed", type = tensor<i32>} : () -> ()
"pock.state"() {init = 0.0, sym_name = "rng.step", type = tensor<i32>} : () -> ()
"pock.parameter"() {kind = "buffer", sym_name = "running_mean", type = tensor<2xf32>, update = "frozen"} : () -> ()
func.func @train_step(%x: tensor<2xf32>) {
  %0 = arith.negf %x : tensor<2xf32>
  "pock.assign"(%0) {symbol = @running_mean} : (tensor<2xf32>) -> ()
  return
}
