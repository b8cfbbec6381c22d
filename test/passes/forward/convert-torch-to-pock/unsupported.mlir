// All ops that cannot be converted are reported together, each at its place in the model; what depends on them is not.
// RUN: pock-opt %s --convert-torch-to-pock --split-input-file --verify-diagnostics

func.func @several(%x: !torch.vtensor<[2],f32>, %i: !torch.vtensor<[2],si64>, %dim: !torch.int) -> !torch.vtensor<[2],f32> {
  // expected-error @+1 {{aten.erfinv is not supported}}
  %0 = torch.aten.erfinv %x : !torch.vtensor<[2],f32> -> !torch.vtensor<[2],f32>
  %1 = torch.aten.relu %0 : !torch.vtensor<[2],f32> -> !torch.vtensor<[2],f32>
  %true = torch.constant.bool true
  // expected-error @+1 {{aten.div.Tensor: not for elements of type i64}}
  %2 = torch.aten.div.Tensor %i, %i : !torch.vtensor<[2],si64>, !torch.vtensor<[2],si64> -> !torch.vtensor<[2],si64>
  // expected-error @+1 {{aten._weight_norm_interface is not supported}}
  %3, %4 = torch.aten._weight_norm_interface %x, %x, %dim : !torch.vtensor<[2],f32>, !torch.vtensor<[2],f32>, !torch.int -> !torch.vtensor<[2],f32>, !torch.vtensor<[2],f32>
  %5 = torch.aten.mul.Tensor %1, %2 : !torch.vtensor<[2],f32>, !torch.vtensor<[2],si64> -> !torch.vtensor<[2],f32>
  %6 = torch.aten.mul.Tensor %5, %3 : !torch.vtensor<[2],f32>, !torch.vtensor<[2],f32> -> !torch.vtensor<[2],f32>
  return %6 : !torch.vtensor<[2],f32>
}
// -----
// An op that the torch dialect does not know goes by its own name.
func.func @unknown_operator(%x: !torch.vtensor<[2],f32>) -> !torch.vtensor<[2],f32> {
  // expected-error @+1 {{mine.special.default is not supported}}
  %0 = torch.operator "torch.mine.special.default"(%x) : (!torch.vtensor<[2],f32>) -> !torch.vtensor<[2],f32>
  return %0 : !torch.vtensor<[2],f32>
}
// -----
// Both functions of a module are looked at.
func.func @first(%x: !torch.vtensor<[2],f32>) -> !torch.vtensor<[2],f32> {
  // expected-error @+1 {{aten.erfinv is not supported}}
  %0 = torch.aten.erfinv %x : !torch.vtensor<[2],f32> -> !torch.vtensor<[2],f32>
  return %0 : !torch.vtensor<[2],f32>
}
func.func @second(%x: !torch.vtensor<[2],f32>) -> !torch.vtensor<[2],f32> {
  // expected-error @+1 {{aten.erfinv is not supported}}
  %0 = torch.aten.erfinv %x : !torch.vtensor<[2],f32> -> !torch.vtensor<[2],f32>
  return %0 : !torch.vtensor<[2],f32>
}
// -----
// An unsupported op that nothing needs is no error.
func.func @unused(%x: !torch.vtensor<[2],f32>) -> !torch.vtensor<[2],f32> {
  %0 = torch.aten.erfinv %x : !torch.vtensor<[2],f32> -> !torch.vtensor<[2],f32>
  return %x : !torch.vtensor<[2],f32>
}
