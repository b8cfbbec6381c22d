// RUN: pock-opt %s --split-input-file --verify-diagnostics --pock-insert-sgd
// RUN: not pock-opt %s --pock-insert-sgd=nesterov 2>&1 | FileCheck %s
// RUN: not pock-opt %s --pock-insert-sgd=lr=-1.0 2>&1 | FileCheck %s --check-prefix=RATE
// RUN: not pock-opt %s --pock-insert-adam=beta2=1.0 2>&1 | FileCheck %s --check-prefix=BETAS

// CHECK: error: Nesterov's form needs a momentum

// The bounds are those of the optimizer's class.
// RATE: error: SGD: lr must be a finite number of at least 0, got -1.0
// BETAS: error: Adam: betas must be two numbers in [0, 1), got (0.9, 1.0)

"pock.parameter"() {kind = "parameter", sym_name = "w", type = tensor<f32>, update = "full"} : () -> ()
// expected-error @+1 {{the function hands over no gradients: run pock-autodiff first}}
func.func @train_step(%x: tensor<f32>) -> tensor<f32> {
  return %x : tensor<f32>
}
// -----
// expected-error @+1 {{the module has no function 'train_step'}}
module {
  "pock.parameter"() {kind = "parameter", sym_name = "w", type = tensor<f32>, update = "full"} : () -> ()
}
// -----
// expected-error @+1 {{the name 'lr' of an optimizer's state is taken by the model}}
module {
  "pock.parameter"() {kind = "parameter", sym_name = "lr", type = tensor<f32>, update = "full"} : () -> ()
  func.func @train_step(%x: tensor<f32>) {
    "pock.gradient"(%x) {parameter = @lr} : (tensor<f32>) -> ()
    return
  }
}
