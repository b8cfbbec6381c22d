// RUN: pock-opt %s --convert-torch-to-pock --split-input-file --verify-diagnostics

func.func @fill_with_nan(%x: !torch.vtensor<[2],f32>, %mask: !torch.vtensor<[2],i1>) -> !torch.vtensor<[2],f32> {
  %nan = torch.constant.float 0x7FF8000000000000
  // expected-error @+1 {{aten.masked_fill.Scalar: filling with NaN}}
  %0 = torch.aten.masked_fill.Scalar %x, %mask, %nan : !torch.vtensor<[2],f32>, !torch.vtensor<[2],i1>, !torch.float -> !torch.vtensor<[2],f32>
  return %0 : !torch.vtensor<[2],f32>
}
// -----
func.func @division_of_integers(%x: !torch.vtensor<[2],si64>) -> !torch.vtensor<[2],si64> {
  // expected-error @+1 {{aten.div.Tensor: not for elements of type i64}}
  %0 = torch.aten.div.Tensor %x, %x : !torch.vtensor<[2],si64>, !torch.vtensor<[2],si64> -> !torch.vtensor<[2],si64>
  return %0 : !torch.vtensor<[2],si64>
}
// -----
func.func @dynamic_shape(%x: !torch.vtensor<[2],f32>) -> !torch.vtensor<[?],f32> {
  // expected-error @+1 {{aten.mul.Tensor: the result's type is not a tensor of static shape}}
  %0 = torch.aten.mul.Tensor %x, %x : !torch.vtensor<[2],f32>, !torch.vtensor<[2],f32> -> !torch.vtensor<[?],f32>
  return %0 : !torch.vtensor<[?],f32>
}
