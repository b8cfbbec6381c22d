// RUN: pock-opt %s | pock-opt | FileCheck %s
// RUN: pock-opt %s --emit-bytecode | pock-opt | FileCheck %s

// CHECK: "pock.parameter"() {axis = 1 : i64, {{.*}}ranges = array<i64: 0, 1, 2, 2>, {{.*}}update = "slice"}
"pock.parameter"() {axis = 1 : i64, kind = "parameter", ranges = array<i64: 0, 1, 2, 2>, sym_name = "w", type = tensor<2x4xf32>, update = "slice"} : () -> ()
"pock.state"() {init = 0.0, parameter = @w, slot = "m", sym_name = "m", type = tensor<2x3xf32>} : () -> ()

// CHECK-LABEL: func.func @slice
func.func @slice(%x: tensor<2x5xf32>) -> tensor<2x3xf32> {
  // CHECK: "pock.slice"(%{{.*}}) {axis = 1 : i64, ranges = array<i64: 0, 1, 2, 2>} : (tensor<2x5xf32>) -> tensor<2x3xf32>
  %0 = "pock.slice"(%x) {axis = 1 : i64, ranges = array<i64: 0, 1, 2, 2>} : (tensor<2x5xf32>) -> tensor<2x3xf32>
  // CHECK: axis = 1 : i64, {{.*}}ranges = array<i64: 0, 1, 2, 2>, states = [@w, @m]
  "pock.update"(%0) ({
  ^bb0(%g: f32, %w: f32, %m: f32):
    "pock.yield"(%g, %g) : (f32, f32) -> ()
  }) {axis = 1 : i64, operandSegmentSizes = array<i32: 1, 0>, ranges = array<i64: 0, 1, 2, 2>, states = [@w, @m]} : (tensor<2x3xf32>) -> ()
  return %0 : tensor<2x3xf32>
}
