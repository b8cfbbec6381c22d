// An error stands where the op comes from: in the user's model, if the program was imported.
// RUN: not pock-opt %s --convert-torch-to-pock 2>&1 | FileCheck %s

// CHECK: model.py:12:0: error: aten.erfinv is not supported
// CHECK: model.py:30:4: error: aten.erfinv is not supported
func.func @f(%x: !torch.vtensor<[2],f32>) -> !torch.vtensor<[2],f32> {
  %0 = torch.aten.erfinv %x : !torch.vtensor<[2],f32> -> !torch.vtensor<[2],f32> loc("encoder.layer.0"("model.py":12:0))
  %1 = torch.aten.erfinv %x : !torch.vtensor<[2],f32> -> !torch.vtensor<[2],f32> loc(callsite("model.py":30:4 at "train.py":7:1))
  %2 = torch.aten.mul.Tensor %0, %1 : !torch.vtensor<[2],f32>, !torch.vtensor<[2],f32> -> !torch.vtensor<[2],f32>
  return %2 : !torch.vtensor<[2],f32>
}
