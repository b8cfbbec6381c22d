// RUN: pock-opt %s --split-input-file --pock-autodiff | FileCheck %s

// Y = A B: A' = G B^T and B' = A^T G.
// CHECK-LABEL: sym_name = "a"
// CHECK: %[[A:.*]] = "pock.read"() {symbol = @a}
// CHECK: %[[B:.*]] = "pock.read"() {symbol = @b}
// CHECK: %[[G:.*]] = "pock.broadcast"(%{{.*}}) : ({{.*}}) -> tensor<2x4xf32>
// CHECK: %[[DA:.*]] = "pock.matmul"(%[[G]], %[[B]]) {transpose_lhs = false, transpose_rhs = true} : {{.*}} -> tensor<2x3xf32>
// CHECK: %[[DB:.*]] = "pock.matmul"(%[[A]], %[[G]]) {transpose_lhs = true, transpose_rhs = false} : {{.*}} -> tensor<3x4xf32>
// CHECK: "pock.gradient"(%[[DA]]) {parameter = @a}
// CHECK: "pock.gradient"(%[[DB]]) {parameter = @b}
"pock.parameter"() {kind = "parameter", sym_name = "a", type = tensor<2x3xf32>, update = "full"} : () -> ()
"pock.parameter"() {kind = "parameter", sym_name = "b", type = tensor<3x4xf32>, update = "full"} : () -> ()
func.func @train_step() -> tensor<f32> {
  %a = "pock.read"() {symbol = @a} : () -> tensor<2x3xf32>
  %b = "pock.read"() {symbol = @b} : () -> tensor<3x4xf32>
  %y = "pock.matmul"(%a, %b) {transpose_lhs = false, transpose_rhs = false} : (tensor<2x3xf32>, tensor<3x4xf32>) -> tensor<2x4xf32>
  %loss = "pock.reduce"(%y) {dims = array<i64: 0, 1>, kind = "sum"} : (tensor<2x4xf32>) -> tensor<f32>
  return %loss : tensor<f32>
}
// -----
// Y = A B^T: A' = G B and B' = G^T A. No transposition is built.
// CHECK-LABEL: sym_name = "a_nt"
// CHECK: %[[A:.*]] = "pock.read"() {symbol = @a_nt}
// CHECK: %[[B:.*]] = "pock.read"() {symbol = @b_nt}
// CHECK: %[[G:.*]] = "pock.broadcast"(%{{.*}}) : ({{.*}}) -> tensor<2x4xf32>
// CHECK: %[[DA:.*]] = "pock.matmul"(%[[G]], %[[B]]) {transpose_lhs = false, transpose_rhs = false} : {{.*}} -> tensor<2x3xf32>
// CHECK: %[[DB:.*]] = "pock.matmul"(%[[G]], %[[A]]) {transpose_lhs = true, transpose_rhs = false} : {{.*}} -> tensor<4x3xf32>
// CHECK: "pock.gradient"(%[[DA]]) {parameter = @a_nt}
// CHECK: "pock.gradient"(%[[DB]]) {parameter = @b_nt}
"pock.parameter"() {kind = "parameter", sym_name = "a_nt", type = tensor<2x3xf32>, update = "full"} : () -> ()
"pock.parameter"() {kind = "parameter", sym_name = "b_nt", type = tensor<4x3xf32>, update = "full"} : () -> ()
func.func @train_step() -> tensor<f32> {
  %a_nt = "pock.read"() {symbol = @a_nt} : () -> tensor<2x3xf32>
  %b_nt = "pock.read"() {symbol = @b_nt} : () -> tensor<4x3xf32>
  %y = "pock.matmul"(%a_nt, %b_nt) {transpose_lhs = false, transpose_rhs = true} : (tensor<2x3xf32>, tensor<4x3xf32>) -> tensor<2x4xf32>
  %loss = "pock.reduce"(%y) {dims = array<i64: 0, 1>, kind = "sum"} : (tensor<2x4xf32>) -> tensor<f32>
  return %loss : tensor<f32>
}
// -----
// Y = A^T B: A' = B G^T and B' = A G.
// CHECK-LABEL: sym_name = "a_tn"
// CHECK: %[[A:.*]] = "pock.read"() {symbol = @a_tn}
// CHECK: %[[B:.*]] = "pock.read"() {symbol = @b_tn}
// CHECK: %[[G:.*]] = "pock.broadcast"(%{{.*}}) : ({{.*}}) -> tensor<2x4xf32>
// CHECK: %[[DA:.*]] = "pock.matmul"(%[[B]], %[[G]]) {transpose_lhs = false, transpose_rhs = true} : {{.*}} -> tensor<3x2xf32>
// CHECK: %[[DB:.*]] = "pock.matmul"(%[[A]], %[[G]]) {transpose_lhs = false, transpose_rhs = false} : {{.*}} -> tensor<3x4xf32>
// CHECK: "pock.gradient"(%[[DA]]) {parameter = @a_tn}
// CHECK: "pock.gradient"(%[[DB]]) {parameter = @b_tn}
"pock.parameter"() {kind = "parameter", sym_name = "a_tn", type = tensor<3x2xf32>, update = "full"} : () -> ()
"pock.parameter"() {kind = "parameter", sym_name = "b_tn", type = tensor<3x4xf32>, update = "full"} : () -> ()
func.func @train_step() -> tensor<f32> {
  %a_tn = "pock.read"() {symbol = @a_tn} : () -> tensor<3x2xf32>
  %b_tn = "pock.read"() {symbol = @b_tn} : () -> tensor<3x4xf32>
  %y = "pock.matmul"(%a_tn, %b_tn) {transpose_lhs = true, transpose_rhs = false} : (tensor<3x2xf32>, tensor<3x4xf32>) -> tensor<2x4xf32>
  %loss = "pock.reduce"(%y) {dims = array<i64: 0, 1>, kind = "sum"} : (tensor<2x4xf32>) -> tensor<f32>
  return %loss : tensor<f32>
}
// -----
// Y = A^T B^T: A' = B^T G^T and B' = G^T A^T.
// CHECK-LABEL: sym_name = "a_tt"
// CHECK: %[[A:.*]] = "pock.read"() {symbol = @a_tt}
// CHECK: %[[B:.*]] = "pock.read"() {symbol = @b_tt}
// CHECK: %[[G:.*]] = "pock.broadcast"(%{{.*}}) : ({{.*}}) -> tensor<2x4xf32>
// CHECK: %[[DA:.*]] = "pock.matmul"(%[[B]], %[[G]]) {transpose_lhs = true, transpose_rhs = true} : {{.*}} -> tensor<3x2xf32>
// CHECK: %[[DB:.*]] = "pock.matmul"(%[[G]], %[[A]]) {transpose_lhs = true, transpose_rhs = true} : {{.*}} -> tensor<4x3xf32>
// CHECK: "pock.gradient"(%[[DA]]) {parameter = @a_tt}
// CHECK: "pock.gradient"(%[[DB]]) {parameter = @b_tt}
"pock.parameter"() {kind = "parameter", sym_name = "a_tt", type = tensor<3x2xf32>, update = "full"} : () -> ()
"pock.parameter"() {kind = "parameter", sym_name = "b_tt", type = tensor<4x3xf32>, update = "full"} : () -> ()
func.func @train_step() -> tensor<f32> {
  %a_tt = "pock.read"() {symbol = @a_tt} : () -> tensor<3x2xf32>
  %b_tt = "pock.read"() {symbol = @b_tt} : () -> tensor<4x3xf32>
  %y = "pock.matmul"(%a_tt, %b_tt) {transpose_lhs = true, transpose_rhs = true} : (tensor<3x2xf32>, tensor<4x3xf32>) -> tensor<2x4xf32>
  %loss = "pock.reduce"(%y) {dims = array<i64: 0, 1>, kind = "sum"} : (tensor<2x4xf32>) -> tensor<f32>
  return %loss : tensor<f32>
}
// -----
// Batch dimensions stay.
// CHECK-LABEL: sym_name = "batch"
// CHECK: %[[G:.*]] = "pock.broadcast"(%{{.*}}) : ({{.*}}) -> tensor<5x2x4xf32>
// CHECK: %[[DW:.*]] = "pock.matmul"(%arg0, %[[G]]) {transpose_lhs = true, transpose_rhs = false} : {{.*}} -> tensor<5x3x4xf32>
// CHECK: "pock.gradient"(%[[DW]]) {parameter = @batch}
"pock.parameter"() {kind = "parameter", sym_name = "batch", type = tensor<5x3x4xf32>, update = "full"} : () -> ()
func.func @train_step(%x: tensor<5x2x3xf32>) -> tensor<f32> {
  %batch = "pock.read"() {symbol = @batch} : () -> tensor<5x3x4xf32>
  %y = "pock.matmul"(%x, %batch) {transpose_lhs = false, transpose_rhs = false} : (tensor<5x2x3xf32>, tensor<5x3x4xf32>) -> tensor<5x2x4xf32>
  %loss = "pock.reduce"(%y) {dims = array<i64: 0, 1, 2>, kind = "sum"} : (tensor<5x2x4xf32>) -> tensor<f32>
  return %loss : tensor<f32>
}
