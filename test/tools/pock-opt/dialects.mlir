// The dialects of pock_mlir and torch-mlir are loaded.
// RUN: pock-opt %s | FileCheck %s

// CHECK: torch_c.to_builtin_tensor
func.func @f(%a: !torch.vtensor<[2,3],f32>) -> tensor<2x3xf32> {
  %0 = torch_c.to_builtin_tensor %a : !torch.vtensor<[2,3],f32> -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}
