// RUN: pock-opt %s --convert-torch-to-pock | FileCheck %s

// Each row's part of its own group, by the matrices of all groups below each other.
// CHECK-LABEL: func.func @groups(
// CHECK: arith.select %{{.*}} : tensor<5x2x3xi1>, tensor<5x2x3xf32>
// CHECK: "pock.matmul"(%{{.*}}) {{.*}} : (tensor<5x6xf32>, tensor<6x4xf32>) -> tensor<5x4xf32>
func.func @groups(%x: !torch.vtensor<[5,3],f32>, %w: !torch.vtensor<[2,3,4],f32>, %ends: !torch.vtensor<[2],si32>) -> !torch.vtensor<[5,4],f32> {
  %0 = torch.operator "torch.transformers.grouped_mm_fallback"(%x, %w, %ends) : (!torch.vtensor<[5,3],f32>, !torch.vtensor<[2,3,4],f32>, !torch.vtensor<[2],si32>) -> !torch.vtensor<[5,4],f32>
  return %0 : !torch.vtensor<[5,4],f32>
}
