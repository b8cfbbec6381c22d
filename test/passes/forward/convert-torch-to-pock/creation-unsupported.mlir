// RUN: pock-opt %s --convert-torch-to-pock --split-input-file --verify-diagnostics

func.func @float_range() -> !torch.vtensor<[4],f32> {
  %none = torch.constant.none
  %start = torch.constant.float 0.0
  %end = torch.constant.float 2.0
  %step = torch.constant.float 0.5
  // expected-error @+1 {{aten.arange.start_step: a range of floating-point numbers}}
  %0 = torch.aten.arange.start_step %start, %end, %step, %none, %none, %none, %none : !torch.float, !torch.float, !torch.float, !torch.none, !torch.none, !torch.none, !torch.none -> !torch.vtensor<[4],f32>
  return %0 : !torch.vtensor<[4],f32>
}
// -----
func.func @range_of_unknown_size() -> !torch.vtensor<[?],si64> {
  %none = torch.constant.none
  %end = torch.constant.int 3
  // expected-error @+1 {{aten.arange: the result's type is not a tensor of static shape}}
  %0 = torch.aten.arange %end, %none, %none, %none, %none : !torch.int, !torch.none, !torch.none, !torch.none, !torch.none -> !torch.vtensor<[?],si64>
  return %0 : !torch.vtensor<[?],si64>
}
