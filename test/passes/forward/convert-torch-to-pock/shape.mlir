// RUN: pock-opt %s --convert-torch-to-pock | FileCheck %s

// Views become at most one collapse and one expansion.
// CHECK-LABEL: func.func @views(
// CHECK-NEXT: tensor.collapse_shape %{{.*}} {{\[\[}}0, 1, 2]] : tensor<2x3x4xf32> into tensor<24xf32>
// CHECK-NEXT: tensor.expand_shape %{{.*}} {{\[\[}}0, 1]] output_shape [6, 4] : tensor<24xf32> into tensor<6x4xf32>
// CHECK-NEXT: tensor.expand_shape %{{.*}} {{\[\[}}0], [1, 2]] output_shape [6, 4, 1] : tensor<6x4xf32> into tensor<6x4x1xf32>
// CHECK-NEXT: tensor.collapse_shape %{{.*}} {{\[\[}}0], [1, 2]] : tensor<6x4x1xf32> into tensor<6x4xf32>
// CHECK-NEXT: return
func.func @views(%x: !torch.vtensor<[2,3,4],f32>) -> !torch.vtensor<[6,4],f32> {
  %first = torch.constant.int 0
  %last = torch.constant.int -1
  %4 = torch.constant.int 4
  %6 = torch.constant.int 6
  %shape = torch.prim.ListConstruct %6, %4 : (!torch.int, !torch.int) -> !torch.list<int>
  %flat = torch.aten.flatten.using_ints %x, %first, %last : !torch.vtensor<[2,3,4],f32>, !torch.int, !torch.int -> !torch.vtensor<[24],f32>
  %matrix = torch.aten.view %flat, %shape : !torch.vtensor<[24],f32>, !torch.list<int> -> !torch.vtensor<[6,4],f32>
  %column = torch.aten.unsqueeze %matrix, %last : !torch.vtensor<[6,4],f32>, !torch.int -> !torch.vtensor<[6,4,1],f32>
  %squeezed = torch.aten.squeeze.dim %column, %last : !torch.vtensor<[6,4,1],f32>, !torch.int -> !torch.vtensor<[6,4],f32>
  return %squeezed : !torch.vtensor<[6,4],f32>
}

// CHECK-LABEL: func.func @permutations(
// CHECK-NEXT: "pock.transpose"(%{{.*}}) {permutation = array<i64: 2, 0, 1>} : (tensor<2x3x4xf32>) -> tensor<4x2x3xf32>
// CHECK-NEXT: "pock.transpose"(%{{.*}}) {permutation = array<i64: 0, 2, 1>} : (tensor<4x2x3xf32>) -> tensor<4x3x2xf32>
// CHECK-NEXT: return
func.func @permutations(%x: !torch.vtensor<[2,3,4],f32>) -> !torch.vtensor<[4,3,2],f32> {
  %0 = torch.constant.int 0
  %1 = torch.constant.int 1
  %last = torch.constant.int -1
  %next = torch.constant.int -2
  %dims = torch.prim.ListConstruct %last, %0, %1 : (!torch.int, !torch.int, !torch.int) -> !torch.list<int>
  %a = torch.aten.permute %x, %dims : !torch.vtensor<[2,3,4],f32>, !torch.list<int> -> !torch.vtensor<[4,2,3],f32>
  %b = torch.aten.transpose.int %a, %next, %last : !torch.vtensor<[4,2,3],f32>, !torch.int, !torch.int -> !torch.vtensor<[4,3,2],f32>
  return %b : !torch.vtensor<[4,3,2],f32>
}

// CHECK-LABEL: func.func @t(
// CHECK-NEXT: "pock.transpose"(%{{.*}}) {permutation = array<i64: 1, 0>}
func.func @t(%x: !torch.vtensor<[2,3],f32>) -> !torch.vtensor<[3,2],f32> {
  %0 = torch.aten.t %x : !torch.vtensor<[2,3],f32> -> !torch.vtensor<[3,2],f32>
  return %0 : !torch.vtensor<[3,2],f32>
}

// CHECK-LABEL: func.func @expand(
// CHECK-NEXT: "pock.broadcast"(%{{.*}}) : (tensor<2x1xf32>) -> tensor<4x2x3xf32>
func.func @expand(%x: !torch.vtensor<[2,1],f32>) -> !torch.vtensor<[4,2,3],f32> {
  %keep = torch.constant.int -1
  %3 = torch.constant.int 3
  %4 = torch.constant.int 4
  %false = torch.constant.bool false
  %shape = torch.prim.ListConstruct %4, %keep, %3 : (!torch.int, !torch.int, !torch.int) -> !torch.list<int>
  %0 = torch.aten.expand %x, %shape, %false : !torch.vtensor<[2,1],f32>, !torch.list<int>, !torch.bool -> !torch.vtensor<[4,2,3],f32>
  return %0 : !torch.vtensor<[4,2,3],f32>
}

