// The function to differentiate is an option; others stay as they are.
// RUN: pock-opt %s --pock-autodiff=function=loss | FileCheck %s

// CHECK-LABEL: func.func @train_step
// CHECK-NOT: "pock.gradient"
// CHECK-LABEL: func.func @loss
// CHECK: "pock.gradient"
"pock.parameter"() {kind = "parameter", sym_name = "w", type = tensor<f32>, update = "full"} : () -> ()
func.func @train_step() -> tensor<f32> {
  %0 = "pock.read"() {symbol = @w} : () -> tensor<f32>
  return %0 : tensor<f32>
}
func.func @loss() -> tensor<f32> {
  %0 = "pock.read"() {symbol = @w} : () -> tensor<f32>
  %1 = math.exp %0 : tensor<f32>
  return %1 : tensor<f32>
}
