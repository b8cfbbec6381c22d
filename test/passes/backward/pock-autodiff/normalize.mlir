// RUN: pock-opt %s --pock-autodiff | FileCheck %s

// (g - mean(g) - y mean(g y)) / sqrt(variance + eps): by the results, the input is not saved.
// CHECK-LABEL: sym_name = "x"
// CHECK: %[[Y:.*]]:3 = "pock.normalize"
// CHECK: "pock.reduce"
// CHECK: %[[G:.*]] = arith.mulf %{{.*}}, %arg0
// CHECK: %[[SHIFTED:.*]] = arith.addf %[[Y]]#2, %{{.*}}
// CHECK: math.rsqrt %[[SHIFTED]]
// CHECK: "pock.reduce"(%[[G]]) {dims = array<i64: 1>, kind = "sum"}
// CHECK: %[[CENTRED:.*]] = arith.subf %[[G]], %{{.*}}
// CHECK: %[[GY:.*]] = arith.mulf %[[G]], %[[Y]]#0
// CHECK: "pock.reduce"(%[[GY]]) {dims = array<i64: 1>, kind = "sum"}
// CHECK: %[[PROJECTED:.*]] = arith.mulf %[[Y]]#0, %{{.*}}
// CHECK: %[[REST:.*]] = arith.subf %[[CENTRED]], %[[PROJECTED]]
// CHECK: %[[DX:.*]] = arith.mulf %{{.*}}, %[[REST]]
// CHECK: "pock.gradient"(%[[DX]]) {parameter = @x}
"pock.parameter"() {kind = "parameter", sym_name = "x", type = tensor<2x4xf32>, update = "full"} : () -> ()
func.func @train_step(%t: tensor<2x4xf32>) -> tensor<f32> {
  %x = "pock.read"() {symbol = @x} : () -> tensor<2x4xf32>
  %y, %mean, %variance = "pock.normalize"(%x) {dims = array<i64: 1>, eps = 1.0e-5} : (tensor<2x4xf32>) -> (tensor<2x4xf32>, tensor<2xf32>, tensor<2xf32>)
  %z = arith.mulf %y, %t : tensor<2x4xf32>
  %loss = "pock.reduce"(%z) {dims = array<i64: 0, 1>, kind = "sum"} : (tensor<2x4xf32>) -> tensor<f32>
  return %loss : tensor<f32>
}
