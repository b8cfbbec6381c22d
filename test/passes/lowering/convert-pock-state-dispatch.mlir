// RUN: pock-opt %s --convert-pock-state | FileCheck %s

"pock.parameter"() {kind = "parameter", sym_name = "w", type = tensor<4xf32>, update = "full"} : () -> ()

// A piece becomes a function that returns its outputs and then what it updates, in the storage of the old values.
// CHECK-LABEL: func.func @train_step
// CHECK-NEXT: %[[OLD:.*]] = ml_program.global_load @w
// CHECK-NEXT: %[[R:.*]]:2 = call @dispatch.update(%{{.*}}, %[[OLD]])
// CHECK-NEXT: ml_program.global_store @w = %[[R]]#1
// CHECK-NEXT: return %[[R]]#0
// CHECK-LABEL: func.func private @dispatch.update
// CHECK-SAME: (%[[G:.*]]: tensor<4xf32>, %[[W:.*]]: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) attributes {pock.in_place = 1 : i64}
// CHECK-NEXT: %[[TWICE:.*]] = arith.addf %[[G]], %[[G]]
// CHECK-NEXT: %[[NEW:.*]] = linalg.generic
// CHECK-SAME: ins(%[[TWICE]] : tensor<4xf32>) outs(%[[W]] : tensor<4xf32>)
// CHECK: return %[[TWICE]], %[[NEW]]
func.func @train_step(%g: tensor<4xf32>) -> tensor<4xf32> {
  %0 = "pock.dispatch"() ({
    %1 = arith.addf %g, %g : tensor<4xf32>
    "pock.update"(%1) ({
    ^bb0(%a: f32, %b: f32):
      %2 = arith.subf %b, %a : f32
      "pock.yield"(%2) : (f32) -> ()
    }) {operandSegmentSizes = array<i32: 1, 0>, states = [@w]} : (tensor<4xf32>) -> ()
    "pock.output"(%1) : (tensor<4xf32>) -> ()
  }) {kind = "update", resultSegmentSizes = array<i32: 1, 0, 0, 0, 0, 0, 0, 0>} : () -> tensor<4xf32>
  return %0 : tensor<4xf32>
}
