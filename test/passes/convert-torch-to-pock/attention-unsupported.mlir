// RUN: pock-opt %s --convert-torch-to-pock --verify-diagnostics

func.func @dropout(%q: !torch.vtensor<[1,2,3,4],f32>) -> !torch.vtensor<[1,2,3,4],f32> {
  %none = torch.constant.none
  %false = torch.constant.bool false
  %p = torch.constant.float 0.1
  // expected-error @+1 {{aten.scaled_dot_product_attention: dropout inside attention is not supported; call model.eval(), or set the dropout probability to 0}}
  %0 = torch.aten.scaled_dot_product_attention %q, %q, %q, %none, %p, %false, %none, %false : !torch.vtensor<[1,2,3,4],f32>, !torch.vtensor<[1,2,3,4],f32>, !torch.vtensor<[1,2,3,4],f32>, !torch.none, !torch.float, !torch.bool, !torch.none, !torch.bool -> !torch.vtensor<[1,2,3,4],f32>
  return %0 : !torch.vtensor<[1,2,3,4],f32>
}
