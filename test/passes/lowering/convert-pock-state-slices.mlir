// RUN: pock-opt %s --convert-pock-state | FileCheck %s

"pock.parameter"() {axis = 0 : i64, kind = "parameter", ranges = array<i64: 1, 2>, sym_name = "w", type = tensor<4x3xf32>, update = "slice"} : () -> ()
"pock.state"() {init = 0.0, parameter = @w, slot = "m", sym_name = "m", type = tensor<2x3xf32>} : () -> ()
"pock.parameter"() {axis = 1 : i64, kind = "parameter", ranges = array<i64: 0, 1, 2, 1>, sym_name = "v", type = tensor<2x4xf32>, update = "slice"} : () -> ()
"pock.state"() {init = 0.0, parameter = @v, slot = "m", sym_name = "n", type = tensor<2x2xf32>} : () -> ()

// CHECK-LABEL: func.func @train_step(
// CHECK-SAME: %[[G:.*]]: tensor<2x3xf32>, %[[H:.*]]: tensor<2x2xf32>
// CHECK: %[[NEW:.*]]:2 = call @update.w(%[[G]], %{{.*}}, %{{.*}}) : (tensor<2x3xf32>, tensor<4x3xf32>, tensor<2x3xf32>) -> (tensor<4x3xf32>, tensor<2x3xf32>)
// CHECK: ml_program.global_store @w = %[[NEW]]#0
// CHECK: %[[V:.*]] = ml_program.global_load @v
// CHECK: %[[N:.*]] = ml_program.global_load @n
// CHECK: %[[NEW:.*]]:2 = call @update.v(%[[H]], %[[V]], %[[N]]) : (tensor<2x2xf32>, tensor<2x4xf32>, tensor<2x2xf32>) -> (tensor<2x2xf32>, tensor<2x2xf32>)
// CHECK: %[[PLACED:.*]] = call @update.v.1(%[[NEW]]#0, %[[V]])
// CHECK: ml_program.global_store @v = %[[PLACED]]
// CHECK: ml_program.global_store @n = %[[NEW]]#1
func.func @train_step(%g: tensor<2x3xf32>, %h: tensor<2x2xf32>) {
  "pock.update"(%g) ({
  ^bb0(%d: f32, %w: f32, %m: f32):
    %0 = arith.addf %m, %d : f32
    %1 = arith.subf %w, %0 : f32
    "pock.yield"(%1, %0) : (f32, f32) -> ()
  }) {axis = 0 : i64, operandSegmentSizes = array<i32: 1, 0>, ranges = array<i64: 1, 2>, states = [@w, @m]} : (tensor<2x3xf32>) -> ()
  "pock.update"(%h) ({
  ^bb0(%d: f32, %w: f32, %m: f32):
    %0 = arith.addf %m, %d : f32
    %1 = arith.subf %w, %0 : f32
    "pock.yield"(%1, %0) : (f32, f32) -> ()
  }) {axis = 1 : i64, operandSegmentSizes = array<i32: 1, 0>, ranges = array<i64: 0, 1, 2, 1>, states = [@v, @n]} : (tensor<2x2xf32>) -> ()
  return
}

// One run is updated where it lies.
// CHECK-LABEL: func.func private @update.w(
// CHECK-SAME: %[[G:.*]]: tensor<2x3xf32>, %[[W:.*]]: tensor<4x3xf32>, %[[M:.*]]: tensor<2x3xf32>)
// CHECK: %[[OLD:.*]] = tensor.extract_slice %[[W]][1, 0] [2, 3] [1, 1]
// CHECK: %[[NEW:.*]]:2 = linalg.generic {{.*}} ins(%[[G]] : tensor<2x3xf32>) outs(%[[OLD]], %[[M]] : tensor<2x3xf32>, tensor<2x3xf32>)
// CHECK: %[[RESULT:.*]] = tensor.insert_slice %[[NEW]]#0 into %[[W]][1, 0] [2, 3] [1, 1]
// CHECK: return %[[RESULT]], %[[NEW]]#1

// Several runs are computed as a value, in the one loop that updates the other states in place.
// CHECK-LABEL: func.func private @update.v(
// CHECK-SAME: %[[G:.*]]: tensor<2x2xf32>, %[[V:.*]]: tensor<2x4xf32>, %[[N:.*]]: tensor<2x2xf32>)
// CHECK-SAME: attributes {pock.in_place = 2 : i64}
// CHECK: %[[PART:.*]] = tensor.empty() : tensor<2x2xf32>
// CHECK: %[[TABLE:.*]] = arith.constant dense<[0, 2]> : tensor<2xi32>
// CHECK: linalg.generic {{.*}} ins(%[[G]], %[[TABLE]] : tensor<2x2xf32>, tensor<2xi32>) outs(%[[PART]], %[[N]] : tensor<2x2xf32>, tensor<2x2xf32>)
// CHECK: tensor.extract %[[V]]

// Then they are put into their places by a pass over all of the parameter, in its storage.
// CHECK-LABEL: func.func private @update.v.1(
// CHECK-SAME: %[[PART:.*]]: tensor<2x2xf32>, %[[V:.*]]: tensor<2x4xf32>) -> tensor<2x4xf32> attributes {pock.in_place = 1 : i64}
// CHECK: %[[TABLE:.*]] = arith.constant dense<[0, -1, 1, -1]> : tensor<4xi32>
// CHECK: linalg.generic {{.*}} ins(%[[TABLE]] : tensor<4xi32>) outs(%[[V]] : tensor<2x4xf32>)
