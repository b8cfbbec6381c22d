// RUN: pock-opt %s --pock-store-as-read --verify-diagnostics

func.func @train_step(%gradient: tensor<2xf32>) {
  // expected-error @+1 {{'w' is no parameter or state of the module}}
  "pock.update"(%gradient) ({
  ^bb0(%g: f32, %w: f32):
    %0 = arith.subf %w, %g : f32
    "pock.yield"(%0) : (f32) -> ()
  }) {operandSegmentSizes = array<i32: 1, 0>, states = [@w]} : (tensor<2xf32>) -> ()
  return
}
