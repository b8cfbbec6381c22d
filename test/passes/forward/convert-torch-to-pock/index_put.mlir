// RUN: pock-opt %s --convert-torch-to-pock | FileCheck %s

// Each place takes the last value that is put there, if any is.
// CHECK-LABEL: func.func @rows(
// CHECK: %[[LAST:.*]] = "pock.reduce"(%{{.*}}) {{.*}}kind = "max"{{.*}} : (tensor<4x2xi64>) -> tensor<4xi64>
// CHECK: %[[FOUND:.*]] = arith.cmpi sge, %[[LAST]]
// CHECK: "pock.embedding"
// CHECK: arith.select
func.func @rows(%x: !torch.vtensor<[4,3],f32>, %i: !torch.vtensor<[2],si64>, %v: !torch.vtensor<[2,3],f32>) -> !torch.vtensor<[4,3],f32> {
  %false = torch.constant.bool false
  %0 = torch.prim.ListConstruct %i : (!torch.vtensor<[2],si64>) -> !torch.list<vtensor>
  %1 = torch.aten.index_put %x, %0, %v, %false : !torch.vtensor<[4,3],f32>, !torch.list<vtensor>, !torch.vtensor<[2,3],f32>, !torch.bool -> !torch.vtensor<[4,3],f32>
  return %1 : !torch.vtensor<[4,3],f32>
}
