// RUN: pock-opt %s --convert-torch-to-pock | FileCheck %s

// The least index at which the maximum, or NaN, stands.
// CHECK-LABEL: func.func @argmax(
// CHECK: %[[X:.*]] = "pock.stop_gradient"
// CHECK: %[[MAXIMUM:.*]] = "pock.reduce"(%[[X]]) {dims = array<i64: 1>, kind = "max"}
// CHECK: %[[EQUAL:.*]] = arith.cmpf oeq, %[[X]]
// CHECK: %[[NAN:.*]] = arith.cmpf uno, %[[X]], %[[X]]
// CHECK: %[[FOUND:.*]] = arith.ori %[[EQUAL]], %[[NAN]]
// CHECK: %[[INDICES:.*]] = arith.select %[[FOUND]]
// CHECK: "pock.reduce"(%[[INDICES]]) {dims = array<i64: 1>, kind = "min"} : (tensor<2x4xi64>) -> tensor<2xi64>
func.func @argmax(%x: !torch.vtensor<[2,4],f32>) -> !torch.vtensor<[2],si64> {
  %false = torch.constant.bool false
  %1 = torch.constant.int 1
  %0 = torch.aten.argmax %x, %1, %false : !torch.vtensor<[2,4],f32>, !torch.int, !torch.bool -> !torch.vtensor<[2],si64>
  return %0 : !torch.vtensor<[2],si64>
}

// The value is chosen by the index, so that a gradient goes there alone.
// CHECK-LABEL: func.func @minimum(
// CHECK-SAME: %[[X:.*]]: tensor<2x4xf32>
// CHECK: %[[INDEX:.*]] = "pock.reduce"(%{{.*}}) {dims = array<i64: 1>, kind = "min"} : (tensor<2x4xi64>) -> tensor<2xi64>
// CHECK: %[[CHOSEN:.*]] = arith.cmpi eq
// CHECK: %[[ONE:.*]] = arith.select %[[CHOSEN]], %[[X]]
// CHECK: %[[VALUE:.*]] = "pock.reduce"(%[[ONE]]) {dims = array<i64: 1>, kind = "sum"}
// CHECK: return %[[VALUE]], %[[INDEX]]
func.func @minimum(%x: !torch.vtensor<[2,4],f32>) -> (!torch.vtensor<[2],f32>, !torch.vtensor<[2],si64>) {
  %false = torch.constant.bool false
  %1 = torch.constant.int 1
  %0, %i = torch.aten.min.dim %x, %1, %false : !torch.vtensor<[2,4],f32>, !torch.int, !torch.bool -> !torch.vtensor<[2],f32>, !torch.vtensor<[2],si64>
  return %0, %i : !torch.vtensor<[2],f32>, !torch.vtensor<[2],si64>
}

// An element's place is how many come before it; the first two are picked from each row.
// CHECK-LABEL: func.func @topk(
// CHECK-SAME: %[[X:.*]]: tensor<2x4xf32>
// CHECK: %[[UNORDERED:.*]] = arith.cmpf ult
// CHECK: %[[NUMBER:.*]] = arith.cmpf ord
// CHECK: %[[LESS:.*]] = arith.andi %[[UNORDERED]], %[[NUMBER]]
// CHECK: %[[EITHER:.*]] = arith.ori %[[LESS]]
// CHECK: %[[EQUAL:.*]] = arith.xori %[[EITHER]]
// CHECK: %[[TIES:.*]] = arith.andi %[[EQUAL]]
// CHECK: %[[BEFORE:.*]] = arith.ori %[[LESS]], %[[TIES]] : tensor<2x4x4xi1>
// CHECK: %[[COUNTED:.*]] = arith.extui %[[BEFORE]]
// CHECK: "pock.reduce"(%[[COUNTED]]) {dims = array<i64: 2>, kind = "sum"} : (tensor<2x4x4xi64>) -> tensor<2x4xi64>
// CHECK: %[[THERE:.*]] = arith.cmpi eq, {{.*}} : tensor<2x2x4xi64>
// CHECK: %[[VALUES:.*]] = arith.select %[[THERE]]
// CHECK: "pock.reduce"(%[[VALUES]]) {dims = array<i64: 2>, kind = "sum"} : (tensor<2x2x4xf32>) -> tensor<2x2xf32>
// CHECK: "pock.reduce"(%{{.*}}) {dims = array<i64: 2>, kind = "sum"} : (tensor<2x2x4xi64>) -> tensor<2x2xi64>
func.func @topk(%x: !torch.vtensor<[2,4],f32>) -> (!torch.vtensor<[2,2],f32>, !torch.vtensor<[2,2],si64>) {
  %true = torch.constant.bool true
  %2 = torch.constant.int 2
  %last = torch.constant.int -1
  %0, %i = torch.aten.topk %x, %2, %last, %true, %true : !torch.vtensor<[2,4],f32>, !torch.int, !torch.int, !torch.bool, !torch.bool -> !torch.vtensor<[2,2],f32>, !torch.vtensor<[2,2],si64>
  return %0, %i : !torch.vtensor<[2,2],f32>, !torch.vtensor<[2,2],si64>
}
