// RUN: pock-opt %s --convert-torch-to-pock | FileCheck %s

// Sum i has the terms up to i.
// CHECK-LABEL: func.func @running_sums(
// CHECK-SAME: %[[X:.*]]: tensor<2x3xf32>
// CHECK: %[[ROW:.*]] = tensor.expand_shape %[[X]] {{.*}} into tensor<2x1x3xf32>
// CHECK: %[[TERMS:.*]] = "pock.broadcast"(%[[ROW]]) : (tensor<2x1x3xf32>) -> tensor<2x3x3xf32>
// CHECK: %[[POSITIONS:.*]] = arith.constant dense<[0, 1, 2]> : tensor<3xi64>
// CHECK: %[[TERM:.*]] = "pock.broadcast"(%{{.*}}) : (tensor<1x1x3xi64>) -> tensor<2x3x3xi64>
// CHECK: %[[SUM:.*]] = "pock.broadcast"(%{{.*}}) : (tensor<1x3x1xi64>) -> tensor<2x3x3xi64>
// CHECK: %[[COUNTED:.*]] = arith.cmpi sle, %[[TERM]], %[[SUM]]
// CHECK: %[[KEPT:.*]] = arith.select %[[COUNTED]], %[[TERMS]], %{{.*}}
// CHECK: "pock.reduce"(%[[KEPT]]) {dims = array<i64: 2>, kind = "sum"} : (tensor<2x3x3xf32>) -> tensor<2x3xf32>
func.func @running_sums(%x: !torch.vtensor<[2,3],f32>) -> !torch.vtensor<[2,3],f32> {
  %last = torch.constant.int -1
  %none = torch.constant.none
  %0 = torch.aten.cumsum %x, %last, %none : !torch.vtensor<[2,3],f32>, !torch.int, !torch.none -> !torch.vtensor<[2,3],f32>
  return %0 : !torch.vtensor<[2,3],f32>
}

// CHECK-LABEL: func.func @differences(
// CHECK-SAME: %[[X:.*]]: tensor<4xi64>, %[[FIRST:.*]]: tensor<1xi64>
// CHECK: %[[ALL:.*]] = tensor.concat dim(0) %[[FIRST]], %[[X]]
// CHECK: %[[NEXT:.*]] = tensor.extract_slice %[[ALL]][1] [4] [1]
// CHECK: %[[THIS:.*]] = tensor.extract_slice %[[ALL]][0] [4] [1]
// CHECK: arith.subi %[[NEXT]], %[[THIS]] : tensor<4xi64>
func.func @differences(%x: !torch.vtensor<[4],si64>, %first: !torch.vtensor<[1],si64>) -> !torch.vtensor<[4],si64> {
  %1 = torch.constant.int 1
  %last = torch.constant.int -1
  %none = torch.constant.none
  %0 = torch.operator "torch.aten.diff"(%x, %1, %last, %first, %none) : (!torch.vtensor<[4],si64>, !torch.int, !torch.int, !torch.vtensor<[1],si64>, !torch.none) -> !torch.vtensor<[4],si64>
  return %0 : !torch.vtensor<[4],si64>
}
