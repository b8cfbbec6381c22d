// RUN: pock-opt %s --pock-sink-slices | FileCheck %s

// Of what only a slice is needed of, only that is computed: a whole layer's gradient, up to the saved activation %h and
// the cotangent %g, which other ops need whole. They are sliced right behind the last of these.
// CHECK-LABEL: func.func @linear(
// CHECK-SAME: %[[X:.*]]: tensor<8x3xf32>, %[[G:.*]]: tensor<8x5xf32>, %[[W:.*]]: tensor<5x3xf32>
// CHECK-NEXT: %[[H:.*]] = "pock.relu"(%[[X]]) : (tensor<8x3xf32>)
// CHECK-NEXT: %[[FORWARD:.*]] = math.exp %[[H]] : tensor<8x3xf32>
// CHECK-NEXT: %[[SAVED:.*]] = "pock.slice"(%[[H]]) {axis = 1 : i64, ranges = array<i64: 0, 2>} : (tensor<8x3xf32>) -> tensor<8x2xf32>
// CHECK-NEXT: %[[COTANGENT:.*]] = arith.mulf %[[G]], %[[G]]
// CHECK-NEXT: %[[INPUT:.*]] = "pock.matmul"(%[[COTANGENT]], %[[W]])
// CHECK-NEXT: %[[PART:.*]] = "pock.slice"(%[[COTANGENT]]) {axis = 1 : i64, ranges = array<i64: 1, 1, 3, 2>} : (tensor<8x5xf32>) -> tensor<8x3xf32>
// CHECK-NEXT: %[[BIAS:.*]] = "pock.reduce"(%[[PART]]) {{.*}} : (tensor<8x3xf32>) -> tensor<3xf32>
// CHECK-NEXT: "pock.gradient"(%[[BIAS]])
// CHECK-NEXT: %[[WEIGHT:.*]] = "pock.matmul"(%[[COTANGENT]], %[[SAVED]]) {transpose_lhs = true, transpose_rhs = false} : (tensor<8x5xf32>, tensor<8x2xf32>) -> tensor<5x2xf32>
// CHECK-NEXT: "pock.gradient"(%[[WEIGHT]])
func.func @linear(%x: tensor<8x3xf32>, %g: tensor<8x5xf32>, %w: tensor<5x3xf32>) -> (tensor<8x3xf32>, tensor<8x3xf32>) {
  %h = "pock.relu"(%x) : (tensor<8x3xf32>) -> tensor<8x3xf32>
  %y = math.exp %h : tensor<8x3xf32>
  %c = arith.mulf %g, %g : tensor<8x5xf32>
  %i = "pock.matmul"(%c, %w) {transpose_lhs = false, transpose_rhs = false} : (tensor<8x5xf32>, tensor<5x3xf32>) -> tensor<8x3xf32>
  %b = "pock.reduce"(%c) {dims = array<i64: 0>, kind = "sum"} : (tensor<8x5xf32>) -> tensor<5xf32>
  %0 = "pock.slice"(%b) {axis = 0 : i64, ranges = array<i64: 1, 1, 3, 2>} : (tensor<5xf32>) -> tensor<3xf32>
  "pock.gradient"(%0) {parameter = @b} : (tensor<3xf32>) -> ()
  %m = "pock.matmul"(%c, %h) {transpose_lhs = true, transpose_rhs = false} : (tensor<8x5xf32>, tensor<8x3xf32>) -> tensor<5x3xf32>
  %1 = "pock.slice"(%m) {axis = 1 : i64, ranges = array<i64: 0, 2>} : (tensor<5x3xf32>) -> tensor<5x2xf32>
  "pock.gradient"(%1) {parameter = @w} : (tensor<5x2xf32>) -> ()
  return %y, %i : tensor<8x3xf32>, tensor<8x3xf32>
}

