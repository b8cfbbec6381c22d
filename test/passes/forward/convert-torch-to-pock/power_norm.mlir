// RUN: pock-opt %s --convert-torch-to-pock | FileCheck %s

// The powers, their sum and its root, each with a derivative that is defined at 0.
// CHECK-LABEL: func.func @distances(
// CHECK: arith.subf %{{.*}}, %{{.*}} : tensor<2x3x4xf32>
// CHECK: %[[POWERS:.*]] = "pock.with_slope"(%{{.*}}) : (tensor<2x3x4xf32>, tensor<2x3x4xf32>, tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
// CHECK: %[[SUM:.*]] = "pock.reduce"(%[[POWERS]]) {dims = array<i64: 2>, kind = "sum"}
// CHECK: math.powf %[[SUM]]
// CHECK: "pock.with_slope"(%{{.*}}, %[[SUM]], %{{.*}})
func.func @distances(%a: !torch.vtensor<[2,4],f32>, %b: !torch.vtensor<[3,4],f32>) -> !torch.vtensor<[2,3],f32> {
  %p = torch.constant.float 3.0
  %none = torch.constant.none
  %0 = torch.operator "torch.aten._cdist_forward"(%a, %b, %p, %none) : (!torch.vtensor<[2,4],f32>, !torch.vtensor<[3,4],f32>, !torch.float, !torch.none) -> !torch.vtensor<[2,3],f32>
  return %0 : !torch.vtensor<[2,3],f32>
}
