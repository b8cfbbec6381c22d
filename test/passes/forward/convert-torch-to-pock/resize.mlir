// RUN: pock-opt %s --convert-torch-to-pock | FileCheck %s

// By a whole factor each pixel repeats.
// CHECK-LABEL: func.func @nearest(
// CHECK-NEXT: %[[APART:.*]] = tensor.expand_shape %{{.*}} into tensor<1x1x1x1x2x1x3x1xf32>
// CHECK-NEXT: %[[REPEATED:.*]] = "pock.broadcast"(%[[APART]]) : {{.*}} -> tensor<1x1x1x1x2x2x3x2xf32>
// CHECK-NEXT: tensor.collapse_shape %[[REPEATED]] {{.*}} into tensor<1x1x4x6xf32>
func.func @nearest(%x: !torch.vtensor<[1,1,2,3],f32>) -> !torch.vtensor<[1,1,4,6],f32> {
  %none = torch.constant.none
  %2 = torch.constant.float 2.0
  %factors = torch.prim.ListConstruct %2, %2 : (!torch.float, !torch.float) -> !torch.list<float>
  %0 = torch.aten.upsample_nearest2d.vec %x, %none, %factors : !torch.vtensor<[1,1,2,3],f32>, !torch.none, !torch.list<float> -> !torch.vtensor<[1,1,4,6],f32>
  return %0 : !torch.vtensor<[1,1,4,6],f32>
}

// Else, and for interpolation, each dimension that changes is multiplied by a matrix.
// CHECK-LABEL: func.func @bilinear(
// CHECK: %[[WEIGHTS:.*]] = arith.constant dense<{{\[\[}}1.000000e+00, 0.000000e+00], [5.000000e-01, 5.000000e-01], [0.000000e+00, 1.000000e+00]]> : tensor<3x2xf32>
// CHECK: %[[ROWS:.*]] = tensor.collapse_shape
// CHECK: "pock.matmul"(%[[ROWS]], %[[WEIGHTS]]) {transpose_lhs = false, transpose_rhs = true} : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x3xf32>
// CHECK-NOT: pock.matmul
// CHECK: return
func.func @bilinear(%x: !torch.vtensor<[1,1,2,3],f32>) -> !torch.vtensor<[1,1,3,3],f32> {
  %none = torch.constant.none
  %true = torch.constant.bool true
  %3 = torch.constant.int 3
  %size = torch.prim.ListConstruct %3, %3 : (!torch.int, !torch.int) -> !torch.list<int>
  %0 = torch.aten.upsample_bilinear2d.vec %x, %size, %true, %none : !torch.vtensor<[1,1,2,3],f32>, !torch.list<int>, !torch.bool, !torch.none -> !torch.vtensor<[1,1,3,3],f32>
  return %0 : !torch.vtensor<[1,1,3,3],f32>
}
