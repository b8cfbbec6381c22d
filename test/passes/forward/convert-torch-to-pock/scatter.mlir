// RUN: pock-opt %s --convert-torch-to-pock | FileCheck %s

// Elements at one place add up; the place is counted in the flattened tensor.
// CHECK-LABEL: func.func @scatter_add(
// CHECK-SAME: %[[X:.*]]: tensor<2x5xf32>, %{{.*}}: tensor<2x3xi64>, %[[SOURCE:.*]]: tensor<2x3xf32>
// CHECK: %[[VALUES:.*]] = tensor.expand_shape %[[SOURCE]] {{.*}} into tensor<2x3x1xf32>
// CHECK: %[[ROW:.*]] = arith.muli
// CHECK: %[[FLAT:.*]] = arith.addi %[[ROW]]
// CHECK: %[[SUMS:.*]] = "pock.embedding_grad"(%[[VALUES]], %[[FLAT]]) {{.*}} -> tensor<10x1xf32>
// CHECK: %[[PLACED:.*]] = tensor.expand_shape {{.*}} into tensor<2x5xf32>
// CHECK: arith.addf %[[X]], %[[PLACED]]
func.func @scatter_add(%x: !torch.vtensor<[2,5],f32>, %i: !torch.vtensor<[2,3],si64>, %source: !torch.vtensor<[2,3],f32>) -> !torch.vtensor<[2,5],f32> {
  %last = torch.constant.int 1
  %0 = torch.aten.scatter_add %x, %last, %i, %source : !torch.vtensor<[2,5],f32>, !torch.int, !torch.vtensor<[2,3],si64>, !torch.vtensor<[2,3],f32> -> !torch.vtensor<[2,5],f32>
  return %0 : !torch.vtensor<[2,5],f32>
}
