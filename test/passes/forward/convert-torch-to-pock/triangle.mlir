// RUN: pock-opt %s --convert-torch-to-pock | FileCheck %s

// An element stays where its column is at most its row plus the diagonal.
// CHECK-LABEL: func.func @lower(
// CHECK-SAME: %[[X:.*]]: tensor<2x2x3xf32>
// CHECK: %[[FIRST:.*]] = arith.constant dense<[1, 2]> : tensor<2xi64>
// CHECK: %[[COLUMN:.*]] = tensor.expand_shape %[[FIRST]]
// CHECK: %[[LIMITS:.*]] = "pock.broadcast"(%[[COLUMN]]) : (tensor<2x1xi64>) -> tensor<2x3xi64>
// CHECK: %[[INDICES:.*]] = "pock.broadcast"(%{{.*}}) : (tensor<3xi64>) -> tensor<2x3xi64>
// CHECK: %[[KEPT:.*]] = arith.cmpi sle, %[[INDICES]], %[[LIMITS]]
// CHECK: %[[ALL:.*]] = "pock.broadcast"(%[[KEPT]]) : (tensor<2x3xi1>) -> tensor<2x2x3xi1>
// CHECK: %[[ZERO:.*]] = arith.constant dense<0.000000e+00> : tensor<2x2x3xf32>
// CHECK: arith.select %[[ALL]], %[[X]], %[[ZERO]]
func.func @lower(%x: !torch.vtensor<[2,2,3],f32>) -> !torch.vtensor<[2,2,3],f32> {
  %1 = torch.constant.int 1
  %0 = torch.aten.tril %x, %1 : !torch.vtensor<[2,2,3],f32>, !torch.int -> !torch.vtensor<[2,2,3],f32>
  return %0 : !torch.vtensor<[2,2,3],f32>
}

// CHECK-LABEL: func.func @upper(
// CHECK: arith.constant dense<[0, 1]> : tensor<2xi64>
// CHECK: arith.cmpi sge
// CHECK: %[[ZERO:.*]] = arith.constant dense<0> : tensor<2x2xi64>
// CHECK: arith.select %{{.*}}, %{{.*}}, %[[ZERO]]
func.func @upper(%x: !torch.vtensor<[2,2],si64>) -> !torch.vtensor<[2,2],si64> {
  %0 = torch.constant.int 0
  %1 = torch.aten.triu %x, %0 : !torch.vtensor<[2,2],si64>, !torch.int -> !torch.vtensor<[2,2],si64>
  return %1 : !torch.vtensor<[2,2],si64>
}
