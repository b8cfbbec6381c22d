// RUN: pock-opt %s --split-input-file --pock-autodiff | FileCheck %s

// CHECK-LABEL: sym_name = "image"
// CHECK: %[[IMAGE:.*]] = "pock.read"() {symbol = @image}
// CHECK: %[[WEIGHT:.*]] = "pock.read"() {symbol = @weight}
// CHECK: %[[G:.*]] = "pock.broadcast"(%{{.*}}) : ({{.*}}) -> tensor<1x3x3x4xf32>
// CHECK: %[[DIMAGE:.*]] = "pock.conv2d_input_grad"(%[[G]], %[[WEIGHT]]) {dilations = array<i64: 1, 1>, groups = 1 : i64, padding = array<i64: 1, 1>, strides = array<i64: 2, 2>} : {{.*}} -> tensor<1x5x5x3xf32>
// CHECK: %[[DWEIGHT:.*]] = "pock.conv2d_weight_grad"(%[[G]], %[[IMAGE]]) {dilations = array<i64: 1, 1>, groups = 1 : i64, padding = array<i64: 1, 1>, strides = array<i64: 2, 2>} : {{.*}} -> tensor<3x3x3x4xf32>
// CHECK: "pock.gradient"(%[[DIMAGE]]) {parameter = @image}
// CHECK: "pock.gradient"(%[[DWEIGHT]]) {parameter = @weight}
"pock.parameter"() {kind = "parameter", sym_name = "image", type = tensor<1x5x5x3xf32>, update = "full"} : () -> ()
"pock.parameter"() {kind = "parameter", sym_name = "weight", type = tensor<3x3x3x4xf32>, update = "full"} : () -> ()
func.func @train_step() -> tensor<f32> {
  %image = "pock.read"() {symbol = @image} : () -> tensor<1x5x5x3xf32>
  %weight = "pock.read"() {symbol = @weight} : () -> tensor<3x3x3x4xf32>
  %y = "pock.conv2d"(%image, %weight) {dilations = array<i64: 1, 1>, groups = 1, padding = array<i64: 1, 1>, strides = array<i64: 2, 2>} : (tensor<1x5x5x3xf32>, tensor<3x3x3x4xf32>) -> tensor<1x3x3x4xf32>
  %loss = "pock.reduce"(%y) {dims = array<i64: 0, 1, 2, 3>, kind = "sum"} : (tensor<1x3x3x4xf32>) -> tensor<f32>
  return %loss : tensor<f32>
}
// -----
// A convolution of input data: no input gradient.
// CHECK-LABEL: sym_name = "first"
// CHECK-NOT: "pock.conv2d_input_grad"
// CHECK: "pock.conv2d_weight_grad"
// CHECK-NOT: "pock.conv2d_input_grad"
"pock.parameter"() {kind = "parameter", sym_name = "first", type = tensor<3x3x3x4xf32>, update = "full"} : () -> ()
func.func @train_step(%x: tensor<1x5x5x3xf32>) -> tensor<f32> {
  %first = "pock.read"() {symbol = @first} : () -> tensor<3x3x3x4xf32>
  %y = "pock.conv2d"(%x, %first) {dilations = array<i64: 1, 1>, groups = 1, padding = array<i64: 1, 1>, strides = array<i64: 2, 2>} : (tensor<1x5x5x3xf32>, tensor<3x3x3x4xf32>) -> tensor<1x3x3x4xf32>
  %loss = "pock.reduce"(%y) {dims = array<i64: 0, 1, 2, 3>, kind = "sum"} : (tensor<1x3x3x4xf32>) -> tensor<f32>
  return %loss : tensor<f32>
}
// -----
// The input gradient in a forward pass is a transposed convolution, whose own gradient is a convolution.
// CHECK-LABEL: sym_name = "x"
// CHECK: %[[X:.*]] = "pock.read"() {symbol = @x}
// CHECK: %[[W:.*]] = "pock.read"() {symbol = @w}
// CHECK: %[[G:.*]] = "pock.broadcast"(%{{.*}}) : ({{.*}}) -> tensor<1x5x5x3xf32>
// CHECK: %[[DX:.*]] = "pock.conv2d"(%[[G]], %[[W]]) {{{.*}}} : {{.*}} -> tensor<1x3x3x4xf32>
// CHECK: %[[DW:.*]] = "pock.conv2d_weight_grad"(%[[X]], %[[G]]) {{{.*}}} : {{.*}} -> tensor<3x3x3x4xf32>
// CHECK: "pock.gradient"(%[[DX]]) {parameter = @x}
// CHECK: "pock.gradient"(%[[DW]]) {parameter = @w}
"pock.parameter"() {kind = "parameter", sym_name = "x", type = tensor<1x3x3x4xf32>, update = "full"} : () -> ()
"pock.parameter"() {kind = "parameter", sym_name = "w", type = tensor<3x3x3x4xf32>, update = "full"} : () -> ()
func.func @train_step() -> tensor<f32> {
  %x = "pock.read"() {symbol = @x} : () -> tensor<1x3x3x4xf32>
  %w = "pock.read"() {symbol = @w} : () -> tensor<3x3x3x4xf32>
  %y = "pock.conv2d_input_grad"(%x, %w) {dilations = array<i64: 1, 1>, groups = 1, padding = array<i64: 1, 1>, strides = array<i64: 2, 2>} : (tensor<1x3x3x4xf32>, tensor<3x3x3x4xf32>) -> tensor<1x5x5x3xf32>
  %loss = "pock.reduce"(%y) {dims = array<i64: 0, 1, 2, 3>, kind = "sum"} : (tensor<1x5x5x3xf32>) -> tensor<f32>
  return %loss : tensor<f32>
}