// Where weight and bias need the same channels of a cotangent and nothing else needs it, nothing of it is whole:
// through elementwise ops, broadcasts and constants.
// CHECK-LABEL: func.func @nothing_is_whole(
// CHECK-SAME: %[[X:.*]]: tensor<8x3xf32>, %[[G:.*]]: tensor<8x5xf32>, %[[S:.*]]: tensor<5xf32>
// CHECK-DAG: %[[CG:.*]] = "pock.slice"(%[[G]]) {{.*}} -> tensor<8x2xf32>
// CHECK-DAG: %[[CS:.*]] = "pock.slice"(%[[S]]) {{.*}} -> tensor<2xf32>
// CHECK-DAG: %[[ROWS:.*]] = "pock.broadcast"(%[[CS]]) : (tensor<2xf32>) -> tensor<8x2xf32>
// CHECK: %[[D:.*]] = arith.mulf %[[CG]], %[[ROWS]] : tensor<8x2xf32>
// CHECK: %[[HALF:.*]] = arith.constant dense<5.000000e-01> : tensor<8x2xf32>
// CHECK: arith.mulf %[[D]], %[[HALF]] : tensor<8x2xf32>
// CHECK: "pock.reduce"({{.*}} : (tensor<8x2xf32>) -> tensor<2xf32>
// CHECK: "pock.matmul"(%{{.*}}, %[[X]]) {{.*}} : (tensor<8x2xf32>, tensor<8x3xf32>) -> tensor<2x3xf32>
// CHECK-NOT: tensor<8x5xf32>
func.func @nothing_is_whole(%x: tensor<8x3xf32>, %g: tensor<8x5xf32>, %s: tensor<5xf32>) {
  %rows = "pock.broadcast"(%s) : (tensor<5xf32>) -> tensor<8x5xf32>
  %half = arith.constant dense<0.5> : tensor<8x5xf32>
  %d = arith.mulf %g, %rows : tensor<8x5xf32>
  %c = arith.mulf %d, %half : tensor<8x5xf32>
  %b = "pock.reduce"(%c) {dims = array<i64: 0>, kind = "sum"} : (tensor<8x5xf32>) -> tensor<5xf32>
  %0 = "pock.slice"(%b) {axis = 0 : i64, ranges = array<i64: 1, 2>} : (tensor<5xf32>) -> tensor<2xf32>
  "pock.gradient"(%0) {parameter = @b} : (tensor<2xf32>) -> ()
  %m = "pock.matmul"(%c, %x) {transpose_lhs = true, transpose_rhs = false} : (tensor<8x5xf32>, tensor<8x3xf32>) -> tensor<5x3xf32>
  %1 = "pock.slice"(%m) {axis = 0 : i64, ranges = array<i64: 1, 2>} : (tensor<5x3xf32>) -> tensor<2x3xf32>
  "pock.gradient"(%1) {parameter = @w} : (tensor<2x3xf32>) -> ()
  return
}

// What is stored narrow is saved narrow: it is widened again from the slice. What was rounded is rounded.
// CHECK-LABEL: func.func @narrow(
// CHECK: %[[STORED:.*]] = arith.truncf %{{.*}} : tensor<8x3xf32> to tensor<8x3xbf16>
// CHECK: %[[WIDE:.*]] = arith.extf %[[STORED]]
// CHECK: %[[SAVED:.*]] = "pock.slice"(%[[STORED]]) {{.*}} : (tensor<8x3xbf16>) -> tensor<8x2xbf16>
// CHECK: %[[Y:.*]] = math.exp %[[WIDE]]
// CHECK: %[[AGAIN:.*]] = arith.extf %[[SAVED]] : tensor<8x2xbf16> to tensor<8x2xf32>
// CHECK: %[[M:.*]] = "pock.matmul"(%{{.*}}, %[[AGAIN]]) {{.*}} -> tensor<5x2xf32>
// CHECK: arith.truncf %[[M]] : tensor<5x2xf32> to tensor<5x2xbf16>
func.func @narrow(%x: tensor<8x3xf32>, %g: tensor<8x5xf32>) -> tensor<8x3xf32> {
  %h = "pock.relu"(%x) : (tensor<8x3xf32>) -> tensor<8x3xf32>
  %n = arith.truncf %h : tensor<8x3xf32> to tensor<8x3xbf16>
  %e = arith.extf %n : tensor<8x3xbf16> to tensor<8x3xf32>
  %y = math.exp %e : tensor<8x3xf32>
  %m = "pock.matmul"(%g, %e) {transpose_lhs = true, transpose_rhs = false} : (tensor<8x5xf32>, tensor<8x3xf32>) -> tensor<5x3xf32>
  %r = arith.truncf %m : tensor<5x3xf32> to tensor<5x3xbf16>
  %1 = "pock.slice"(%r) {axis = 1 : i64, ranges = array<i64: 0, 2>} : (tensor<5x3xbf16>) -> tensor<5x2xbf16>
  "pock.gradient"(%1) {parameter = @w} : (tensor<5x2xbf16>) -> ()
  return %y : tensor<8x3xf32>
}

