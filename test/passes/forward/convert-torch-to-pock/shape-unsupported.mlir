// RUN: pock-opt %s --convert-torch-to-pock --verify-diagnostics

func.func @unknown_mode(%x: !torch.vtensor<[1,2,3],f32>) -> !torch.vtensor<[1,2,5],f32> {
  %1 = torch.constant.int 1
  %mode = torch.constant.str "mirror"
  %none = torch.constant.none
  %amounts = torch.prim.ListConstruct %1, %1 : (!torch.int, !torch.int) -> !torch.list<int>
  // expected-error @+1 {{aten.pad: padding mode 'mirror'}}
  %0 = torch.aten.pad %x, %amounts, %mode, %none : !torch.vtensor<[1,2,3],f32>, !torch.list<int>, !torch.str, !torch.none -> !torch.vtensor<[1,2,5],f32>
  return %0 : !torch.vtensor<[1,2,5],f32>
}
