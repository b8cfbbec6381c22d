// RUN: pock-opt %s --convert-torch-to-pock | FileCheck %s

// CHECK-LABEL: func.func @instance_norm(
// CHECK: %[[ROWS:.*]] = tensor.collapse_shape %{{.*}} into tensor<2x3x16xf32>
// CHECK: %[[NORMAL:.*]]:3 = "pock.normalize"(%[[ROWS]]) {dims = array<i64: 2>
// CHECK: %[[IMAGE:.*]] = tensor.expand_shape %[[NORMAL]]#0
// CHECK: arith.mulf %[[IMAGE]]
func.func @instance_norm(%x: !torch.vtensor<[2,3,4,4],f32>, %weight: !torch.vtensor<[3],f32>) -> !torch.vtensor<[2,3,4,4],f32> {
  %none = torch.constant.none
  %true = torch.constant.bool true
  %momentum = torch.constant.float 0.1
  %eps = torch.constant.float 1.0e-5
  %0 = torch.aten.instance_norm %x, %weight, %none, %none, %none, %true, %momentum, %eps, %true : !torch.vtensor<[2,3,4,4],f32>, !torch.vtensor<[3],f32>, !torch.none, !torch.none, !torch.none, !torch.bool, !torch.float, !torch.float, !torch.bool -> !torch.vtensor<[2,3,4,4],f32>
  return %0 : !torch.vtensor<[2,3,4,4],f32>
}
