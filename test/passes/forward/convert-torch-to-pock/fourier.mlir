// RUN: pock-opt %s --convert-torch-to-pock | FileCheck %s

// Of real numbers: one product for the cosines and one for the sines.
// CHECK-LABEL: func.func @spectrum(
// CHECK: arith.constant dense<{{.*}}> : tensor<3x4xf32>
// CHECK: "pock.matmul"(%{{.*}}) {{.*}} : (tensor<2x4xf32>, tensor<3x4xf32>) -> tensor<2x3xf32>
// CHECK: "pock.matmul"(%{{.*}}) {{.*}} : (tensor<2x4xf32>, tensor<3x4xf32>) -> tensor<2x3xf32>
func.func @spectrum(%x: !torch.vtensor<[2,4],f32>) -> !torch.vtensor<[2,3,2],f32> {
  %one = torch.constant.int 1
  %none = torch.constant.int 0
  %true = torch.constant.bool true
  %dims = torch.prim.ListConstruct %one : (!torch.int) -> !torch.list<int>
  %0 = torch.operator "torch.aten._fft_r2c"(%x, %dims, %none, %true) : (!torch.vtensor<[2,4],f32>, !torch.list<int>, !torch.int, !torch.bool) -> !torch.vtensor<[2,3],complex<f32>>
  %1 = torch.aten.view_as_real %0 : !torch.vtensor<[2,3],complex<f32>> -> !torch.vtensor<[2,3,2],f32>
  return %1 : !torch.vtensor<[2,3,2],f32>
}
