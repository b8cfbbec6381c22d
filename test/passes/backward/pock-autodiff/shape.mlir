// RUN: pock-opt %s --split-input-file --pock-autodiff | FileCheck %s

// Another shape of the same elements.
// CHECK-LABEL: sym_name = "collapsed"
// CHECK: %[[G:.*]] = "pock.broadcast"(%{{.*}}) : ({{.*}}) -> tensor<6xf32>
// CHECK: %[[DX:.*]] = tensor.expand_shape %[[G]] {{.*}} : tensor<6xf32> into tensor<2x3xf32>
// CHECK: "pock.gradient"(%[[DX]]) {parameter = @collapsed}
"pock.parameter"() {kind = "parameter", sym_name = "collapsed", type = tensor<2x3xf32>, update = "full"} : () -> ()
func.func @train_step() -> tensor<f32> {
  %collapsed = "pock.read"() {symbol = @collapsed} : () -> tensor<2x3xf32>
  %y = tensor.collapse_shape %collapsed [[0, 1]] : tensor<2x3xf32> into tensor<6xf32>
  %loss = "pock.reduce"(%y) {dims = array<i64: 0>, kind = "sum"} : (tensor<6xf32>) -> tensor<f32>
  return %loss : tensor<f32>
}
// -----
// CHECK-LABEL: sym_name = "expanded"
// CHECK: %[[G:.*]] = "pock.broadcast"(%{{.*}}) : ({{.*}}) -> tensor<2x3xf32>
// CHECK: %[[DX:.*]] = tensor.collapse_shape %[[G]] {{.*}} : tensor<2x3xf32> into tensor<6xf32>
// CHECK: "pock.gradient"(%[[DX]]) {parameter = @expanded}
"pock.parameter"() {kind = "parameter", sym_name = "expanded", type = tensor<6xf32>, update = "full"} : () -> ()
func.func @train_step() -> tensor<f32> {
  %expanded = "pock.read"() {symbol = @expanded} : () -> tensor<6xf32>
  %y = tensor.expand_shape %expanded [[0, 1]] output_shape [2, 3] : tensor<6xf32> into tensor<2x3xf32>
  %loss = "pock.reduce"(%y) {dims = array<i64: 0, 1>, kind = "sum"} : (tensor<2x3xf32>) -> tensor<f32>
  return %loss : tensor<f32>
}
// -----
// Zeros but for the slice.
// CHECK-LABEL: sym_name = "sliced"
// CHECK: %[[G:.*]] = "pock.broadcast"(%{{.*}}) : ({{.*}}) -> tensor<1x3xf32>
// CHECK: %[[ZEROS:.*]] = arith.constant dense<0.000000e+00> : tensor<4x6xf32>
// CHECK: %[[DX:.*]] = tensor.insert_slice %[[G]] into %[[ZEROS]][1, 0] [1, 3] [1, 2]
// CHECK: "pock.gradient"(%[[DX]]) {parameter = @sliced}
"pock.parameter"() {kind = "parameter", sym_name = "sliced", type = tensor<4x6xf32>, update = "full"} : () -> ()
func.func @train_step() -> tensor<f32> {
  %sliced = "pock.read"() {symbol = @sliced} : () -> tensor<4x6xf32>
  %y = tensor.extract_slice %sliced[1, 0] [1, 3] [1, 2] : tensor<4x6xf32> to tensor<1x3xf32>
  %loss = "pock.reduce"(%y) {dims = array<i64: 0, 1>, kind = "sum"} : (tensor<1x3xf32>) -> tensor<f32>
  return %loss : tensor<f32>
}
// -----
// The slice to what was inserted, all else to what it was inserted into.
// CHECK-LABEL: sym_name = "part"
// CHECK: %[[G:.*]] = "pock.broadcast"(%{{.*}}) : ({{.*}}) -> tensor<5xf32>
// CHECK: %[[DPART:.*]] = tensor.extract_slice %[[G]][1] [2] [1]
// CHECK: %[[ZEROS:.*]] = arith.constant dense<0.000000e+00> : tensor<2xf32>
// CHECK: %[[DWHOLE:.*]] = tensor.insert_slice %[[ZEROS]] into %[[G]][1] [2] [1]
// CHECK: "pock.gradient"(%[[DPART]]) {parameter = @part}
// CHECK: "pock.gradient"(%[[DWHOLE]]) {parameter = @whole}
"pock.parameter"() {kind = "parameter", sym_name = "part", type = tensor<2xf32>, update = "full"} : () -> ()
"pock.parameter"() {kind = "parameter", sym_name = "whole", type = tensor<5xf32>, update = "full"} : () -> ()
func.func @train_step() -> tensor<f32> {
  %part = "pock.read"() {symbol = @part} : () -> tensor<2xf32>
  %whole = "pock.read"() {symbol = @whole} : () -> tensor<5xf32>
  %y = tensor.insert_slice %part into %whole[1] [2] [1] : tensor<2xf32> into tensor<5xf32>
  %loss = "pock.reduce"(%y) {dims = array<i64: 0>, kind = "sum"} : (tensor<5xf32>) -> tensor<f32>
  return %loss : tensor<f32>
}
// -----
// CHECK-LABEL: sym_name = "first"
// CHECK: %[[G:.*]] = "pock.broadcast"(%{{.*}}) : ({{.*}}) -> tensor<2x4xf32>
// CHECK: %[[DFIRST:.*]] = tensor.extract_slice %[[G]][0, 0] [2, 3] [1, 1]
// CHECK: %[[DSECOND:.*]] = tensor.extract_slice %[[G]][0, 3] [2, 1] [1, 1]
// CHECK: "pock.gradient"(%[[DFIRST]]) {parameter = @first}
// CHECK: "pock.gradient"(%[[DSECOND]]) {parameter = @second}
"pock.parameter"() {kind = "parameter", sym_name = "first", type = tensor<2x3xf32>, update = "full"} : () -> ()
"pock.parameter"() {kind = "parameter", sym_name = "second", type = tensor<2x1xf32>, update = "full"} : () -> ()
func.func @train_step() -> tensor<f32> {
  %first = "pock.read"() {symbol = @first} : () -> tensor<2x3xf32>
  %second = "pock.read"() {symbol = @second} : () -> tensor<2x1xf32>
  %y = tensor.concat dim(1) %first, %second : (tensor<2x3xf32>, tensor<2x1xf32>) -> tensor<2x4xf32>
  %loss = "pock.reduce"(%y) {dims = array<i64: 0, 1>, kind = "sum"} : (tensor<2x4xf32>) -> tensor<f32>
  return %loss : tensor<f32>
}