// Repetition is a broadcast along a new dimension.
// CHECK-LABEL: func.func @repeat(
// CHECK: "pock.broadcast"(%{{.*}}) : (tensor<1x3xf32>) -> tensor<2x3xf32>
// CHECK-NEXT: tensor.collapse_shape {{.*}} into tensor<6xf32>
func.func @repeat(%x: !torch.vtensor<[3],f32>) -> !torch.vtensor<[6],f32> {
  %2 = torch.constant.int 2
  %repeats = torch.prim.ListConstruct %2 : (!torch.int) -> !torch.list<int>
  %0 = torch.aten.repeat %x, %repeats : !torch.vtensor<[3],f32>, !torch.list<int> -> !torch.vtensor<[6],f32>
  return %0 : !torch.vtensor<[6],f32>
}

// Negative bounds count from the end, and a slice of everything vanishes.
// CHECK-LABEL: func.func @slices(
// CHECK-NEXT: tensor.extract_slice %{{.*}}[0, 2] [3, 2] [1, 2] : tensor<3x6xf32> to tensor<3x2xf32>
// CHECK-NEXT: tensor.extract_slice %{{.*}}[2, 0] [1, 2] [1, 1] : tensor<3x2xf32> to tensor<1x2xf32>
// CHECK-NEXT: tensor.collapse_shape %{{.*}} {{\[\[}}0, 1]] : tensor<1x2xf32> into tensor<2xf32>
// CHECK-NEXT: return
func.func @slices(%x: !torch.vtensor<[3,6],f32>) -> !torch.vtensor<[2],f32> {
  %0 = torch.constant.int 0
  %1 = torch.constant.int 1
  %2 = torch.constant.int 2
  %last = torch.constant.int -1
  %four = torch.constant.int -4
  %end = torch.constant.int 9223372036854775807
  %all = torch.aten.slice.Tensor %x, %0, %0, %end, %1 : !torch.vtensor<[3,6],f32>, !torch.int, !torch.int, !torch.int, !torch.int -> !torch.vtensor<[3,6],f32>
  %columns = torch.aten.slice.Tensor %all, %1, %four, %end, %2 : !torch.vtensor<[3,6],f32>, !torch.int, !torch.int, !torch.int, !torch.int -> !torch.vtensor<[3,2],f32>
  %row = torch.aten.select.int %columns, %0, %last : !torch.vtensor<[3,2],f32>, !torch.int, !torch.int -> !torch.vtensor<[2],f32>
  return %row : !torch.vtensor<[2],f32>
}

// A list of tensors is unpacked without an op.
// CHECK-LABEL: func.func @split(
// CHECK-SAME: %[[X:.*]]: tensor<2x5xf32>
// CHECK-NEXT: %[[FIRST:.*]] = tensor.extract_slice %[[X]][0, 0] [2, 2] [1, 1]
// CHECK-NEXT: %[[SECOND:.*]] = tensor.extract_slice %[[X]][0, 2] [2, 2] [1, 1]
// CHECK-NEXT: %[[THIRD:.*]] = tensor.extract_slice %[[X]][0, 4] [2, 1] [1, 1]
// CHECK-NEXT: return %[[FIRST]], %[[THIRD]]
func.func @split(%x: !torch.vtensor<[2,5],f32>) -> (!torch.vtensor<[2,2],f32>, !torch.vtensor<[2,1],f32>) {
  %1 = torch.constant.int 1
  %2 = torch.constant.int 2
  %parts = torch.aten.split.Tensor %x, %2, %1 : !torch.vtensor<[2,5],f32>, !torch.int, !torch.int -> !torch.list<vtensor>
  %a:3 = torch.prim.ListUnpack %parts : !torch.list<vtensor> -> !torch.vtensor<[2,2],f32>, !torch.vtensor<[2,2],f32>, !torch.vtensor<[2,1],f32>
  return %a#0, %a#2 : !torch.vtensor<[2,2],f32>, !torch.vtensor<[2,1],f32>
}

// CHECK-LABEL: func.func @unbind(
// CHECK-NEXT: %[[FIRST:.*]] = tensor.extract_slice %{{.*}}[0, 0] [1, 3] [1, 1]
// CHECK-NEXT: %[[SECOND:.*]] = tensor.extract_slice %{{.*}}[1, 0] [1, 3] [1, 1]
// CHECK-NEXT: tensor.collapse_shape %[[FIRST]] {{.*}} into tensor<3xf32>
// CHECK-NEXT: tensor.collapse_shape %[[SECOND]] {{.*}} into tensor<3xf32>
func.func @unbind(%x: !torch.vtensor<[2,3],f32>) -> (!torch.vtensor<[3],f32>, !torch.vtensor<[3],f32>) {
  %0 = torch.constant.int 0
  %parts = torch.aten.unbind.int %x, %0 : !torch.vtensor<[2,3],f32>, !torch.int -> !torch.list<vtensor>
  %a:2 = torch.prim.ListUnpack %parts : !torch.list<vtensor> -> !torch.vtensor<[3],f32>, !torch.vtensor<[3],f32>
  return %a#0, %a#1 : !torch.vtensor<[3],f32>, !torch.vtensor<[3],f32>
}

