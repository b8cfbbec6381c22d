// RUN: pock-opt %s --pock-assign-layouts --split-input-file | FileCheck %s

// All readers in both functions want the weight transposed: it is stored that way.
// CHECK: "pock.parameter"() {{{.*}}permutation = array<i64: 1, 0>, sym_name = "w", {{.*}}type = tensor<3x2xf32>, {{.*}}}
"pock.parameter"() {kind = "parameter", sym_name = "w", type = tensor<2x3xf32>, update = "full"} : () -> ()
// CHECK-LABEL: func.func @train_step
// CHECK-NEXT: %[[W:.*]] = "pock.read"() {symbol = @w} : () -> tensor<3x2xf32>
// CHECK-NEXT: return %[[W]], %[[W]]
func.func @train_step() -> (tensor<3x2xf32>, tensor<3x2xf32>) {
  %0 = "pock.read"() {symbol = @w} : () -> tensor<2x3xf32>
  %1 = "pock.transpose"(%0) {permutation = array<i64: 1, 0>} : (tensor<2x3xf32>) -> tensor<3x2xf32>
  %2 = "pock.transpose"(%0) {permutation = array<i64: 1, 0>} : (tensor<2x3xf32>) -> tensor<3x2xf32>
  return %1, %2 : tensor<3x2xf32>, tensor<3x2xf32>
}
// CHECK-LABEL: func.func @predict
// CHECK-NEXT: %[[W:.*]] = "pock.read"() {symbol = @w} : () -> tensor<3x2xf32>
// CHECK-NEXT: return %[[W]]
func.func @predict() -> tensor<3x2xf32> {
  %0 = "pock.read"() {symbol = @w} : () -> tensor<2x3xf32>
  %1 = "pock.transpose"(%0) {permutation = array<i64: 1, 0>} : (tensor<2x3xf32>) -> tensor<3x2xf32>
  return %1 : tensor<3x2xf32>
}
// -----
// A layout that was assigned before is permuted further: stored = transpose(framework, permutation).
// CHECK: "pock.parameter"() {{{.*}}permutation = array<i64: 2, 1, 0>, sym_name = "w", {{.*}}type = tensor<4x3x2xf32>, {{.*}}}
"pock.parameter"() {kind = "parameter", permutation = array<i64: 1, 2, 0>, sym_name = "w", type = tensor<3x4x2xf32>, update = "full"} : () -> ()
func.func @stored_permuted() -> tensor<4x3x2xf32> {
  %0 = "pock.read"() {symbol = @w} : () -> tensor<3x4x2xf32>
  %1 = "pock.transpose"(%0) {permutation = array<i64: 1, 0, 2>} : (tensor<3x4x2xf32>) -> tensor<4x3x2xf32>
  return %1 : tensor<4x3x2xf32>
}
// -----
// Readers that want different layouts, or one that wants the framework's: nothing changes.
// CHECK: "pock.parameter"() {kind = "parameter", sym_name = "v", type = tensor<2x2x2xf32>, update = "full"}
"pock.parameter"() {kind = "parameter", sym_name = "v", type = tensor<2x2x2xf32>, update = "full"} : () -> ()
// CHECK: "pock.parameter"() {kind = "parameter", sym_name = "w", type = tensor<2x2xf32>, update = "full"}
"pock.parameter"() {kind = "parameter", sym_name = "w", type = tensor<2x2xf32>, update = "full"} : () -> ()
// CHECK: "pock.parameter"() {kind = "parameter", sym_name = "unread", type = tensor<2xf32>, update = "full"}
"pock.parameter"() {kind = "parameter", sym_name = "unread", type = tensor<2xf32>, update = "full"} : () -> ()
// CHECK-LABEL: func.func @different_readers
// CHECK-COUNT-3: "pock.transpose"
func.func @different_readers() -> (tensor<2x2x2xf32>, tensor<2x2x2xf32>, tensor<2x2xf32>) {
  %0 = "pock.read"() {symbol = @v} : () -> tensor<2x2x2xf32>
  %1 = "pock.transpose"(%0) {permutation = array<i64: 1, 0, 2>} : (tensor<2x2x2xf32>) -> tensor<2x2x2xf32>
  %2 = "pock.transpose"(%0) {permutation = array<i64: 0, 2, 1>} : (tensor<2x2x2xf32>) -> tensor<2x2x2xf32>
  %3 = "pock.read"() {symbol = @w} : () -> tensor<2x2xf32>
  %4 = "pock.transpose"(%3) {permutation = array<i64: 1, 0>} : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %5 = arith.addf %3, %4 : tensor<2x2xf32>
  return %1, %2, %5 : tensor<2x2x2xf32>, tensor<2x2x2xf32>, tensor<2x2xf32>
}
