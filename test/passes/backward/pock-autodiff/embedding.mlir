// RUN: pock-opt %s --split-input-file --pock-autodiff | FileCheck %s

// CHECK-LABEL: sym_name = "table"
// CHECK: %[[G:.*]] = "pock.broadcast"(%{{.*}}) : ({{.*}}) -> tensor<2x3x4xf32>
// CHECK: %[[DT:.*]] = "pock.embedding_grad"(%[[G]], %arg0) {padding_index = -1 : i64} : (tensor<2x3x4xf32>, tensor<2x3xi64>) -> tensor<9x4xf32>
// CHECK: "pock.gradient"(%[[DT]]) {parameter = @table}
"pock.parameter"() {kind = "parameter", sym_name = "table", type = tensor<9x4xf32>, update = "full"} : () -> ()
func.func @train_step(%i: tensor<2x3xi64>) -> tensor<f32> {
  %table = "pock.read"() {symbol = @table} : () -> tensor<9x4xf32>
  %y = "pock.embedding"(%table, %i) : (tensor<9x4xf32>, tensor<2x3xi64>) -> tensor<2x3x4xf32>
  %loss = "pock.reduce"(%y) {dims = array<i64: 0, 1, 2>, kind = "sum"} : (tensor<2x3x4xf32>) -> tensor<f32>
  return %loss : tensor<f32>
}
// -----
// The row of padding receives nothing.
// CHECK-LABEL: sym_name = "padded"
// CHECK: "pock.embedding_grad"(%{{.*}}) {padding_index = 0 : i64}
"pock.parameter"() {kind = "parameter", sym_name = "padded", type = tensor<9x4xf32>, update = "full"} : () -> ()
func.func @train_step(%i: tensor<2x3xi64>) -> tensor<f32> {
  %padded = "pock.read"() {symbol = @padded} : () -> tensor<9x4xf32>
  %y = "pock.embedding"(%padded, %i) {padding_index = 0} : (tensor<9x4xf32>, tensor<2x3xi64>) -> tensor<2x3x4xf32>
  %loss = "pock.reduce"(%y) {dims = array<i64: 0, 1, 2>, kind = "sum"} : (tensor<2x3x4xf32>) -> tensor<f32>
  return %loss : tensor<f32>
}
// -----
// Of a sum of rows by index: the rows at the indices.
// CHECK-LABEL: sym_name = "rows"
// CHECK: %[[G:.*]] = "pock.broadcast"(%{{.*}}) : ({{.*}}) -> tensor<9x4xf32>
// CHECK: %[[DX:.*]] = "pock.embedding"(%[[G]], %arg0) : (tensor<9x4xf32>, tensor<3xi64>) -> tensor<3x4xf32>
// CHECK: "pock.gradient"(%[[DX]]) {parameter = @rows}
"pock.parameter"() {kind = "parameter", sym_name = "rows", type = tensor<3x4xf32>, update = "full"} : () -> ()
func.func @train_step(%i: tensor<3xi64>) -> tensor<f32> {
  %rows = "pock.read"() {symbol = @rows} : () -> tensor<3x4xf32>
  %y = "pock.embedding_grad"(%rows, %i) {padding_index = -1 : i64} : (tensor<3x4xf32>, tensor<3xi64>) -> tensor<9x4xf32>
  %loss = "pock.reduce"(%y) {dims = array<i64: 0, 1>, kind = "sum"} : (tensor<9x4xf32>) -> tensor<f32>
  return %loss : tensor<f32>
}
