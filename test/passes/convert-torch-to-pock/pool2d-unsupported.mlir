// RUN: pock-opt %s --convert-torch-to-pock --split-input-file --verify-diagnostics

func.func @divisor(%x: !torch.vtensor<[1,3,4,4],f32>) -> !torch.vtensor<[1,3,2,2],f32> {
  %false = torch.constant.bool false
  %0 = torch.constant.int 0
  %2 = torch.constant.int 2
  %zero = torch.prim.ListConstruct %0 : (!torch.int) -> !torch.list<int>
  %two = torch.prim.ListConstruct %2 : (!torch.int) -> !torch.list<int>
  // expected-error @+1 {{aten.avg_pool2d: divisor_override}}
  %3 = torch.aten.avg_pool2d %x, %two, %two, %zero, %false, %false, %2 : !torch.vtensor<[1,3,4,4],f32>, !torch.list<int>, !torch.list<int>, !torch.list<int>, !torch.bool, !torch.bool, !torch.int -> !torch.vtensor<[1,3,2,2],f32>
  return %3 : !torch.vtensor<[1,3,2,2],f32>
}
// -----
func.func @uneven(%x: !torch.vtensor<[1,3,5,4],f32>) -> !torch.vtensor<[1,3,2,2],f32> {
  %2 = torch.constant.int 2
  %size = torch.prim.ListConstruct %2, %2 : (!torch.int, !torch.int) -> !torch.list<int>
  // expected-error @+1 {{aten.adaptive_max_pool2d: from 5x4 to 2x2: sizes must divide}}
  %0, %1 = torch.aten.adaptive_max_pool2d %x, %size : !torch.vtensor<[1,3,5,4],f32>, !torch.list<int> -> !torch.vtensor<[1,3,2,2],f32>, !torch.vtensor<[1,3,2,2],si64>
  return %0 : !torch.vtensor<[1,3,2,2],f32>
}
