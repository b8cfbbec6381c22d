// A native pass on functions is nested on its own when named on the command line.
// RUN: pock-opt %s --torch-decompose-complex-ops | FileCheck %s
// In a pipeline it must be nested by hand.
// RUN: not pock-opt %s --pass-pipeline='builtin.module(cse,torch-decompose-complex-ops)' 2>&1 | FileCheck %s --check-prefix=ERROR

// ERROR: MLIR Textual PassPipeline Parser:1:20: error: Can't add pass 'DecomposeComplexOps' restricted to 'func.func'
// CHECK-NOT: torch.aten.amax
// CHECK: torch.aten.max.dim
func.func @f(%a: !torch.vtensor<[2,3],f32>) -> !torch.vtensor<[2],f32> {
  %dim = torch.constant.int 1
  %keep = torch.constant.bool false
  %none = torch.constant.none
  %0 = torch.prim.ListConstruct %dim : (!torch.int) -> !torch.list<int>
  %1 = torch.aten.amax %a, %0, %keep : !torch.vtensor<[2,3],f32>, !torch.list<int>, !torch.bool -> !torch.vtensor<[2],f32>
  return %1 : !torch.vtensor<[2],f32>
}
