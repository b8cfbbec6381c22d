// RUN: pock-opt %s --pock-fold-batch-norm --cse --canonicalize | FileCheck %s

"pock.parameter"() {kind = "parameter", sym_name = "w", type = tensor<3x3x2x4xf32>, update = "frozen"} : () -> ()
"pock.parameter"() {kind = "buffer", sym_name = "mean", type = tensor<4xf32>, update = "frozen"} : () -> ()
"pock.parameter"() {kind = "parameter", sym_name = "scale", type = tensor<4xf32>, update = "frozen"} : () -> ()
"pock.parameter"() {kind = "parameter", sym_name = "bias", type = tensor<4xf32>, update = "full"} : () -> ()

// The shift by the mean is scaled, too; the trained bias stays outside.
// CHECK-LABEL: func.func @folded(
// CHECK-SAME: %[[X:.*]]: tensor<1x4x4x2xf32>
// CHECK-DAG: %[[W:.*]] = "pock.read"() {symbol = @w}
// CHECK-DAG: %[[MEAN:.*]] = "pock.read"() {symbol = @mean}
// CHECK-DAG: %[[SCALE:.*]] = "pock.read"() {symbol = @scale}
// CHECK: %[[MINUS:.*]] = arith.negf %[[MEAN]]
// CHECK: %[[T:.*]] = arith.mulf %[[MINUS]], %[[SCALE]] : tensor<4xf32>
// CHECK: %[[S:.*]] = "pock.broadcast"(%[[SCALE]]) : (tensor<4xf32>) -> tensor<3x3x2x4xf32>
// CHECK: %[[FOLDED:.*]] = arith.mulf %[[W]], %[[S]] : tensor<3x3x2x4xf32>
// CHECK: %[[Y:.*]] = "pock.conv2d"(%[[X]], %[[FOLDED]])
// CHECK: %[[SHIFT:.*]] = "pock.broadcast"(%[[T]]) : (tensor<4xf32>) -> tensor<1x4x4x4xf32>
// CHECK: %[[Z:.*]] = arith.addf %[[Y]], %[[SHIFT]]
// CHECK-NOT: pock.conv2d
// CHECK: arith.addf %[[Z]]
func.func @folded(%x: tensor<1x4x4x2xf32>) -> tensor<1x4x4x4xf32> {
  %w = "pock.read"() {symbol = @w} : () -> tensor<3x3x2x4xf32>
  %mean = "pock.read"() {symbol = @mean} : () -> tensor<4xf32>
  %scale = "pock.read"() {symbol = @scale} : () -> tensor<4xf32>
  %bias = "pock.read"() {symbol = @bias} : () -> tensor<4xf32>
  %y = "pock.conv2d"(%x, %w) {dilations = array<i64: 1, 1>, groups = 1 : i64, padding = array<i64: 1, 1>, strides = array<i64: 1, 1>} : (tensor<1x4x4x2xf32>, tensor<3x3x2x4xf32>) -> tensor<1x4x4x4xf32>
  %m4 = tensor.expand_shape %mean [[0, 1, 2, 3]] output_shape [1, 1, 1, 4] : tensor<4xf32> into tensor<1x1x1x4xf32>
  %m = "pock.broadcast"(%m4) : (tensor<1x1x1x4xf32>) -> tensor<1x4x4x4xf32>
  %s = "pock.broadcast"(%scale) : (tensor<4xf32>) -> tensor<1x4x4x4xf32>
  %b = "pock.broadcast"(%bias) : (tensor<4xf32>) -> tensor<1x4x4x4xf32>
  %centred = arith.subf %y, %m : tensor<1x4x4x4xf32>
  %scaled = arith.mulf %centred, %s : tensor<1x4x4x4xf32>
  %z = arith.addf %scaled, %b : tensor<1x4x4x4xf32>
  return %z : tensor<1x4x4x4xf32>
}

// A convolution that something else reads, and one that is only shifted, stay.
// CHECK-LABEL: func.func @left_alone(
// CHECK-NOT: arith.mulf {{.*}} : tensor<3x3x2x4xf32>
func.func @left_alone(%x: tensor<1x4x4x2xf32>) -> (tensor<1x4x4x4xf32>, tensor<1x4x4x4xf32>, tensor<1x2x2x4xf32>) {
  %w = "pock.read"() {symbol = @w} : () -> tensor<3x3x2x4xf32>
  %scale = "pock.read"() {symbol = @scale} : () -> tensor<4xf32>
  %s = "pock.broadcast"(%scale) : (tensor<4xf32>) -> tensor<1x4x4x4xf32>
  %y = "pock.conv2d"(%x, %w) {dilations = array<i64: 1, 1>, groups = 1 : i64, padding = array<i64: 1, 1>, strides = array<i64: 1, 1>} : (tensor<1x4x4x2xf32>, tensor<3x3x2x4xf32>) -> tensor<1x4x4x4xf32>
  %z = arith.mulf %y, %s : tensor<1x4x4x4xf32>
  %t = "pock.broadcast"(%scale) : (tensor<4xf32>) -> tensor<1x2x2x4xf32>
  %u = "pock.conv2d"(%x, %w) {dilations = array<i64: 1, 1>, groups = 1 : i64, padding = array<i64: 0, 0>, strides = array<i64: 1, 1>} : (tensor<1x4x4x2xf32>, tensor<3x3x2x4xf32>) -> tensor<1x2x2x4xf32>
  %v = arith.addf %u, %t : tensor<1x2x2x4xf32>
  return %y, %z, %v : tensor<1x4x4x4xf32>, tensor<1x4x4x4xf32>, tensor<1x2x2x4xf32>
}
