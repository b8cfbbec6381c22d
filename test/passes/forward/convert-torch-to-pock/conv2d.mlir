// RUN: pock-opt %s --convert-torch-to-pock | FileCheck %s

// NCHW images become NHWC around the op, the FCHW weight HWCF.
// CHECK-LABEL: func.func @conv2d(
// CHECK-SAME: %[[X:.*]]: tensor<1x3x5x5xf32>, %[[W:.*]]: tensor<4x3x3x3xf32>, %[[B:.*]]: tensor<4xf32>
// CHECK-NEXT: %[[IMAGE:.*]] = "pock.transpose"(%[[X]]) {permutation = array<i64: 0, 2, 3, 1>}
// CHECK-NEXT: %[[WEIGHT:.*]] = "pock.transpose"(%[[W]]) {permutation = array<i64: 2, 3, 1, 0>}
// CHECK-NEXT: %[[RESULT:.*]] = "pock.conv2d"(%[[IMAGE]], %[[WEIGHT]]) {dilations = array<i64: 1, 1>, groups = 1 : i64, padding = array<i64: 1, 1>, strides = array<i64: 2, 2>} : (tensor<1x5x5x3xf32>, tensor<3x3x3x4xf32>) -> tensor<1x3x3x4xf32>
// CHECK-NEXT: %[[BIAS:.*]] = "pock.broadcast"(%[[B]]) : (tensor<4xf32>) -> tensor<1x3x3x4xf32>
// CHECK-NEXT: %[[SUM:.*]] = arith.addf %[[RESULT]], %[[BIAS]]
// CHECK-NEXT: "pock.transpose"(%[[SUM]]) {permutation = array<i64: 0, 3, 1, 2>} : (tensor<1x3x3x4xf32>) -> tensor<1x4x3x3xf32>
func.func @conv2d(%x: !torch.vtensor<[1,3,5,5],f32>, %w: !torch.vtensor<[4,3,3,3],f32>, %b: !torch.vtensor<[4],f32>) -> !torch.vtensor<[1,4,3,3],f32> {
  %1 = torch.constant.int 1
  %2 = torch.constant.int 2
  %ones = torch.prim.ListConstruct %1, %1 : (!torch.int, !torch.int) -> !torch.list<int>
  %twos = torch.prim.ListConstruct %2, %2 : (!torch.int, !torch.int) -> !torch.list<int>
  %0 = torch.aten.conv2d %x, %w, %b, %twos, %ones, %ones, %1 : !torch.vtensor<[1,3,5,5],f32>, !torch.vtensor<[4,3,3,3],f32>, !torch.vtensor<[4],f32>, !torch.list<int>, !torch.list<int>, !torch.list<int>, !torch.int -> !torch.vtensor<[1,4,3,3],f32>
  return %0 : !torch.vtensor<[1,4,3,3],f32>
}

// CHECK-LABEL: func.func @grouped_and_dilated(
// CHECK: "pock.conv2d"{{.*}} {dilations = array<i64: 2, 2>, groups = 2 : i64, {{.*}}} : (tensor<1x5x5x4xf32>, tensor<3x3x2x6xf32>) -> tensor<1x1x1x6xf32>
func.func @grouped_and_dilated(%x: !torch.vtensor<[1,4,5,5],f32>, %w: !torch.vtensor<[6,2,3,3],f32>) -> !torch.vtensor<[1,6,1,1],f32> {
  %none = torch.constant.none
  %false = torch.constant.bool false
  %0 = torch.constant.int 0
  %1 = torch.constant.int 1
  %2 = torch.constant.int 2
  %zeros = torch.prim.ListConstruct %0, %0 : (!torch.int, !torch.int) -> !torch.list<int>
  %ones = torch.prim.ListConstruct %1, %1 : (!torch.int, !torch.int) -> !torch.list<int>
  %twos = torch.prim.ListConstruct %2, %2 : (!torch.int, !torch.int) -> !torch.list<int>
  %3 = torch.aten.convolution %x, %w, %none, %ones, %zeros, %twos, %false, %zeros, %2 : !torch.vtensor<[1,4,5,5],f32>, !torch.vtensor<[6,2,3,3],f32>, !torch.none, !torch.list<int>, !torch.list<int>, !torch.list<int>, !torch.bool, !torch.list<int>, !torch.int -> !torch.vtensor<[1,6,1,1],f32>
  return %3 : !torch.vtensor<[1,6,1,1],f32>
}

// A convolution along one dimension is one over images of height 1.
// CHECK-LABEL: func.func @conv1d(
// CHECK: "pock.conv2d"{{.*}} {dilations = array<i64: 1, 1>, groups = 1 : i64, padding = array<i64: 0, 1>, strides = array<i64: 1, 2>} : (tensor<2x1x6x3xf32>, tensor<1x3x3x4xf32>) -> tensor<2x1x3x4xf32>
// CHECK: tensor.collapse_shape {{.*}} into tensor<2x4x3xf32>
func.func @conv1d(%x: !torch.vtensor<[2,3,6],f32>, %w: !torch.vtensor<[4,3,3],f32>) -> !torch.vtensor<[2,4,3],f32> {
  %none = torch.constant.none
  %1 = torch.constant.int 1
  %2 = torch.constant.int 2
  %one = torch.prim.ListConstruct %1 : (!torch.int) -> !torch.list<int>
  %two = torch.prim.ListConstruct %2 : (!torch.int) -> !torch.list<int>
  %0 = torch.aten.conv1d %x, %w, %none, %two, %one, %one, %1 : !torch.vtensor<[2,3,6],f32>, !torch.vtensor<[4,3,3],f32>, !torch.none, !torch.list<int>, !torch.list<int>, !torch.list<int>, !torch.int -> !torch.vtensor<[2,4,3],f32>
  return %0 : !torch.vtensor<[2,4,3],f32>
}

