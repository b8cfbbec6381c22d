// RUN: pock-opt %s --convert-torch-to-pock | FileCheck %s

// CHECK-LABEL: func.func @embedding(
// CHECK-NEXT: "pock.embedding"(%{{.*}}) {padding_index = 0 : i64} : (tensor<9x4xf32>, tensor<2x3xi64>) -> tensor<2x3x4xf32>
// CHECK-NEXT: "pock.embedding"(%{{.*}}) : (tensor<9x4xf32>, tensor<2x3xi64>) -> tensor<2x3x4xf32>
func.func @embedding(%table: !torch.vtensor<[9,4],f32>, %indices: !torch.vtensor<[2,3],si64>) -> (!torch.vtensor<[2,3,4],f32>, !torch.vtensor<[2,3,4],f32>) {
  %false = torch.constant.bool false
  %none = torch.constant.int -1
  %first = torch.constant.int 0
  %0 = torch.aten.embedding %table, %indices, %first, %false, %false : !torch.vtensor<[9,4],f32>, !torch.vtensor<[2,3],si64>, !torch.int, !torch.bool, !torch.bool -> !torch.vtensor<[2,3,4],f32>
  %1 = torch.aten.embedding %table, %indices, %none, %false, %false : !torch.vtensor<[9,4],f32>, !torch.vtensor<[2,3],si64>, !torch.int, !torch.bool, !torch.bool -> !torch.vtensor<[2,3,4],f32>
  return %0, %1 : !torch.vtensor<[2,3,4],f32>, !torch.vtensor<[2,3,4],f32>
}

// Rows by indices, those below 0 counted from the end.
// CHECK-LABEL: func.func @rows(
// CHECK-SAME: %[[X:.*]]: tensor<5x2x3xf32>, %[[I:.*]]: tensor<4xi64>
// CHECK: %[[NEGATIVE:.*]] = arith.cmpi slt, %[[I]]
// CHECK: %[[FROM_END:.*]] = arith.addi %[[I]]
// CHECK: %[[ROWS:.*]] = arith.select %[[NEGATIVE]], %[[FROM_END]], %[[I]]
// CHECK: %[[TABLE:.*]] = tensor.collapse_shape %[[X]] {{.*}} into tensor<5x6xf32>
// CHECK: "pock.embedding"(%[[TABLE]], %[[ROWS]]) : (tensor<5x6xf32>, tensor<4xi64>) -> tensor<4x6xf32>
func.func @rows(%x: !torch.vtensor<[5,2,3],f32>, %i: !torch.vtensor<[4],si64>) -> !torch.vtensor<[4,2,3],f32> {
  %list = torch.prim.ListConstruct %i : (!torch.vtensor<[4],si64>) -> !torch.list<optional<vtensor>>
  %0 = torch.aten.index.Tensor %x, %list : !torch.vtensor<[5,2,3],f32>, !torch.list<optional<vtensor>> -> !torch.vtensor<[4,2,3],f32>
  return %0 : !torch.vtensor<[4,2,3],f32>
}

// Two index tensors make one index into the flattened dimensions.
// CHECK-LABEL: func.func @elements(
// CHECK: arith.muli
// CHECK: %[[FLAT:.*]] = arith.addi
// CHECK: "pock.embedding"(%{{.*}}, %[[FLAT]]) : (tensor<10x3xf32>, tensor<4xi64>) -> tensor<4x3xf32>
func.func @elements(%x: !torch.vtensor<[5,2,3],f32>, %i: !torch.vtensor<[4],si64>, %j: !torch.vtensor<[4],si64>) -> !torch.vtensor<[4,3],f32> {
  %list = torch.prim.ListConstruct %i, %j : (!torch.vtensor<[4],si64>, !torch.vtensor<[4],si64>) -> !torch.list<optional<vtensor>>
  %0 = torch.aten.index.Tensor %x, %list : !torch.vtensor<[5,2,3],f32>, !torch.list<optional<vtensor>> -> !torch.vtensor<[4,3],f32>
  return %0 : !torch.vtensor<[4,3],f32>
}

// CHECK-LABEL: func.func @gather(
// CHECK: arith.constant dense<[0, 1]> : tensor<2xi64>
// CHECK: "pock.embedding"(%{{.*}}) : (tensor<10x1xf32>, tensor<2x3xi64>) -> tensor<2x3x1xf32>
// CHECK-NEXT: tensor.collapse_shape {{.*}} into tensor<2x3xf32>
func.func @gather(%x: !torch.vtensor<[2,5],f32>, %i: !torch.vtensor<[2,3],si64>) -> !torch.vtensor<[2,3],f32> {
  %1 = torch.constant.int 1
  %false = torch.constant.bool false
  %0 = torch.aten.gather %x, %1, %i, %false : !torch.vtensor<[2,5],f32>, !torch.int, !torch.vtensor<[2,3],si64>, !torch.bool -> !torch.vtensor<[2,3],f32>
  return %0 : !torch.vtensor<[2,3],f32>
}

// CHECK-LABEL: func.func @index_select(
// CHECK: "pock.embedding"(%{{.*}}) : (tensor<5x2xf32>, tensor<3xi64>) -> tensor<3x2xf32>
func.func @index_select(%x: !torch.vtensor<[5,2],f32>, %i: !torch.vtensor<[3],si32>) -> !torch.vtensor<[3,2],f32> {
  %first = torch.constant.int 0
  %0 = torch.aten.index_select %x, %first, %i : !torch.vtensor<[5,2],f32>, !torch.int, !torch.vtensor<[3],si32> -> !torch.vtensor<[3,2],f32>
  return %0 : !torch.vtensor<[3,2],f32>
}

// Indices behind a full slice: the indexed dimension comes first for a while.
// CHECK-LABEL: func.func @columns(
// CHECK: %[[TABLE:.*]] = "pock.transpose"(%{{.*}}) {permutation = array<i64: 1, 0>} : (tensor<5x2xf32>) -> tensor<2x5xf32>
// CHECK: %[[ROWS:.*]] = "pock.embedding"(%[[TABLE]], %{{.*}}) : (tensor<2x5xf32>, tensor<4xi64>) -> tensor<4x5xf32>
// CHECK: "pock.transpose"(%[[ROWS]]) {permutation = array<i64: 1, 0>} : (tensor<4x5xf32>) -> tensor<5x4xf32>
func.func @columns(%x: !torch.vtensor<[5,2],f32>, %i: !torch.vtensor<[4],si64>) -> !torch.vtensor<[5,4],f32> {
  %none = torch.constant.none
  %list = torch.prim.ListConstruct %none, %i : (!torch.none, !torch.vtensor<[4],si64>) -> !torch.list<optional<vtensor>>
  %0 = torch.aten.index.Tensor %x, %list : !torch.vtensor<[5,2],f32>, !torch.list<optional<vtensor>> -> !torch.vtensor<[5,4],f32>
  return %0 : !torch.vtensor<[5,4],f32>
}
