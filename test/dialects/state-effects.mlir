// Reads merge unless a write lies between them, and a read that nobody needs goes; writes stay.
// RUN: pock-opt %s --cse | FileCheck %s

"pock.parameter"() {kind = "parameter", sym_name = "w", type = tensor<2xf32>, update = "full"} : () -> ()

// CHECK-LABEL: func.func @two_reads
// CHECK: %[[W:.*]] = "pock.read"
// CHECK-NOT: "pock.read"
// CHECK: arith.addf %[[W]], %[[W]]
func.func @two_reads() -> tensor<2xf32> {
  %0 = "pock.read"() {symbol = @w} : () -> tensor<2xf32>
  %1 = "pock.read"() {symbol = @w} : () -> tensor<2xf32>
  %2 = arith.addf %0, %1 : tensor<2xf32>
  return %2 : tensor<2xf32>
}

// CHECK-LABEL: func.func @write_between
// CHECK: %[[OLD:.*]] = "pock.read"
// CHECK-NEXT: "pock.assign"
// CHECK-NEXT: %[[NEW:.*]] = "pock.read"
// CHECK-NEXT: arith.addf %[[OLD]], %[[NEW]]
func.func @write_between(%x: tensor<2xf32>) -> tensor<2xf32> {
  %0 = "pock.read"() {symbol = @w} : () -> tensor<2xf32>
  "pock.assign"(%x) {symbol = @w} : (tensor<2xf32>) -> ()
  %1 = "pock.read"() {symbol = @w} : () -> tensor<2xf32>
  %2 = arith.addf %0, %1 : tensor<2xf32>
  return %2 : tensor<2xf32>
}

// CHECK-LABEL: func.func @update_between
// CHECK: "pock.read"
// CHECK-NEXT: "pock.update"
// CHECK: "pock.read"
func.func @update_between(%x: tensor<2xf32>) -> (tensor<2xf32>, tensor<2xf32>) {
  %0 = "pock.read"() {symbol = @w} : () -> tensor<2xf32>
  "pock.update"(%x) ({
  ^bb0(%g: f32, %w: f32):
    %2 = arith.addf %w, %g : f32
    "pock.yield"(%2) : (f32) -> ()
  }) {operandSegmentSizes = array<i32: 1, 0>, states = [@w]} : (tensor<2xf32>) -> ()
  %1 = "pock.read"() {symbol = @w} : () -> tensor<2xf32>
  return %0, %1 : tensor<2xf32>, tensor<2xf32>
}

// CHECK-LABEL: func.func @unused
// CHECK-NEXT: "pock.gradient"
// CHECK-NEXT: return
func.func @unused(%x: tensor<2xf32>) {
  %0 = "pock.read"() {symbol = @w} : () -> tensor<2xf32>
  "pock.gradient"(%x) {parameter = @w} : (tensor<2xf32>) -> ()
  return
}
