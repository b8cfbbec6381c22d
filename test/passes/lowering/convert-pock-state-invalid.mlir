// RUN: pock-opt %s --convert-pock-state --split-input-file --verify-diagnostics

func.func @computation(%x: tensor<2xf32>) -> tensor<2xf32> {
  // expected-error @+1 {{'pock.relu' op is left over: it has not been lowered}}
  %0 = "pock.relu"(%x) : (tensor<2xf32>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}
// -----
"pock.parameter"() {kind = "parameter", sym_name = "w", type = tensor<2xf32>, update = "full"} : () -> ()
func.func @gradient(%x: tensor<2xf32>) {
  // expected-error @+1 {{'pock.gradient' op is left over: it has not been lowered}}
  "pock.gradient"(%x) {parameter = @w} : (tensor<2xf32>) -> ()
  return
}
