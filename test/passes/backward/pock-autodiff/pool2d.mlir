// RUN: pock-opt %s --split-input-file --pock-autodiff | FileCheck %s

// CHECK-LABEL: sym_name = "x"
// CHECK: %[[X:.*]] = "pock.read"() {symbol = @x}
// CHECK: %[[G:.*]] = "pock.broadcast"(%{{.*}}) : ({{.*}}) -> tensor<1x2x2x3xf32>
// CHECK: %[[DX:.*]] = "pock.max_pool2d_grad"(%[[G]], %[[X]]) {dilations = array<i64: 1, 1>, kernel = array<i64: 2, 2>, padding = array<i64: 0, 0>, strides = array<i64: 2, 2>}
// CHECK: "pock.gradient"(%[[DX]]) {parameter = @x}
"pock.parameter"() {kind = "parameter", sym_name = "x", type = tensor<1x4x4x3xf32>, update = "full"} : () -> ()
func.func @train_step() -> tensor<f32> {
  %x = "pock.read"() {symbol = @x} : () -> tensor<1x4x4x3xf32>
  %y = "pock.max_pool2d"(%x) {dilations = array<i64: 1, 1>, kernel = array<i64: 2, 2>, padding = array<i64: 0, 0>, strides = array<i64: 2, 2>} : (tensor<1x4x4x3xf32>) -> tensor<1x2x2x3xf32>
  %loss = "pock.reduce"(%y) {dims = array<i64: 0, 1, 2, 3>, kind = "sum"} : (tensor<1x2x2x3xf32>) -> tensor<f32>
  return %loss : tensor<f32>
}
// -----
// The image is not needed.
// CHECK-LABEL: sym_name = "average"
// CHECK: %[[G:.*]] = "pock.broadcast"(%{{.*}}) : ({{.*}}) -> tensor<1x2x2x3xf32>
// CHECK: %[[DX:.*]] = "pock.avg_pool2d_grad"(%[[G]]) {count_include_pad = false, dilations = array<i64: 1, 1>, kernel = array<i64: 2, 2>, padding = array<i64: 0, 0>, strides = array<i64: 2, 2>} : (tensor<1x2x2x3xf32>) -> tensor<1x4x4x3xf32>
// CHECK: "pock.gradient"(%[[DX]]) {parameter = @average}
"pock.parameter"() {kind = "parameter", sym_name = "average", type = tensor<1x4x4x3xf32>, update = "full"} : () -> ()
func.func @train_step() -> tensor<f32> {
  %average = "pock.read"() {symbol = @average} : () -> tensor<1x4x4x3xf32>
  %y = "pock.avg_pool2d"(%average) {count_include_pad = false, dilations = array<i64: 1, 1>, kernel = array<i64: 2, 2>, padding = array<i64: 0, 0>, strides = array<i64: 2, 2>} : (tensor<1x4x4x3xf32>) -> tensor<1x2x2x3xf32>
  %loss = "pock.reduce"(%y) {dims = array<i64: 0, 1, 2, 3>, kind = "sum"} : (tensor<1x2x2x3xf32>) -> tensor<f32>
  return %loss : tensor<f32>
}
