// RUN: pock-opt %s --convert-torch-to-pock | FileCheck %s

// Rows that are looked up and too long are scaled down; no gradient flows through that.
// CHECK-LABEL: func.func @renorm(
// CHECK: "pock.stop_gradient"
// CHECK: "pock.embedding_grad"
// CHECK: arith.select
// CHECK: arith.mulf
func.func @renorm(%t: !torch.vtensor<[4,3],f32>, %i: !torch.vtensor<[2],si64>) -> !torch.vtensor<[4,3],f32> {
  %largest = torch.constant.float 1.0
  %two = torch.constant.float 2.0
  %0 = torch.operator "torch.aten.embedding_renorm"(%t, %i, %largest, %two) : (!torch.vtensor<[4,3],f32>, !torch.vtensor<[2],si64>, !torch.float, !torch.float) -> !torch.vtensor<[4,3],f32>
  return %0 : !torch.vtensor<[4,3],f32>
}
