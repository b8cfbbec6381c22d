// RUN: pock-opt %s --convert-torch-to-pock --split-input-file --verify-diagnostics | FileCheck %s

// A product of pairs: (a + bi)(c + di).
// CHECK-LABEL: func.func @product(
// CHECK-COUNT-4: arith.mulf
// CHECK: tensor.concat
func.func @product(%x: !torch.vtensor<[3,2],f32>, %y: !torch.vtensor<[3,2],f32>) -> !torch.vtensor<[3,2],f32> {
  %0 = torch.aten.view_as_complex %x : !torch.vtensor<[3,2],f32> -> !torch.vtensor<[3],complex<f32>>
  %1 = torch.aten.view_as_complex %y : !torch.vtensor<[3,2],f32> -> !torch.vtensor<[3],complex<f32>>
  %2 = torch.aten.mul.Tensor %0, %1 : !torch.vtensor<[3],complex<f32>>, !torch.vtensor<[3],complex<f32>> -> !torch.vtensor<[3],complex<f32>>
  %3 = torch.aten.view_as_real %2 : !torch.vtensor<[3],complex<f32>> -> !torch.vtensor<[3,2],f32>
  return %3 : !torch.vtensor<[3,2],f32>
}

// -----
func.func @unknown(%x: !torch.vtensor<[3,2],f32>) -> !torch.vtensor<[3],f32> {
  %0 = torch.aten.view_as_complex %x : !torch.vtensor<[3,2],f32> -> !torch.vtensor<[3],complex<f32>>
  // expected-error @+1 {{aten.tanh: complex numbers; write it with their real and imaginary parts}}
  %1 = torch.aten.tanh %0 : !torch.vtensor<[3],complex<f32>> -> !torch.vtensor<[3],complex<f32>>
  %2 = torch.aten.abs %1 : !torch.vtensor<[3],complex<f32>> -> !torch.vtensor<[3],f32>
  return %2 : !torch.vtensor<[3],f32>
}
