// RUN: pock-opt %s --convert-pock-state | FileCheck %s

// Only what changes is mutable; values come from the archive, by scope and name.
// CHECK: ml_program.global private mutable @w(#{{.*}}) : tensor<2x3xf32> {pock.scope = "parameter"}
"pock.parameter"() {kind = "parameter", sym_name = "w", type = tensor<2x3xf32>, update = "full"} : () -> ()
// CHECK: ml_program.global private @frozen(#{{.*}}) : tensor<3xf32> {pock.scope = "parameter"}
"pock.parameter"() {kind = "parameter", sym_name = "frozen", type = tensor<3xf32>, update = "frozen"} : () -> ()
// A buffer that a function assigns is mutable, too.
// CHECK: ml_program.global private mutable @running_mean
"pock.parameter"() {kind = "buffer", sym_name = "running_mean", type = tensor<3xf32>, update = "frozen"} : () -> ()
// CHECK: ml_program.global private mutable @m(#{{.*}}) : tensor<2x3xf32> {pock.scope = "state"}
"pock.state"() {init = 0.0, sym_name = "m", type = tensor<2x3xf32>} : () -> ()
// CHECK: ml_program.global private mutable @lr
"pock.state"() {init = 0.01, sym_name = "lr", type = tensor<f32>} : () -> ()

// CHECK-LABEL: func.func @train_step(
// CHECK-SAME: %[[X:.*]]: tensor<2x3xf32>) -> tensor<3xf32>
// CHECK: %[[FROZEN:.*]] = ml_program.global_load @frozen : tensor<3xf32>
// CHECK: %[[LR:.*]] = ml_program.global_load @lr : tensor<f32>
// CHECK: %[[W:.*]] = ml_program.global_load @w
// CHECK: %[[M:.*]] = ml_program.global_load @m
// CHECK: %[[NEW:.*]]:2 = call @update.w(%[[X]], %[[LR]], %[[W]], %[[M]])
// CHECK: ml_program.global_store @w = %[[NEW]]#0
// CHECK: ml_program.global_store @m = %[[NEW]]#1
// CHECK: return %[[FROZEN]]
func.func @train_step(%x: tensor<2x3xf32>) -> tensor<3xf32> {
  %0 = "pock.read"() {symbol = @frozen} : () -> tensor<3xf32>
  %1 = "pock.read"() {symbol = @lr} : () -> tensor<f32>
  "pock.update"(%x, %1) ({
  ^bb0(%g: f32, %lr: f32, %w: f32, %m: f32):
    %2 = arith.addf %m, %g : f32
    %3 = arith.mulf %lr, %2 : f32
    %4 = arith.subf %w, %3 : f32
    "pock.yield"(%4, %2) : (f32, f32) -> ()
  }) {operandSegmentSizes = array<i32: 1, 1>, states = [@w, @m]} : (tensor<2x3xf32>, tensor<f32>) -> ()
  return %0 : tensor<3xf32>
}

// CHECK-LABEL: func.func @set.lr(
// CHECK-SAME: %[[VALUE:.*]]: tensor<f32>)
// CHECK-NEXT: ml_program.global_store @lr = %[[VALUE]] : tensor<f32>
func.func @set.lr(%value: tensor<f32>) {
  "pock.assign"(%value) {symbol = @lr} : (tensor<f32>) -> ()
  return
}

// Any other assignment copies the value to where the old one is.
// CHECK-LABEL: func.func @double(
// CHECK: %[[OLD:.*]] = ml_program.global_load @running_mean
// CHECK: %[[DOUBLE:.*]] = arith.addf
// CHECK: %[[PLACE:.*]] = ml_program.global_load @running_mean
// CHECK: %[[NEW:.*]] = call @update.running_mean(%[[DOUBLE]], %[[PLACE]])
// CHECK: ml_program.global_store @running_mean = %[[NEW]]
func.func @double() {
  %0 = "pock.read"() {symbol = @running_mean} : () -> tensor<3xf32>
  %1 = arith.addf %0, %0 : tensor<3xf32>
  "pock.assign"(%1) {symbol = @running_mean} : (tensor<3xf32>) -> ()
  return
}

// Each update becomes a function, whose results reuse the storage of the arguments from `pock.in_place` on.
// CHECK-LABEL: func.func private @update.w(
// CHECK-SAME: %[[G:.*]]: tensor<2x3xf32>, %[[LR:.*]]: tensor<f32>, %[[W:.*]]: tensor<2x3xf32>, %[[M:.*]]: tensor<2x3xf32>)
// CHECK-SAME: -> (tensor<2x3xf32>, tensor<2x3xf32>) attributes {pock.in_place = 2 : i64}
// CHECK: %[[NEW:.*]]:2 = linalg.generic {{.*}}iterator_types = ["parallel", "parallel"]} ins(%[[G]], %[[LR]] : tensor<2x3xf32>, tensor<f32>) outs(%[[W]], %[[M]] : tensor<2x3xf32>, tensor<2x3xf32>)
// CHECK-NEXT: ^bb0(%[[GE:.*]]: f32, %[[LRE:.*]]: f32, %[[WE:.*]]: f32, %[[ME:.*]]: f32):
// CHECK-NEXT: %[[SUM:.*]] = arith.addf %[[ME]], %[[GE]]
// CHECK-NEXT: %[[STEP:.*]] = arith.mulf %[[LRE]], %[[SUM]]
// CHECK-NEXT: %[[DIFFERENCE:.*]] = arith.subf %[[WE]], %[[STEP]]
// CHECK-NEXT: linalg.yield %[[DIFFERENCE]], %[[SUM]]
// CHECK: return %[[NEW]]#0, %[[NEW]]#1

// A second update of a state gets a function of its own.
// CHECK-LABEL: func.func private @update.w.1(
// CHECK: attributes {pock.in_place = 0 : i64}
func.func @reset() {
  "pock.update"() ({
  ^bb0(%w: f32):
    %zero = arith.constant 0.0 : f32
    "pock.yield"(%zero) : (f32) -> ()
  }) {operandSegmentSizes = array<i32: 0, 0>, states = [@w]} : () -> ()
  return
}
