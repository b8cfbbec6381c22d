// RUN: pock-opt %s --pock-sink-slices | FileCheck %s

// Output channels are those of the cotangent, input channels those of the image.
// CHECK-LABEL: func.func @one_group(
// CHECK-SAME: %[[G:.*]]: tensor<1x4x4x6xf32>, %[[X:.*]]: tensor<1x4x4x5xf32>
// CHECK-NEXT: %[[PART:.*]] = "pock.slice"(%[[G]]) {axis = 3 : i64, ranges = array<i64: 0, 1, 4, 2>} {{.*}} -> tensor<1x4x4x3xf32>
// CHECK-NEXT: "pock.conv2d_weight_grad"(%[[PART]], %[[X]]) {{.*}}groups = 1 : i64{{.*}} -> tensor<3x3x5x3xf32>
// CHECK: %[[SAVED:.*]] = "pock.slice"(%[[X]]) {axis = 3 : i64, ranges = array<i64: 1, 2>} {{.*}} -> tensor<1x4x4x2xf32>
// CHECK-NEXT: "pock.conv2d_weight_grad"(%[[G]], %[[SAVED]]) {{.*}} -> tensor<3x3x2x6xf32>
func.func @one_group(%g: tensor<1x4x4x6xf32>, %x: tensor<1x4x4x5xf32>) {
  %0 = "pock.conv2d_weight_grad"(%g, %x) {dilations = array<i64: 1, 1>, groups = 1 : i64, padding = array<i64: 1, 1>, strides = array<i64: 1, 1>} : (tensor<1x4x4x6xf32>, tensor<1x4x4x5xf32>) -> tensor<3x3x5x6xf32>
  %1 = "pock.slice"(%0) {axis = 3 : i64, ranges = array<i64: 0, 1, 4, 2>} : (tensor<3x3x5x6xf32>) -> tensor<3x3x5x3xf32>
  "pock.gradient"(%1) {parameter = @w} : (tensor<3x3x5x3xf32>) -> ()
  %2 = "pock.conv2d_weight_grad"(%g, %x) {dilations = array<i64: 1, 1>, groups = 1 : i64, padding = array<i64: 1, 1>, strides = array<i64: 1, 1>} : (tensor<1x4x4x6xf32>, tensor<1x4x4x5xf32>) -> tensor<3x3x5x6xf32>
  %3 = "pock.slice"(%2) {axis = 2 : i64, ranges = array<i64: 1, 2>} : (tensor<3x3x5x6xf32>) -> tensor<3x3x2x6xf32>
  "pock.gradient"(%3) {parameter = @v} : (tensor<3x3x2x6xf32>) -> ()
  return
}

// Three groups of 2 input and 2 output channels: of groups 0 and 2 one output channel each, whole groups, and groups
// with different numbers of channels left, of which all are computed first.
// CHECK-LABEL: func.func @groups(
// CHECK-SAME: %[[G:.*]]: tensor<1x4x4x6xf32>, %[[X:.*]]: tensor<1x4x4x6xf32>
// CHECK-DAG: %[[PART:.*]] = "pock.slice"(%[[G]]) {axis = 3 : i64, ranges = array<i64: 1, 1, 4, 1>}
// CHECK-DAG: %[[SEEN:.*]] = "pock.slice"(%[[X]]) {axis = 3 : i64, ranges = array<i64: 0, 2, 4, 2>}
// CHECK: "pock.conv2d_weight_grad"(%[[PART]], %[[SEEN]]) {{.*}}groups = 2 : i64{{.*}} : (tensor<1x4x4x2xf32>, tensor<1x4x4x4xf32>) -> tensor<1x1x2x2xf32>
// CHECK: "pock.gradient"
// CHECK: %[[UNEVEN:.*]] = "pock.conv2d_weight_grad"({{.*}}groups = 2 : i64{{.*}} : (tensor<1x4x4x4xf32>, tensor<1x4x4x4xf32>) -> tensor<1x1x2x4xf32>
// CHECK: "pock.slice"(%[[UNEVEN]]) {axis = 3 : i64, ranges = array<i64: 0, 1, 2, 2>} : (tensor<1x1x2x4xf32>) -> tensor<1x1x2x3xf32>
// CHECK: "pock.gradient"
// Input channels are the same of each group.
// CHECK: %[[SEEN:.*]] = "pock.slice"(%[[X]]) {axis = 3 : i64, ranges = array<i64: 1, 1, 3, 1, 5, 1>}
// CHECK: "pock.conv2d_weight_grad"(%[[G]], %[[SEEN]]) {{.*}}groups = 3 : i64{{.*}} -> tensor<1x1x1x6xf32>
func.func @groups(%g: tensor<1x4x4x6xf32>, %x: tensor<1x4x4x6xf32>) {
  %0 = "pock.conv2d_weight_grad"(%g, %x) {dilations = array<i64: 1, 1>, groups = 3 : i64, padding = array<i64: 0, 0>, strides = array<i64: 1, 1>} : (tensor<1x4x4x6xf32>, tensor<1x4x4x6xf32>) -> tensor<1x1x2x6xf32>
  %1 = "pock.slice"(%0) {axis = 3 : i64, ranges = array<i64: 1, 1, 4, 1>} : (tensor<1x1x2x6xf32>) -> tensor<1x1x2x2xf32>
  "pock.gradient"(%1) {parameter = @a} : (tensor<1x1x2x2xf32>) -> ()
  %2 = "pock.conv2d_weight_grad"(%g, %x) {dilations = array<i64: 1, 1>, groups = 3 : i64, padding = array<i64: 0, 0>, strides = array<i64: 1, 1>} : (tensor<1x4x4x6xf32>, tensor<1x4x4x6xf32>) -> tensor<1x1x2x6xf32>
  %3 = "pock.slice"(%2) {axis = 3 : i64, ranges = array<i64: 0, 1, 2, 2>} : (tensor<1x1x2x6xf32>) -> tensor<1x1x2x3xf32>
  "pock.gradient"(%3) {parameter = @b} : (tensor<1x1x2x3xf32>) -> ()
  %4 = "pock.conv2d_weight_grad"(%g, %x) {dilations = array<i64: 1, 1>, groups = 3 : i64, padding = array<i64: 0, 0>, strides = array<i64: 1, 1>} : (tensor<1x4x4x6xf32>, tensor<1x4x4x6xf32>) -> tensor<1x1x2x6xf32>
  %5 = "pock.slice"(%4) {axis = 2 : i64, ranges = array<i64: 1, 1>} : (tensor<1x1x2x6xf32>) -> tensor<1x1x1x6xf32>
  "pock.gradient"(%5) {parameter = @c} : (tensor<1x1x1x6xf32>) -> ()
  return
}

