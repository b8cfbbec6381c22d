// RUN: pock-opt %s --convert-torch-to-pock | FileCheck %s

// Of all elements those that come later are left out.
// CHECK-LABEL: func.func @sums(
// CHECK-SAME: %[[X:.*]]: tensor<2x3xf32>
// CHECK: %[[TERMS:.*]] = "pock.broadcast"(%{{.*}}) : (tensor<2x1x3xf32>) -> tensor<2x3x3xf32>
// CHECK: %[[MASK:.*]] = arith.cmpi sle
// CHECK: %[[COUNTED:.*]] = arith.select %[[MASK]], %[[TERMS]]
// CHECK: "pock.reduce"(%[[COUNTED]]) {dims = array<i64: 2>, kind = "sum"}
func.func @sums(%x: !torch.vtensor<[2,3],f32>) -> !torch.vtensor<[2,3],f32> {
  %none = torch.constant.none
  %last = torch.constant.int -1
  %0 = torch.aten.cumsum %x, %last, %none : !torch.vtensor<[2,3],f32>, !torch.int, !torch.none -> !torch.vtensor<[2,3],f32>
  return %0 : !torch.vtensor<[2,3],f32>
}

// CHECK-LABEL: func.func @differences(
// CHECK: %[[LATER:.*]] = tensor.extract_slice %{{.*}}[0, 1] [2, 2] [1, 1]
// CHECK: %[[EARLIER:.*]] = tensor.extract_slice %{{.*}}[0, 0] [2, 2] [1, 1]
// CHECK: arith.subf %[[LATER]], %[[EARLIER]]
func.func @differences(%x: !torch.vtensor<[2,3],f32>) -> !torch.vtensor<[2,2],f32> {
  %none = torch.constant.none
  %1 = torch.constant.int 1
  %0 = torch.operator "torch.aten.diff"(%x, %1, %1, %none, %none) : (!torch.vtensor<[2,3],f32>, !torch.int, !torch.int, !torch.none, !torch.none) -> !torch.vtensor<[2,2],f32>
  return %0 : !torch.vtensor<[2,2],f32>
}

// Two products double the reach twice.
// CHECK-LABEL: func.func @products(
// CHECK-SAME: %[[X:.*]]: tensor<1x3xf32>
// CHECK: tensor.extract_slice %[[X]][0, 0] [1, 2] [1, 1]
// CHECK: %[[SHIFTED:.*]] = tensor.insert_slice %{{.*}} into %{{.*}}[0, 1] [1, 2] [1, 1]
// CHECK: %[[TWO:.*]] = arith.mulf %[[X]], %[[SHIFTED]]
// CHECK: %[[FURTHER:.*]] = tensor.insert_slice %{{.*}} into %{{.*}}[0, 2] [1, 1] [1, 1]
// CHECK: arith.mulf %[[TWO]], %[[FURTHER]]
func.func @products(%x: !torch.vtensor<[1,3],f32>) -> !torch.vtensor<[1,3],f32> {
  %none = torch.constant.none
  %last = torch.constant.int -1
  %0 = torch.aten.cumprod %x, %last, %none : !torch.vtensor<[1,3],f32>, !torch.int, !torch.none -> !torch.vtensor<[1,3],f32>
  return %0 : !torch.vtensor<[1,3],f32>
}
