// RUN: pock-opt %s --convert-torch-to-pock | FileCheck %s

// A signal is an image of height 1.
// CHECK-LABEL: func.func @maximum(
// CHECK: %[[IMAGE:.*]] = tensor.expand_shape %{{.*}} into tensor<2x3x1x8xf32>
// CHECK: %[[NHWC:.*]] = "pock.transpose"(%[[IMAGE]]) {permutation = array<i64: 0, 2, 3, 1>}
// CHECK: "pock.max_pool2d"(%[[NHWC]]) {dilations = array<i64: 1, 1>, kernel = array<i64: 1, 3>, padding = array<i64: 0, 1>, strides = array<i64: 1, 2>}
func.func @maximum(%x: !torch.vtensor<[2,3,8],f32>) -> !torch.vtensor<[2,3,4],f32> {
  %false = torch.constant.bool false
  %1 = torch.constant.int 1
  %2 = torch.constant.int 2
  %3 = torch.constant.int 3
  %one = torch.prim.ListConstruct %1 : (!torch.int) -> !torch.list<int>
  %two = torch.prim.ListConstruct %2 : (!torch.int) -> !torch.list<int>
  %three = torch.prim.ListConstruct %3 : (!torch.int) -> !torch.list<int>
  %0 = torch.aten.max_pool1d %x, %three, %two, %one, %one, %false : !torch.vtensor<[2,3,8],f32>, !torch.list<int>, !torch.list<int>, !torch.list<int>, !torch.list<int>, !torch.bool -> !torch.vtensor<[2,3,4],f32>
  return %0 : !torch.vtensor<[2,3,4],f32>
}

// Windows of several sizes are rows of a matrix.
// CHECK-LABEL: func.func @adaptive(
// CHECK: arith.constant dense<{{\[\[}}5.000000e-01, 5.000000e-01, 0.000000e+00], [0.000000e+00, 5.000000e-01, 5.000000e-01]]> : tensor<2x3xf32>
// CHECK: "pock.matmul"
func.func @adaptive(%x: !torch.vtensor<[1,4,3],f32>) -> !torch.vtensor<[1,4,2],f32> {
  %2 = torch.constant.int 2
  %size = torch.prim.ListConstruct %2 : (!torch.int) -> !torch.list<int>
  %0 = torch.aten.adaptive_avg_pool1d %x, %size : !torch.vtensor<[1,4,3],f32>, !torch.list<int> -> !torch.vtensor<[1,4,2],f32>
  return %0 : !torch.vtensor<[1,4,2],f32>
}
