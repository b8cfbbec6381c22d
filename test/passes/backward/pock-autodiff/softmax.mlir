// RUN: pock-opt %s --split-input-file --pock-autodiff | FileCheck %s

// y (g - sum(g y)), along the same dimension.
// CHECK-LABEL: sym_name = "x"
// CHECK: %[[Y:.*]] = "pock.softmax"
// CHECK: "pock.reduce"
// CHECK: %[[G:.*]] = arith.mulf %{{.*}}, %arg0
// CHECK: %[[GY:.*]] = arith.mulf %[[G]], %[[Y]]
// CHECK: "pock.reduce"(%[[GY]]) {dims = array<i64: 0>, kind = "sum"}
// CHECK: %[[ROWS:.*]] = "pock.broadcast"
// CHECK: %[[CENTRED:.*]] = arith.subf %[[G]], %[[ROWS]]
// CHECK: %[[DX:.*]] = arith.mulf %[[Y]], %[[CENTRED]]
// CHECK: "pock.gradient"(%[[DX]]) {parameter = @x}
"pock.parameter"() {kind = "parameter", sym_name = "x", type = tensor<2x3xf32>, update = "full"} : () -> ()
func.func @train_step(%t: tensor<2x3xf32>) -> tensor<f32> {
  %x = "pock.read"() {symbol = @x} : () -> tensor<2x3xf32>
  %y = "pock.softmax"(%x) {dim = 0} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %z = arith.mulf %y, %t : tensor<2x3xf32>
  %loss = "pock.reduce"(%z) {dims = array<i64: 0, 1>, kind = "sum"} : (tensor<2x3xf32>) -> tensor<f32>
  return %loss : tensor<f32>
}
// -----
// g - exp(y) sum(g).
// CHECK-LABEL: sym_name = "log"
// CHECK: %[[Y:.*]] = "pock.log_softmax"
// CHECK: "pock.reduce"
// CHECK: %[[G:.*]] = arith.mulf %{{.*}}, %arg0
// CHECK-DAG: %[[P:.*]] = math.exp %[[Y]]
// CHECK-DAG: "pock.reduce"(%[[G]]) {dims = array<i64: 1>, kind = "sum"}
// CHECK: %[[PRODUCT:.*]] = arith.mulf %[[P]], %{{.*}}
// CHECK: %[[DX:.*]] = arith.subf %[[G]], %[[PRODUCT]]
// CHECK: "pock.gradient"(%[[DX]]) {parameter = @log}
"pock.parameter"() {kind = "parameter", sym_name = "log", type = tensor<2x3xf32>, update = "full"} : () -> ()
func.func @train_step(%t: tensor<2x3xf32>) -> tensor<f32> {
  %log = "pock.read"() {symbol = @log} : () -> tensor<2x3xf32>
  %y = "pock.log_softmax"(%log) {dim = 1} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %z = arith.mulf %y, %t : tensor<2x3xf32>
  %loss = "pock.reduce"(%z) {dims = array<i64: 0, 1>, kind = "sum"} : (tensor<2x3xf32>) -> tensor<f32>
  return %loss : tensor<f32>
}