// A sum of gradients (tied weights) is one of slices. What is needed whole behind a slice stays where it is.
// CHECK-LABEL: func.func @tied(
// CHECK-SAME: %[[G:.*]]: tensor<8x5xf32>, %[[X:.*]]: tensor<8x3xf32>, %[[Y:.*]]: tensor<8x3xf32>
// CHECK: %[[H:.*]] = math.exp %[[X]]
// CHECK: %[[FIRST:.*]] = "pock.matmul"({{.*}} -> tensor<2x3xf32>
// CHECK: %[[SECOND:.*]] = "pock.matmul"({{.*}} -> tensor<2x3xf32>
// CHECK: %[[SUM:.*]] = arith.addf %[[FIRST]], %[[SECOND]] : tensor<2x3xf32>
// CHECK: "pock.gradient"(%[[SUM]])
// CHECK: %[[LATE:.*]] = "pock.slice"(%[[H]])
// CHECK: "pock.gradient"(%[[LATE]])
// CHECK: return %[[H]]
func.func @tied(%g: tensor<8x5xf32>, %x: tensor<8x3xf32>, %y: tensor<8x3xf32>) -> tensor<8x3xf32> {
  %h = math.exp %x : tensor<8x3xf32>
  %a = "pock.matmul"(%g, %h) {transpose_lhs = true, transpose_rhs = false} : (tensor<8x5xf32>, tensor<8x3xf32>) -> tensor<5x3xf32>
  %b = "pock.matmul"(%g, %y) {transpose_lhs = true, transpose_rhs = false} : (tensor<8x5xf32>, tensor<8x3xf32>) -> tensor<5x3xf32>
  %s = arith.addf %a, %b : tensor<5x3xf32>
  %0 = "pock.slice"(%s) {axis = 0 : i64, ranges = array<i64: 3, 2>} : (tensor<5x3xf32>) -> tensor<2x3xf32>
  "pock.gradient"(%0) {parameter = @w} : (tensor<2x3xf32>) -> ()
  %1 = "pock.slice"(%h) {axis = 0 : i64, ranges = array<i64: 3, 2>} : (tensor<8x3xf32>) -> tensor<2x3xf32>
  "pock.gradient"(%1) {parameter = @v} : (tensor<2x3xf32>) -> ()
  return %h : tensor<8x3xf32>
}

// Batches of products, transpositions and single elements of a batch.
// CHECK-LABEL: func.func @batches(
// CHECK: %[[A:.*]] = "pock.slice"(%{{.*}}) {axis = 0 : i64, {{.*}} -> tensor<2x8x5xf32>
// CHECK: %[[B:.*]] = "pock.slice"(%{{.*}}) {axis = 0 : i64, {{.*}} -> tensor<2x3x8xf32>
// CHECK: "pock.matmul"(%[[A]], %[[B]]) {transpose_lhs = true, transpose_rhs = true} : (tensor<2x8x5xf32>, tensor<2x3x8xf32>) -> tensor<2x5x3xf32>
// CHECK: "pock.transpose"({{.*}} : (tensor<2x5x3xf32>) -> tensor<5x2x3xf32>
// CHECK: "pock.slice"({{.*}}) {axis = 1 : i64, {{.*}} : (tensor<4x3x8xf32>) -> tensor<4x2x8xf32>
// CHECK: "pock.matmul"({{.*}} : (tensor<4x8x5xf32>, tensor<4x2x8xf32>) -> tensor<4x5x2xf32>
func.func @batches(%g: tensor<4x8x5xf32>, %x: tensor<4x3x8xf32>) {
  %m = "pock.matmul"(%g, %x) {transpose_lhs = true, transpose_rhs = true} : (tensor<4x8x5xf32>, tensor<4x3x8xf32>) -> tensor<4x5x3xf32>
  %t = "pock.transpose"(%m) {permutation = array<i64: 1, 0, 2>} : (tensor<4x5x3xf32>) -> tensor<5x4x3xf32>
  %0 = "pock.slice"(%t) {axis = 1 : i64, ranges = array<i64: 0, 1, 3, 1>} : (tensor<5x4x3xf32>) -> tensor<5x2x3xf32>
  "pock.gradient"(%0) {parameter = @w} : (tensor<5x2x3xf32>) -> ()
  %n = "pock.matmul"(%g, %x) {transpose_lhs = true, transpose_rhs = true} : (tensor<4x8x5xf32>, tensor<4x3x8xf32>) -> tensor<4x5x3xf32>
  %1 = "pock.slice"(%n) {axis = 2 : i64, ranges = array<i64: 0, 2>} : (tensor<4x5x3xf32>) -> tensor<4x5x2xf32>
  "pock.gradient"(%1) {parameter = @v} : (tensor<4x5x2xf32>) -> ()
  return
}
