// RUN: pock-opt %s --convert-torch-to-pock --split-input-file --verify-diagnostics

func.func @scaled_gradient(%table: !torch.vtensor<[9,4],f32>, %indices: !torch.vtensor<[2],si64>) -> !torch.vtensor<[2,4],f32> {
  %true = torch.constant.bool true
  %none = torch.constant.int -1
  // expected-error @+1 {{aten.embedding: scale_grad_by_freq}}
  %0 = torch.aten.embedding %table, %indices, %none, %true, %true : !torch.vtensor<[9,4],f32>, !torch.vtensor<[2],si64>, !torch.int, !torch.bool, !torch.bool -> !torch.vtensor<[2,4],f32>
  return %0 : !torch.vtensor<[2,4],f32>
}
// -----
func.func @boolean(%x: !torch.vtensor<[5],f32>, %i: !torch.vtensor<[5],i1>) -> !torch.vtensor<[?],f32> {
  %list = torch.prim.ListConstruct %i : (!torch.vtensor<[5],i1>) -> !torch.list<optional<vtensor>>
  // expected-error @+1 {{aten.index.Tensor: a boolean mask as index: its result has no static shape}}
  %0 = torch.aten.index.Tensor %x, %list : !torch.vtensor<[5],f32>, !torch.list<optional<vtensor>> -> !torch.vtensor<[?],f32>
  return %0 : !torch.vtensor<[?],f32>
}
