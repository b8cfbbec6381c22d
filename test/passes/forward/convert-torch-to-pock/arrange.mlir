// RUN: pock-opt %s --convert-torch-to-pock | FileCheck %s

// CHECK-LABEL: func.func @flip(
// CHECK: %[[LAST:.*]] = tensor.extract_slice %{{.*}}[0, 1] [3, 1] [1, 1]
// CHECK: %[[FIRST:.*]] = tensor.extract_slice %{{.*}}[0, 0] [3, 1] [1, 1]
// CHECK: tensor.concat dim(1) %[[LAST]], %[[FIRST]]
func.func @flip(%x: !torch.vtensor<[3,2],f32>) -> !torch.vtensor<[3,2],f32> {
  %1 = torch.constant.int -1
  %dims = torch.prim.ListConstruct %1 : (!torch.int) -> !torch.list<int>
  %0 = torch.aten.flip %x, %dims : !torch.vtensor<[3,2],f32>, !torch.list<int> -> !torch.vtensor<[3,2],f32>
  return %0 : !torch.vtensor<[3,2],f32>
}

// CHECK-LABEL: func.func @roll(
// CHECK: %[[LAST:.*]] = tensor.extract_slice %{{.*}}[2, 0] [1, 2] [1, 1]
// CHECK: %[[FIRST:.*]] = tensor.extract_slice %{{.*}}[0, 0] [2, 2] [1, 1]
// CHECK: tensor.concat dim(0) %[[LAST]], %[[FIRST]]
func.func @roll(%x: !torch.vtensor<[3,2],f32>) -> !torch.vtensor<[3,2],f32> {
  %0 = torch.constant.int 0
  %1 = torch.constant.int 1
  %dims = torch.prim.ListConstruct %0 : (!torch.int) -> !torch.list<int>
  %shifts = torch.prim.ListConstruct %1 : (!torch.int) -> !torch.list<int>
  %2 = torch.aten.roll %x, %shifts, %dims : !torch.vtensor<[3,2],f32>, !torch.list<int>, !torch.list<int> -> !torch.vtensor<[3,2],f32>
  return %2 : !torch.vtensor<[3,2],f32>
}

// CHECK-LABEL: func.func @windows(
// CHECK: %[[INDICES:.*]] = arith.constant dense<[0, 1, 1, 2]>
// CHECK: "pock.embedding"(%{{.*}}, %[[INDICES]]) : (tensor<3x2xf32>, tensor<4xi64>) -> tensor<4x2xf32>
func.func @windows(%x: !torch.vtensor<[2,3],f32>) -> !torch.vtensor<[2,2,2],f32> {
  %1 = torch.constant.int 1
  %2 = torch.constant.int 2
  %0 = torch.aten.unfold %x, %1, %2, %1 : !torch.vtensor<[2,3],f32>, !torch.int, !torch.int, !torch.int -> !torch.vtensor<[2,2,2],f32>
  return %0 : !torch.vtensor<[2,2,2],f32>
}