// CHECK-LABEL: func.func @join(
// CHECK-SAME: %[[A:.*]]: tensor<2x3xf32>, %[[B:.*]]: tensor<2x1xf32>
// CHECK-NEXT: %[[JOINED:.*]] = tensor.concat dim(1) %[[A]], %[[B]] : (tensor<2x3xf32>, tensor<2x1xf32>) -> tensor<2x4xf32>
// CHECK-NEXT: %[[P:.*]] = tensor.expand_shape %[[JOINED]] {{.*}} into tensor<1x2x4xf32>
// CHECK-NEXT: %[[Q:.*]] = tensor.expand_shape %[[JOINED]] {{.*}} into tensor<1x2x4xf32>
// CHECK-NEXT: tensor.concat dim(0) %[[P]], %[[Q]]
func.func @join(%a: !torch.vtensor<[2,3],f32>, %b: !torch.vtensor<[2,1],f32>) -> !torch.vtensor<[2,2,4],f32> {
  %first = torch.constant.int 0
  %last = torch.constant.int -1
  %ab = torch.prim.ListConstruct %a, %b : (!torch.vtensor<[2,3],f32>, !torch.vtensor<[2,1],f32>) -> !torch.list<vtensor>
  %0 = torch.aten.cat %ab, %last : !torch.list<vtensor>, !torch.int -> !torch.vtensor<[2,4],f32>
  %00 = torch.prim.ListConstruct %0, %0 : (!torch.vtensor<[2,4],f32>, !torch.vtensor<[2,4],f32>) -> !torch.list<vtensor>
  %1 = torch.aten.stack %00, %first : !torch.list<vtensor>, !torch.int -> !torch.vtensor<[2,2,4],f32>
  return %1 : !torch.vtensor<[2,2,4],f32>
}

// CHECK-LABEL: func.func @pad(
// CHECK: %[[BACKGROUND:.*]] = arith.constant dense<1.000000e+00> : tensor<2x6xf32>
// CHECK-NEXT: tensor.insert_slice %{{.*}} into %[[BACKGROUND]][0, 1] [2, 3] [1, 1]
func.func @pad(%x: !torch.vtensor<[2,3],f32>) -> !torch.vtensor<[2,6],f32> {
  %1 = torch.constant.int 1
  %2 = torch.constant.int 2
  %value = torch.constant.float 1.0
  %amounts = torch.prim.ListConstruct %1, %2 : (!torch.int, !torch.int) -> !torch.list<int>
  %0 = torch.aten.constant_pad_nd %x, %amounts, %value : !torch.vtensor<[2,3],f32>, !torch.list<int>, !torch.float -> !torch.vtensor<[2,6],f32>
  return %0 : !torch.vtensor<[2,6],f32>
}

// Negative amounts cut off.
// CHECK-LABEL: func.func @crop(
// CHECK: %[[REST:.*]] = tensor.extract_slice %{{.*}}[1] [4] [1] : tensor<5xf32> to tensor<4xf32>
// CHECK: %[[BACKGROUND:.*]] = arith.constant dense<2.000000e+00> : tensor<5xf32>
// CHECK: tensor.insert_slice %[[REST]] into %[[BACKGROUND]][0] [4] [1]
func.func @crop(%x: !torch.vtensor<[5],f32>) -> !torch.vtensor<[5],f32> {
  %before = torch.constant.int -1
  %after = torch.constant.int 1
  %value = torch.constant.float 2.0
  %amounts = torch.prim.ListConstruct %before, %after : (!torch.int, !torch.int) -> !torch.list<int>
  %0 = torch.aten.constant_pad_nd %x, %amounts, %value : !torch.vtensor<[5],f32>, !torch.list<int>, !torch.float -> !torch.vtensor<[5],f32>
  return %0 : !torch.vtensor<[5],f32>
}

// A slice of nothing, which may lie behind the end.
// CHECK-LABEL: func.func @nothing(
// CHECK-NEXT: %[[EMPTY:.*]] = arith.constant dense<{{.*}}> : tensor<0xf32>
// CHECK-NEXT: return %[[EMPTY]]
func.func @nothing(%x: !torch.vtensor<[5],f32>) -> !torch.vtensor<[0],f32> {
  %0 = torch.constant.int 0
  %1 = torch.constant.int 1
  %5 = torch.constant.int 5
  %2 = torch.aten.slice.Tensor %x, %0, %5, %5, %1 : !torch.vtensor<[5],f32>, !torch.int, !torch.int, !torch.int, !torch.int -> !torch.vtensor<[0],f32>
  return %2 : !torch.vtensor<[0],f32>
}
