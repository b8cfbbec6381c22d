// RUN: pock-opt %s --convert-torch-to-pock --verify-diagnostics

func.func @batch_norm_in_training(%x: !torch.vtensor<[2,3],f32>, %mean: !torch.vtensor<[3],f32>, %variance: !torch.vtensor<[3],f32>) -> !torch.vtensor<[2,3],f32> {
  %none = torch.constant.none
  %true = torch.constant.bool true
  %momentum = torch.constant.float 0.1
  %eps = torch.constant.float 1.0e-5
  // expected-error @+1 {{aten.batch_norm: batch normalisation in training mode is not supported; call model.eval() to use the running statistics}}
  %0 = torch.aten.batch_norm %x, %none, %none, %mean, %variance, %true, %momentum, %eps, %true : !torch.vtensor<[2,3],f32>, !torch.none, !torch.none, !torch.vtensor<[3],f32>, !torch.vtensor<[3],f32>, !torch.bool, !torch.float, !torch.float, !torch.bool -> !torch.vtensor<[2,3],f32>
  return %0 : !torch.vtensor<[2,3],f32>
}
