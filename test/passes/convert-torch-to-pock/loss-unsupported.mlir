// RUN: pock-opt %s --convert-torch-to-pock --verify-diagnostics

func.func @probabilities(%logits: !torch.vtensor<[4,3],f32>, %target: !torch.vtensor<[4,3],f32>) -> !torch.vtensor<[],f32> {
  %none = torch.constant.none
  %mean = torch.constant.int 1
  %ignore = torch.constant.int -100
  %smoothing = torch.constant.float 0.0
  // expected-error @+1 {{aten.cross_entropy_loss: targets that are class probabilities}}
  %0 = torch.aten.cross_entropy_loss %logits, %target, %none, %mean, %ignore, %smoothing : !torch.vtensor<[4,3],f32>, !torch.vtensor<[4,3],f32>, !torch.none, !torch.int, !torch.int, !torch.float -> !torch.vtensor<[],f32>
  return %0 : !torch.vtensor<[],f32>
}
