// RUN: pock-opt %s --convert-torch-to-pock | FileCheck %s

// The slices as images, and then along the depth.
// CHECK-LABEL: func.func @max_pool3d(
// CHECK: %[[SLICES:.*]] = "pock.max_pool2d"(%{{.*}}) {{.*}}kernel = array<i64: 2, 2>{{.*}} : (tensor<4x6x8x3xf32>) -> tensor<4x3x4x3xf32>
// CHECK: "pock.max_pool2d"(%{{.*}}) {{.*}}kernel = array<i64: 2, 1>{{.*}} : (tensor<1x4x12x3xf32>) -> tensor<1x2x12x3xf32>
func.func @max_pool3d(%x: !torch.vtensor<[1,3,4,6,8],f32>) -> !torch.vtensor<[1,3,2,3,4],f32> {
  %0 = torch.constant.int 0
  %1 = torch.constant.int 1
  %2 = torch.constant.int 2
  %false = torch.constant.bool false
  %kernel = torch.prim.ListConstruct %2 : (!torch.int) -> !torch.list<int>
  %none = torch.prim.ListConstruct : () -> !torch.list<int>
  %zero = torch.prim.ListConstruct %0 : (!torch.int) -> !torch.list<int>
  %one = torch.prim.ListConstruct %1 : (!torch.int) -> !torch.list<int>
  %3 = torch.aten.max_pool3d %x, %kernel, %none, %zero, %one, %false : !torch.vtensor<[1,3,4,6,8],f32>, !torch.list<int>, !torch.list<int>, !torch.list<int>, !torch.list<int>, !torch.bool -> !torch.vtensor<[1,3,2,3,4],f32>
  return %3 : !torch.vtensor<[1,3,2,3,4],f32>
}
