// RUN: pock-opt %s --convert-pock-to-linalg --split-input-file --verify-diagnostics

func.func @gradient(%x: tensor<2xf32>) {
  // expected-error @+1 {{'pock.gradient' op has no lowering to linalg}}
  "pock.gradient"(%x) {parameter = @w} : (tensor<2xf32>) -> ()
  return
}
// -----
func.func @torch(%x: !torch.vtensor<[2],f32>) -> !torch.vtensor<[2],f32> {
  // expected-error @+1 {{'torch.aten.relu' op is left over: run convert-torch-to-pock first}}
  %0 = torch.aten.relu %x : !torch.vtensor<[2],f32> -> !torch.vtensor<[2],f32>
  return %0 : !torch.vtensor<[2],f32>
}
// -----
func.func @cast(%x: !torch.vtensor<[2],f32>) -> tensor<2xf32> {
  // expected-error @+1 {{'torch_c.to_builtin_tensor' op is left over: run convert-torch-to-pock first}}
  %0 = torch_c.to_builtin_tensor %x : !torch.vtensor<[2],f32> -> tensor<2xf32>
  return %0 : tensor<2xf32>
}
