// RUN: pock-opt %s --split-input-file --pock-autodiff | FileCheck %s

// A sum repeats the cotangent.
// CHECK-LABEL: sym_name = "total"
// CHECK: %[[G:.*]] = arith.mulf %{{.*}} : tensor<2xf32>
// CHECK: %[[ROWS:.*]] = tensor.expand_shape %[[G]] {{.*}} into tensor<2x1xf32>
// CHECK: %[[DX:.*]] = "pock.broadcast"(%[[ROWS]]) : (tensor<2x1xf32>) -> tensor<2x3xf32>
// CHECK: "pock.gradient"(%[[DX]]) {parameter = @total}
"pock.parameter"() {kind = "parameter", sym_name = "total", type = tensor<2x3xf32>, update = "full"} : () -> ()
func.func @train_step() -> tensor<f32> {
  %total = "pock.read"() {symbol = @total} : () -> tensor<2x3xf32>
  %y = "pock.reduce"(%total) {dims = array<i64: 1>, kind = "sum"} : (tensor<2x3xf32>) -> tensor<2xf32>
  %z = math.exp %y : tensor<2xf32>
  %loss = "pock.reduce"(%z) {dims = array<i64: 0>, kind = "sum"} : (tensor<2xf32>) -> tensor<f32>
  return %loss : tensor<f32>
}
// -----
// A maximum shares it among the elements that attain it.
// CHECK-LABEL: sym_name = "x"
// CHECK: %[[X:.*]] = "pock.read"() {symbol = @x}
// CHECK: %[[G:.*]] = "pock.broadcast"(%{{.*}}) : ({{.*}}) -> tensor<2xf32>
// CHECK: %[[ATTAINED:.*]] = arith.cmpf oeq, %[[X]], %{{.*}} : tensor<2x3xf32>
// CHECK: %[[CHOSEN:.*]] = arith.select %[[ATTAINED]]
// CHECK: %[[COUNT:.*]] = "pock.reduce"(%[[CHOSEN]]) {dims = array<i64: 1>, kind = "sum"}
// CHECK: arith.divf %[[G]], %[[COUNT]]
// CHECK: %[[DX:.*]] = arith.mulf %[[CHOSEN]], %{{.*}}
// CHECK: "pock.gradient"(%[[DX]]) {parameter = @x}
"pock.parameter"() {kind = "parameter", sym_name = "x", type = tensor<2x3xf32>, update = "full"} : () -> ()
func.func @train_step() -> tensor<f32> {
  %x = "pock.read"() {symbol = @x} : () -> tensor<2x3xf32>
  %y = "pock.reduce"(%x) {dims = array<i64: 1>, kind = "max"} : (tensor<2x3xf32>) -> tensor<2xf32>
  %loss = "pock.reduce"(%y) {dims = array<i64: 0>, kind = "sum"} : (tensor<2xf32>) -> tensor<f32>
  return %loss : tensor<f32>
}
