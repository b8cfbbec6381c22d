// RUN: pock-opt %s --convert-torch-to-pock | FileCheck %s

// A bag is a row of a matrix with ones where its indices are.
// CHECK-LABEL: func.func @sum(
// CHECK-SAME: %[[TABLE:.*]]: tensor<9x4xf32>, %[[INDICES:.*]]: tensor<5xi64>, %{{.*}}: tensor<2xi64>
// CHECK: %[[ROWS:.*]] = "pock.embedding"(%[[TABLE]], %[[INDICES]])
// CHECK: %[[REACHED:.*]] = arith.cmpi sge
// CHECK: %[[COUNTED:.*]] = arith.extui %[[REACHED]]
// CHECK: "pock.reduce"(%[[COUNTED]]) {dims = array<i64: 0>, kind = "sum"} : (tensor<2x5xi64>) -> tensor<5xi64>
// CHECK: %[[MEMBER:.*]] = arith.cmpi eq, {{.*}} : tensor<2x5xi64>
// CHECK: %[[ONES:.*]] = arith.uitofp %[[MEMBER]]
// CHECK: "pock.matmul"(%[[ONES]], %[[ROWS]]) {{.*}} : (tensor<2x5xf32>, tensor<5x4xf32>) -> tensor<2x4xf32>
func.func @sum(%table: !torch.vtensor<[9,4],f32>, %indices: !torch.vtensor<[5],si64>, %offsets: !torch.vtensor<[2],si64>) -> !torch.vtensor<[2,4],f32> {
  %none = torch.constant.none
  %false = torch.constant.bool false
  %sum = torch.constant.int 0
  %0:4 = torch.aten.embedding_bag.padding_idx %table, %indices, %offsets, %false, %sum, %false, %none, %false, %none : !torch.vtensor<[9,4],f32>, !torch.vtensor<[5],si64>, !torch.vtensor<[2],si64>, !torch.bool, !torch.int, !torch.bool, !torch.none, !torch.bool, !torch.none -> !torch.vtensor<[2,4],f32>, !torch.vtensor<[0],si64>, !torch.vtensor<[2],si64>, !torch.vtensor<[2],si64>
  return %0#0 : !torch.vtensor<[2,4],f32>
}
