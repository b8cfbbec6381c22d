// RUN: pock-opt %s --pock-dissolve-dispatches | FileCheck %s
// RUN: pock-opt %s --pock-dissolve-dispatches=all | FileCheck %s --check-prefix=ALL

#id = affine_map<(d0, d1) -> (d0, d1)>
#row = affine_map<(d0, d1) -> (d0)>

// One loop nest stays: elements of one shape.
// CHECK-LABEL: func.func @one
// CHECK-NEXT: "pock.dispatch"
// ALL-LABEL: func.func @one
// ALL-NEXT: tensor.empty
// ALL-NEXT: %[[E:.*]] = linalg.generic
// ALL: return %[[E]]
func.func @one(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %0 = "pock.dispatch"() ({
    %1 = tensor.empty() : tensor<2x3xf32>
    %2 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%x : tensor<2x3xf32>) outs(%1 : tensor<2x3xf32>) {
    ^bb0(%a: f32, %b: f32):
      %3 = math.exp %a : f32
      linalg.yield %3 : f32
    } -> tensor<2x3xf32>
    "pock.output"(%2) : (tensor<2x3xf32>) -> ()
  }) {kind = "elementwise", resultSegmentSizes = array<i32: 1, 0, 0, 0, 0, 0, 0, 0>} : () -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}

// An output of another shape than the sum would be a nest of its own.
// CHECK-LABEL: func.func @two
// CHECK-NOT: "pock.dispatch"
// CHECK: return
func.func @two(%x: tensor<2x3xf32>, %zero: tensor<2xf32>) -> (tensor<2x3xf32>, tensor<2xf32>) {
  %0:2 = "pock.dispatch"() ({
    %1 = tensor.empty() : tensor<2x3xf32>
    %2 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%x : tensor<2x3xf32>) outs(%1 : tensor<2x3xf32>) {
    ^bb0(%a: f32, %b: f32):
      %3 = math.exp %a : f32
      linalg.yield %3 : f32
    } -> tensor<2x3xf32>
    %4 = linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "reduction"]} ins(%2 : tensor<2x3xf32>) outs(%zero : tensor<2xf32>) {
    ^bb0(%a: f32, %b: f32):
      %5 = arith.addf %b, %a : f32
      linalg.yield %5 : f32
    } -> tensor<2xf32>
    "pock.output"(%2) : (tensor<2x3xf32>) -> ()
    "pock.output"(%4) : (tensor<2xf32>) -> ()
  }) {kind = "reduction", resultSegmentSizes = array<i32: 1, 1, 0, 0, 0, 0, 0, 0>} : () -> (tensor<2x3xf32>, tensor<2xf32>)
  return %0#0, %0#1 : tensor<2x3xf32>, tensor<2xf32>
}

// What is no plain loop is left to the backend.
// CHECK-LABEL: func.func @slice
// CHECK-NEXT: tensor.extract_slice
// CHECK-NEXT: return
func.func @slice(%x: tensor<2x3xf32>) -> tensor<2x2xf32> {
  %0 = "pock.dispatch"() ({
    %1 = tensor.extract_slice %x[0, 1] [2, 2] [1, 1] : tensor<2x3xf32> to tensor<2x2xf32>
    "pock.output"(%1) : (tensor<2x2xf32>) -> ()
  }) {kind = "move", resultSegmentSizes = array<i32: 1, 0, 0, 0, 0, 0, 0, 0>} : () -> tensor<2x2xf32>
  return %0 : tensor<2x2xf32>
}

// A product and elementwise ops on its result, in whatever dialect they are written.
// CHECK-LABEL: func.func @epilogue
// CHECK-NEXT: "pock.dispatch"
// CHECK: linalg.matmul
// CHECK: arith.addf
// CHECK: math.tanh
// ALL-LABEL: func.func @epilogue
// ALL-NOT: "pock.dispatch"
func.func @epilogue(%x: tensor<2x4xf32>, %y: tensor<4x3xf32>, %z: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %0 = "pock.dispatch"() ({
    %1 = linalg.matmul ins(%x, %y : tensor<2x4xf32>, tensor<4x3xf32>) outs(%z : tensor<2x3xf32>) -> tensor<2x3xf32>
    %2 = arith.addf %1, %z : tensor<2x3xf32>
    %3 = math.tanh %2 : tensor<2x3xf32>
    "pock.output"(%3) : (tensor<2x3xf32>) -> ()
  }) {kind = "contraction", resultSegmentSizes = array<i32: 1, 0, 0, 0, 0, 0, 0, 0>} : () -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}

// An update of several runs of channels is computed in one piece and written in another; that of one run is one piece.
// CHECK-LABEL: func.func @update
// CHECK-NEXT: "pock.update"
// CHECK: "pock.dispatch"
// CHECK-NEXT: "pock.update"
func.func @update(%g: tensor<2x3xf32>) {
  "pock.dispatch"() ({
    "pock.update"(%g) ({
    ^bb0(%d: f32, %w: f32):
      "pock.yield"(%d) : (f32) -> ()
    }) {axis = 0 : i64, operandSegmentSizes = array<i32: 1, 0>, ranges = array<i64: 0, 1, 2, 1>, states = [@w]} : (tensor<2x3xf32>) -> ()
  }) {kind = "update", resultSegmentSizes = array<i32: 0, 0, 0, 0, 0, 0, 0, 0>} : () -> ()
  "pock.dispatch"() ({
    "pock.update"(%g) ({
    ^bb0(%d: f32, %w: f32):
      "pock.yield"(%d) : (f32) -> ()
    }) {axis = 0 : i64, operandSegmentSizes = array<i32: 1, 0>, ranges = array<i64: 0, 2>, states = [@v]} : (tensor<2x3xf32>) -> ()
  }) {kind = "update", resultSegmentSizes = array<i32: 0, 0, 0, 0, 0, 0, 0, 0>} : () -> ()
  return
}

// A constant, what is only moved, and a tensor of one element that has dimensions are left to the backend.
// CHECK-LABEL: func.func @no_loops
// CHECK-NOT: "pock.dispatch"
// CHECK: return
func.func @no_loops(%x: tensor<3xf32>, %y: tensor<1x1xf32>) -> (tensor<f32>, tensor<3xf32>, tensor<1x1xf32>) {
  %0 = "pock.dispatch"() ({
    %3 = arith.constant dense<4.0> : tensor<f32>
    %4 = math.sqrt %3 : tensor<f32>
    "pock.output"(%4) : (tensor<f32>) -> ()
  }) {kind = "elementwise", resultSegmentSizes = array<i32: 1, 0, 0, 0, 0, 0, 0, 0>} : () -> tensor<f32>
  %1 = "pock.dispatch"() ({
    "pock.output"(%x) : (tensor<3xf32>) -> ()
  }) {kind = "move", resultSegmentSizes = array<i32: 1, 0, 0, 0, 0, 0, 0, 0>} : () -> tensor<3xf32>
  %2 = "pock.dispatch"() ({
    %3 = math.exp %y : tensor<1x1xf32>
    "pock.output"(%3) : (tensor<1x1xf32>) -> ()
  }) {kind = "elementwise", resultSegmentSizes = array<i32: 1, 0, 0, 0, 0, 0, 0, 0>} : () -> tensor<1x1xf32>
  return %0, %1, %2 : tensor<f32>, tensor<3xf32>, tensor<1x1xf32>
}
