// RUN: pock-opt %s --convert-torch-to-pock --split-input-file --verify-diagnostics

func.func @conv4d(%x: !torch.vtensor<[1,1,2,2,2,2],f32>, %w: !torch.vtensor<[1,1,1,1,1,1],f32>) -> !torch.vtensor<[1,1,2,2,2,2],f32> {
  %none = torch.constant.none
  %false = torch.constant.bool false
  %0 = torch.constant.int 0
  %1 = torch.constant.int 1
  %zeros = torch.prim.ListConstruct %0, %0, %0, %0 : (!torch.int, !torch.int, !torch.int, !torch.int) -> !torch.list<int>
  %ones = torch.prim.ListConstruct %1, %1, %1, %1 : (!torch.int, !torch.int, !torch.int, !torch.int) -> !torch.list<int>
  // expected-error @+1 {{aten.convolution: convolution over 4 dimensions}}
  %2 = torch.aten.convolution %x, %w, %none, %ones, %zeros, %ones, %false, %zeros, %1 : !torch.vtensor<[1,1,2,2,2,2],f32>, !torch.vtensor<[1,1,1,1,1,1],f32>, !torch.none, !torch.list<int>, !torch.list<int>, !torch.list<int>, !torch.bool, !torch.list<int>, !torch.int -> !torch.vtensor<[1,1,2,2,2,2],f32>
  return %2 : !torch.vtensor<[1,1,2,2,2,2],f32>
}