// A depthwise convolution has a group for each channel.
// CHECK-LABEL: func.func @depthwise(
// CHECK: "pock.conv2d_weight_grad"(%{{.*}}) {{.*}}groups = 3 : i64{{.*}} : (tensor<1x2x2x3xf32>, tensor<1x4x4x3xf32>) -> tensor<3x3x1x3xf32>
func.func @depthwise(%g: tensor<1x2x2x8xf32>, %x: tensor<1x4x4x8xf32>) {
  %0 = "pock.conv2d_weight_grad"(%g, %x) {dilations = array<i64: 1, 1>, groups = 8 : i64, padding = array<i64: 1, 1>, strides = array<i64: 2, 2>} : (tensor<1x2x2x8xf32>, tensor<1x4x4x8xf32>) -> tensor<3x3x1x8xf32>
  %1 = "pock.slice"(%0) {axis = 3 : i64, ranges = array<i64: 0, 1, 6, 2>} : (tensor<3x3x1x8xf32>) -> tensor<3x3x1x3xf32>
  "pock.gradient"(%1) {parameter = @w} : (tensor<3x3x1x3xf32>) -> ()
  return
}

// Where no channel of the image or the cotangent falls away, or a tap is asked for, the slice is taken of the result.
// CHECK-LABEL: func.func @not_possible(
// CHECK: %[[ALL:.*]] = "pock.conv2d_weight_grad"({{.*}} -> tensor<3x3x2x4xf32>
// CHECK-NEXT: "pock.slice"(%[[ALL]]) {axis = 3 : i64
// CHECK: %[[ALL:.*]] = "pock.conv2d_weight_grad"({{.*}} -> tensor<3x3x2x4xf32>
// CHECK-NEXT: "pock.slice"(%[[ALL]]) {axis = 0 : i64
func.func @not_possible(%g: tensor<1x2x2x4xf32>, %x: tensor<1x4x4x4xf32>) {
  %0 = "pock.conv2d_weight_grad"(%g, %x) {dilations = array<i64: 1, 1>, groups = 2 : i64, padding = array<i64: 0, 0>, strides = array<i64: 1, 1>} : (tensor<1x2x2x4xf32>, tensor<1x4x4x4xf32>) -> tensor<3x3x2x4xf32>
  %1 = "pock.slice"(%0) {axis = 3 : i64, ranges = array<i64: 0, 1, 2, 2>} : (tensor<3x3x2x4xf32>) -> tensor<3x3x2x3xf32>
  "pock.gradient"(%1) {parameter = @w} : (tensor<3x3x2x3xf32>) -> ()
  %2 = "pock.conv2d_weight_grad"(%g, %x) {dilations = array<i64: 1, 1>, groups = 2 : i64, padding = array<i64: 0, 0>, strides = array<i64: 1, 1>} : (tensor<1x2x2x4xf32>, tensor<1x4x4x4xf32>) -> tensor<3x3x2x4xf32>
  %3 = "pock.slice"(%2) {axis = 0 : i64, ranges = array<i64: 0, 1>} : (tensor<3x3x2x4xf32>) -> tensor<1x3x2x4xf32>
  "pock.gradient"(%3) {parameter = @v} : (tensor<1x3x2x4xf32>) -> ()
  return
}
