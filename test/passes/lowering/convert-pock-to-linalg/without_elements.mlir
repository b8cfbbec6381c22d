// RUN: pock-opt %s --convert-pock-to-linalg | FileCheck %s

// A parameter without elements is neither read nor updated.
"pock.parameter"() {kind = "parameter", sym_name = "w", type = tensor<2x0xf32>, update = "full"} : () -> ()

// CHECK-LABEL: func.func @update(
// CHECK-NEXT: return
func.func @update(%g: tensor<2x0xf32>) {
  "pock.update"(%g) ({
  ^bb0(%gradient: f32, %old: f32):
    %new = arith.subf %old, %gradient : f32
    "pock.yield"(%new) : (f32) -> ()
  }) {operandSegmentSizes = array<i32: 1, 0>, states = [@w]} : (tensor<2x0xf32>) -> ()
  return
}

// Sums are 0, extrema the worst of all numbers.
// CHECK-LABEL: func.func @sums(
// CHECK-NOT: linalg
// CHECK-DAG: %[[SUM:.*]] = arith.constant dense<0.000000e+00> : tensor<2xf32>
// CHECK-DAG: %[[MAX:.*]] = arith.constant dense<0xFF800000> : tensor<2xf32>
// CHECK-DAG: %[[PRODUCT:.*]] = arith.constant dense<0.000000e+00> : tensor<2x3xf32>
// CHECK: return %[[SUM]], %[[MAX]], %[[PRODUCT]]
func.func @sums(%x: tensor<2x0xf32>, %y: tensor<0x3xf32>) -> (tensor<2xf32>, tensor<2xf32>, tensor<2x3xf32>) {
  %0 = "pock.reduce"(%x) {dims = array<i64: 1>, kind = "sum"} : (tensor<2x0xf32>) -> tensor<2xf32>
  %1 = "pock.reduce"(%x) {dims = array<i64: 1>, kind = "max"} : (tensor<2x0xf32>) -> tensor<2xf32>
  %2 = "pock.matmul"(%x, %y) {transpose_lhs = false, transpose_rhs = false} : (tensor<2x0xf32>, tensor<0x3xf32>) -> tensor<2x3xf32>
  return %0, %1, %2 : tensor<2xf32>, tensor<2xf32>, tensor<2x3xf32>
}

// What has no elements is no part of a concatenation.
// CHECK-LABEL: func.func @parts(
// CHECK-SAME: %{{.*}}: tensor<0x3xf32>, %[[X:.*]]: tensor<1x3xf32>)
// CHECK-NEXT: %[[BOTH:.*]] = tensor.concat dim(0) %[[X]], %[[X]] : (tensor<1x3xf32>, tensor<1x3xf32>) -> tensor<2x3xf32>
// CHECK-NEXT: return %[[X]], %[[BOTH]]
func.func @parts(%none: tensor<0x3xf32>, %x: tensor<1x3xf32>) -> (tensor<1x3xf32>, tensor<2x3xf32>) {
  %0 = tensor.concat dim(0) %none, %x : (tensor<0x3xf32>, tensor<1x3xf32>) -> tensor<1x3xf32>
  %1 = tensor.concat dim(0) %x, %none, %x : (tensor<1x3xf32>, tensor<0x3xf32>, tensor<1x3xf32>) -> tensor<2x3xf32>
  return %0, %1 : tensor<1x3xf32>, tensor<2x3xf32>
}
