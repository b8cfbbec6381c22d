// RUN: pock-opt %s --pock-reuse-narrow | FileCheck %s

// Every other use of a value that is rounded reads the rounded one, widened again.
// CHECK-LABEL: func.func @train_step(
// CHECK: %[[Y:.*]] = math.exp
// CHECK-NEXT: %[[N:.*]] = arith.truncf %[[Y]]
// CHECK-NEXT: %[[W:.*]] = arith.extf %[[N]]
// CHECK: %[[Z:.*]] = arith.mulf %[[W]], %{{.*}} : tensor<2x4xf32>
// The gradient is handed over as it was before it was rounded.
// CHECK: "pock.gradient"(%[[Z]]) {parameter = @w}
"pock.parameter"() {kind = "parameter", sym_name = "w", type = tensor<2x4xf32>, update = "full"} : () -> ()
func.func @train_step(%x: tensor<2x4xf32>) {
  %y = math.exp %x : tensor<2x4xf32>
  %n = arith.truncf %y : tensor<2x4xf32> to tensor<2x4xbf16>
  %w = arith.extf %n : tensor<2x4xbf16> to tensor<2x4xf32>
  %z = arith.mulf %y, %w : tensor<2x4xf32>
  %g = arith.truncf %z : tensor<2x4xf32> to tensor<2x4xbf16>
  %h = arith.extf %g : tensor<2x4xbf16> to tensor<2x4xf32>
  "pock.gradient"(%h) {parameter = @w} : (tensor<2x4xf32>) -> ()
  return
}
