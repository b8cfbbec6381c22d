// RUN: pock-opt %s | pock-opt | FileCheck %s
// RUN: pock-opt %s --emit-bytecode | pock-opt | FileCheck %s
// RUN: pock-opt %s --canonicalize | FileCheck %s --check-prefix=EFFECTS

"pock.parameter"() {kind = "parameter", sym_name = "w", type = tensor<4xf32>, update = "full"} : () -> ()

// CHECK-LABEL: func.func @results_of_two_types
// CHECK-SAME: %[[X:.*]]: tensor<2x4xf32>
func.func @results_of_two_types(%x: tensor<2x4xf32>) -> (tensor<2x4xf32>, tensor<2xf32>) {
  // CHECK: %[[R:.*]]:2 = "pock.dispatch"() ({
  // CHECK-NEXT: %[[A:.*]] = arith.addf %[[X]], %[[X]]
  // CHECK-NEXT: %[[B:.*]] = "pock.reduce"(%[[A]])
  // CHECK-NEXT: "pock.output"(%[[A]]) : (tensor<2x4xf32>) -> ()
  // CHECK-NEXT: "pock.output"(%[[B]]) : (tensor<2xf32>) -> ()
  // CHECK-NEXT: }) {backend = "stock", kind = "reduction", resultSegmentSizes = array<i32: 1, 1, 0, 0, 0, 0, 0, 0>}
  %0:2 = "pock.dispatch"() ({
    %1 = arith.addf %x, %x : tensor<2x4xf32>
    %2 = "pock.reduce"(%1) {dims = array<i64: 1>, kind = "sum"} : (tensor<2x4xf32>) -> tensor<2xf32>
    "pock.output"(%1) : (tensor<2x4xf32>) -> ()
    "pock.output"(%2) : (tensor<2xf32>) -> ()
  }) {backend = "stock", kind = "reduction", resultSegmentSizes = array<i32: 1, 1, 0, 0, 0, 0, 0, 0>} : () -> (tensor<2x4xf32>, tensor<2xf32>)
  // CHECK: return %[[R]]#0, %[[R]]#1
  return %0#0, %0#1 : tensor<2x4xf32>, tensor<2xf32>
}

// What nothing uses goes, unless it updates.
// EFFECTS-LABEL: func.func @effects
func.func @effects(%x: tensor<4xf32>) {
  // EFFECTS-NOT: arith.addf %{{.*}} : tensor<4xf32>
  %0 = "pock.dispatch"() ({
    %1 = arith.addf %x, %x : tensor<4xf32>
    "pock.output"(%1) : (tensor<4xf32>) -> ()
  }) {kind = "elementwise", resultSegmentSizes = array<i32: 1, 0, 0, 0, 0, 0, 0, 0>} : () -> tensor<4xf32>
  // EFFECTS: "pock.dispatch"
  // EFFECTS-NEXT: "pock.update"
  "pock.dispatch"() ({
    "pock.update"(%x) ({
    ^bb0(%g: f32, %w: f32):
      %1 = arith.subf %w, %g : f32
      "pock.yield"(%1) : (f32) -> ()
    }) {operandSegmentSizes = array<i32: 1, 0>, states = [@w]} : (tensor<4xf32>) -> ()
  }) {kind = "update", resultSegmentSizes = array<i32: 0, 0, 0, 0, 0, 0, 0, 0>} : () -> ()
  return
}