// CHECK-LABEL: func.func @same_padding(
// CHECK: "pock.conv2d"{{.*}} padding = array<i64: 1, 2>, {{.*}} -> tensor<1x4x6x1xf32>
func.func @same_padding(%x: !torch.vtensor<[1,1,4,6],f32>, %w: !torch.vtensor<[1,1,3,5],f32>) -> !torch.vtensor<[1,1,4,6],f32> {
  %none = torch.constant.none
  %same = torch.constant.str "same"
  %1 = torch.constant.int 1
  %one = torch.prim.ListConstruct %1 : (!torch.int) -> !torch.list<int>
  %0 = torch.aten.conv2d.padding %x, %w, %none, %one, %same, %one, %1 : !torch.vtensor<[1,1,4,6],f32>, !torch.vtensor<[1,1,3,5],f32>, !torch.none, !torch.list<int>, !torch.str, !torch.list<int>, !torch.int -> !torch.vtensor<[1,1,4,6],f32>
  return %0 : !torch.vtensor<[1,1,4,6],f32>
}

// An output padding of the stride or more: the kernel makes one step more, over zeros.
// CHECK-LABEL: func.func @transposed_with_room(
// CHECK: tensor.insert_slice %{{.*}} into %{{.*}}[0, 0, 0, 0] [1, 1, 3, 3] [1, 1, 1, 1] : tensor<1x1x3x3xf32> into tensor<1x1x4x3xf32>
// CHECK: "pock.conv2d_input_grad"{{.*}} : (tensor<1x4x3x1xf32>, tensor<2x1x1x1xf32>) -> tensor<1x6x3x1xf32>
func.func @transposed_with_room(%x: !torch.vtensor<[1,1,3,3],f32>, %w: !torch.vtensor<[1,1,2,1],f32>) -> !torch.vtensor<[1,1,6,3],f32> {
  %none = torch.constant.none
  %0 = torch.constant.int 0
  %1 = torch.constant.int 1
  %2 = torch.constant.int 2
  %zeros = torch.prim.ListConstruct %0, %0 : (!torch.int, !torch.int) -> !torch.list<int>
  %ones = torch.prim.ListConstruct %1, %1 : (!torch.int, !torch.int) -> !torch.list<int>
  %more = torch.prim.ListConstruct %1, %0 : (!torch.int, !torch.int) -> !torch.list<int>
  %dilations = torch.prim.ListConstruct %2, %1 : (!torch.int, !torch.int) -> !torch.list<int>
  %3 = torch.aten.conv_transpose2d.input %x, %w, %none, %ones, %zeros, %more, %1, %dilations : !torch.vtensor<[1,1,3,3],f32>, !torch.vtensor<[1,1,2,1],f32>, !torch.none, !torch.list<int>, !torch.list<int>, !torch.list<int>, !torch.int, !torch.list<int> -> !torch.vtensor<[1,1,6,3],f32>
  return %3 : !torch.vtensor<[1,1,6,3],f32>
}

// A transposed convolution is the input gradient of a convolution.
// CHECK-LABEL: func.func @transposed(
// CHECK: "pock.conv2d_input_grad"{{.*}} strides = array<i64: 2, 2>} : (tensor<1x3x3x4xf32>, tensor<2x2x3x4xf32>) -> tensor<1x6x6x3xf32>
func.func @transposed(%x: !torch.vtensor<[1,4,3,3],f32>, %w: !torch.vtensor<[4,3,2,2],f32>) -> !torch.vtensor<[1,3,6,6],f32> {
  %none = torch.constant.none
  %0 = torch.constant.int 0
  %1 = torch.constant.int 1
  %2 = torch.constant.int 2
  %zeros = torch.prim.ListConstruct %0, %0 : (!torch.int, !torch.int) -> !torch.list<int>
  %ones = torch.prim.ListConstruct %1, %1 : (!torch.int, !torch.int) -> !torch.list<int>
  %twos = torch.prim.ListConstruct %2, %2 : (!torch.int, !torch.int) -> !torch.list<int>
  %3 = torch.aten.conv_transpose2d.input %x, %w, %none, %twos, %zeros, %zeros, %1, %ones : !torch.vtensor<[1,4,3,3],f32>, !torch.vtensor<[4,3,2,2],f32>, !torch.none, !torch.list<int>, !torch.list<int>, !torch.list<int>, !torch.int, !torch.list<int> -> !torch.vtensor<[1,3,6,6],f32>
  return %3 : !torch.vtensor<[1,3,6,6],f32>
}
