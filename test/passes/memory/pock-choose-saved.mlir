// RUN: pock-opt %s --pock-choose-saved --cse --canonicalize | FileCheck %s

"pock.parameter"() {kind = "parameter", sym_name = "w", type = tensor<8x8xf32>, update = "full"} : () -> ()
"pock.state"() {init = 0.0, sym_name = "s", type = tensor<8x8xf32>} : () -> ()
"pock.state"() {init = 0.0, sym_name = "t", type = tensor<16x8xf32>} : () -> ()
"pock.state"() {init = 0.0, sym_name = "rng.step", type = tensor<i32>} : () -> ()

// Both sides of an activation function are needed: what it takes is saved, its result computed again where it is used,
// under a mark that keeps the two apart.
// CHECK-LABEL: func.func @activation(
// CHECK: %[[X:.*]] = "pock.matmul"(%{{.*}}, %[[W:.*]]) {
// CHECK: %[[GELU:.*]] = "pock.gelu"(%[[X]]) {approximate = "none"}
// CHECK: %[[Y:.*]] = "pock.matmul"(%[[GELU]],
// CHECK: "pock.reduce"
// CHECK-NEXT: %[[G:.*]] = "pock.matmul"(%[[Y]],
// CHECK-NEXT: arith.mulf %[[G]], %[[X]]
// CHECK-NEXT: %[[AGAIN:.*]] = "pock.gelu"(%[[X]]) {approximate = "none", pock.recomputed = 1 : i64}
// CHECK-NEXT: "pock.matmul"(%[[Y]], %[[AGAIN]])
// CHECK-NEXT: "pock.assign"
// CHECK-NEXT: "pock.matmul"(%[[G]], %[[AGAIN]])
func.func @activation(%arg0: tensor<16x8xf32>) -> tensor<f32> {
  %w = "pock.read"() {symbol = @w} : () -> tensor<8x8xf32>
  %x = "pock.matmul"(%arg0, %w) {transpose_lhs = false, transpose_rhs = true} : (tensor<16x8xf32>, tensor<8x8xf32>) -> tensor<16x8xf32>
  %gelu = "pock.gelu"(%x) {approximate = "none"} : (tensor<16x8xf32>) -> tensor<16x8xf32>
  %y = "pock.matmul"(%gelu, %w) {transpose_lhs = false, transpose_rhs = true} : (tensor<16x8xf32>, tensor<8x8xf32>) -> tensor<16x8xf32>
  %loss = "pock.reduce"(%y) {dims = array<i64: 0, 1>, kind = "sum"} : (tensor<16x8xf32>) -> tensor<f32>
  %g = "pock.matmul"(%y, %w) {transpose_lhs = false, transpose_rhs = false} : (tensor<16x8xf32>, tensor<8x8xf32>) -> tensor<16x8xf32>
  %0 = arith.mulf %g, %x : tensor<16x8xf32>
  %1 = "pock.matmul"(%y, %gelu) {transpose_lhs = true, transpose_rhs = false} : (tensor<16x8xf32>, tensor<16x8xf32>) -> tensor<8x8xf32>
  "pock.assign"(%1) {symbol = @s} : (tensor<8x8xf32>) -> ()
  // A further use close by is served by the same copy.
  %2 = "pock.matmul"(%g, %gelu) {transpose_lhs = true, transpose_rhs = false} : (tensor<16x8xf32>, tensor<16x8xf32>) -> tensor<8x8xf32>
  "pock.assign"(%2) {symbol = @s} : (tensor<8x8xf32>) -> ()
  "pock.assign"(%0) {symbol = @t} : (tensor<16x8xf32>) -> ()
  return %loss : tensor<f32>
}

// Of values of as many bytes the last is saved: nothing is computed again for nothing.
// CHECK-LABEL: func.func @equal_bytes(
// CHECK: arith.addf
// CHECK-NOT: pock.recomputed
// CHECK: return
func.func @equal_bytes(%arg0: tensor<16x8xf32>) -> tensor<f32> {
  %w = "pock.read"() {symbol = @w} : () -> tensor<8x8xf32>
  %x = "pock.matmul"(%arg0, %w) {transpose_lhs = false, transpose_rhs = true} : (tensor<16x8xf32>, tensor<8x8xf32>) -> tensor<16x8xf32>
  %y = arith.addf %x, %arg0 : tensor<16x8xf32>
  %loss = "pock.reduce"(%y) {dims = array<i64: 0, 1>, kind = "sum"} : (tensor<16x8xf32>) -> tensor<f32>
  %0 = "pock.matmul"(%y, %arg0) {transpose_lhs = true, transpose_rhs = false} : (tensor<16x8xf32>, tensor<16x8xf32>) -> tensor<8x8xf32>
  "pock.assign"(%0) {symbol = @s} : (tensor<8x8xf32>) -> ()
  return %loss : tensor<f32>
}

// Where only a relu's mask is needed it is computed in the forward pass, and saved in a quarter of the bytes.
// CHECK-LABEL: func.func @mask(
// CHECK: %[[RELU:.*]] = "pock.relu"
// CHECK-NEXT: %[[MASK:.*]] = arith.cmpf ugt, %[[RELU]], %{{.*}} : tensor<16x8xf32>
// CHECK: "pock.reduce"
// CHECK-NEXT: %[[G:.*]] = "pock.matmul"
// CHECK-NEXT: arith.select %[[MASK]], %[[G]],
func.func @mask(%arg0: tensor<16x8xf32>) -> tensor<f32> {
  %zero = arith.constant dense<0.0> : tensor<16x8xf32>
  %w = "pock.read"() {symbol = @w} : () -> tensor<8x8xf32>
  %x = "pock.matmul"(%arg0, %w) {transpose_lhs = false, transpose_rhs = true} : (tensor<16x8xf32>, tensor<8x8xf32>) -> tensor<16x8xf32>
  %relu = "pock.relu"(%x) : (tensor<16x8xf32>) -> tensor<16x8xf32>
  %y = "pock.matmul"(%relu, %w) {transpose_lhs = false, transpose_rhs = true} : (tensor<16x8xf32>, tensor<8x8xf32>) -> tensor<16x8xf32>
  %loss = "pock.reduce"(%y) {dims = array<i64: 0, 1>, kind = "sum"} : (tensor<16x8xf32>) -> tensor<f32>
  %g = "pock.matmul"(%y, %w) {transpose_lhs = false, transpose_rhs = false} : (tensor<16x8xf32>, tensor<8x8xf32>) -> tensor<16x8xf32>
  %mask = arith.cmpf ugt, %relu, %zero : tensor<16x8xf32>
  %0 = arith.select %mask, %g, %zero : tensor<16x8xi1>, tensor<16x8xf32>
  "pock.assign"(%0) {symbol = @t} : (tensor<16x8xf32>) -> ()
  return %loss : tensor<f32>
}

// The weights of attention, larger than what they are made of, are computed again: a product of two activations and
// softmax. A product with a parameter is not.
// CHECK-LABEL: func.func @attention(
// CHECK: %[[Q:.*]] = "pock.matmul"(%[[X:[^,]*]], %{{.*}})
// CHECK: "pock.matmul"(%[[Q]], %[[X]]) {transpose_lhs = false, transpose_rhs = true}
// CHECK: "pock.reduce"
// CHECK: %[[SCORES:.*]] = "pock.matmul"(%[[Q]], %[[X]]) {pock.recomputed = {{.*}}, transpose_lhs = false, transpose_rhs = true}
// CHECK-NEXT: %[[WEIGHTS:.*]] = "pock.softmax"(%[[SCORES]]) {dim = 1 : i64, pock.recomputed = {{.*}}}
// CHECK-NEXT: "pock.matmul"(%[[WEIGHTS]], %[[Q]])
func.func @attention(%arg0: tensor<16x8xf32>) -> tensor<f32> {
  %w = "pock.read"() {symbol = @w} : () -> tensor<8x8xf32>
  %q = "pock.matmul"(%arg0, %w) {transpose_lhs = false, transpose_rhs = true} : (tensor<16x8xf32>, tensor<8x8xf32>) -> tensor<16x8xf32>
  %scores = "pock.matmul"(%q, %arg0) {transpose_lhs = false, transpose_rhs = true} : (tensor<16x8xf32>, tensor<16x8xf32>) -> tensor<16x16xf32>
  %weights = "pock.softmax"(%scores) {dim = 1 : i64} : (tensor<16x16xf32>) -> tensor<16x16xf32>
  %y = "pock.matmul"(%weights, %arg0) {transpose_lhs = false, transpose_rhs = false} : (tensor<16x16xf32>, tensor<16x8xf32>) -> tensor<16x8xf32>
  %loss = "pock.reduce"(%y) {dims = array<i64: 0, 1>, kind = "sum"} : (tensor<16x8xf32>) -> tensor<f32>
  %0 = "pock.matmul"(%weights, %q) {transpose_lhs = true, transpose_rhs = false} : (tensor<16x16xf32>, tensor<16x8xf32>) -> tensor<16x8xf32>
  "pock.assign"(%0) {symbol = @t} : (tensor<16x8xf32>) -> ()
  return %loss : tensor<f32>
}

// A normalisation's result follows by element from what it normalised, which is needed anyway, and its statistics.
// CHECK-LABEL: func.func @normalize(
// CHECK: %[[N:.*]]:3 = "pock.normalize"(%[[X:.*]]) {
// CHECK: "pock.reduce"
// CHECK: arith.subf %[[X]], %{{.*}} {pock.recomputed = [[NUMBER:.*]] : i64}
// CHECK-NEXT: %[[AGAIN:.*]] = arith.mulf %{{.*}}, %{{.*}} {pock.recomputed = [[NUMBER]] : i64}
// CHECK-NEXT: "pock.matmul"(%[[X]], %[[AGAIN]])
func.func @normalize(%arg0: tensor<16x8xf32>) -> tensor<f32> {
  %w = "pock.read"() {symbol = @w} : () -> tensor<8x8xf32>
  %x = "pock.matmul"(%arg0, %w) {transpose_lhs = false, transpose_rhs = true} : (tensor<16x8xf32>, tensor<8x8xf32>) -> tensor<16x8xf32>
  %n:3 = "pock.normalize"(%x) {dims = array<i64: 1>, eps = 1.0e-05 : f64} : (tensor<16x8xf32>) -> (tensor<16x8xf32>, tensor<16xf32>, tensor<16xf32>)
  %loss = "pock.reduce"(%n#0) {dims = array<i64: 0, 1>, kind = "sum"} : (tensor<16x8xf32>) -> tensor<f32>
  %0 = "pock.matmul"(%x, %n#0) {transpose_lhs = true, transpose_rhs = false} : (tensor<16x8xf32>, tensor<16x8xf32>) -> tensor<8x8xf32>
  "pock.assign"(%0) {symbol = @s} : (tensor<8x8xf32>) -> ()
  return %loss : tensor<f32>
}

// What depends on a parameter that has changed by then is saved.
// CHECK-LABEL: func.func @overtaken(
// CHECK: %[[SCALED:.*]] = arith.mulf
// CHECK: "pock.assign"(%{{.*}}) {symbol = @w}
// CHECK-NEXT: "pock.matmul"(%{{.*}}, %[[SCALED]])
func.func @overtaken(%arg0: tensor<8x8xf32>) -> tensor<f32> {
  %w = "pock.read"() {symbol = @w} : () -> tensor<8x8xf32>
  %scaled = arith.mulf %arg0, %w : tensor<8x8xf32>
  %loss = "pock.reduce"(%scaled) {dims = array<i64: 0, 1>, kind = "sum"} : (tensor<8x8xf32>) -> tensor<f32>
  "pock.assign"(%arg0) {symbol = @w} : (tensor<8x8xf32>) -> ()
  %0 = "pock.matmul"(%arg0, %scaled) {transpose_lhs = true, transpose_rhs = false} : (tensor<8x8xf32>, tensor<8x8xf32>) -> tensor<8x8xf32>
  "pock.assign"(%0) {symbol = @s} : (tensor<8x8xf32>) -> ()
  return %loss : tensor<f32>
}

// Before the change it is computed again. Random numbers are so, too: from the step that was read, not the next.
// CHECK-LABEL: func.func @random(
// CHECK: %[[STEP:.*]] = "pock.read"() {symbol = @rng.step}
// CHECK: "pock.reduce"
// CHECK-NEXT: %[[AGAIN:.*]] = "pock.dropout"(%{{.*}}, %[[STEP]], %[[STEP]]) {pock.recomputed = 1 : i64
// CHECK-NEXT: "pock.matmul"(%{{.*}}, %[[AGAIN]])
// CHECK: "pock.assign"(%{{.*}}) {symbol = @rng.step}
func.func @random(%arg0: tensor<8x8xf32>) -> tensor<f32> {
  %one = arith.constant dense<1> : tensor<i32>
  %step = "pock.read"() {symbol = @rng.step} : () -> tensor<i32>
  %dropped = "pock.dropout"(%arg0, %step, %step) {rate = 0.5 : f64, stream = 0 : i64} : (tensor<8x8xf32>, tensor<i32>, tensor<i32>) -> tensor<8x8xf32>
  %loss = "pock.reduce"(%dropped) {dims = array<i64: 0, 1>, kind = "sum"} : (tensor<8x8xf32>) -> tensor<f32>
  %0 = "pock.matmul"(%arg0, %dropped) {transpose_lhs = true, transpose_rhs = false} : (tensor<8x8xf32>, tensor<8x8xf32>) -> tensor<8x8xf32>
  "pock.assign"(%0) {symbol = @s} : (tensor<8x8xf32>) -> ()
  %next = arith.addi %step, %one : tensor<i32>
  "pock.assign"(%next) {symbol = @rng.step} : (tensor<i32>) -> ()
  return %loss : tensor<f32>
}

// Without a backward pass nothing changes.
// CHECK-LABEL: func.func @predict(
// CHECK-NOT: pock.recomputed
// CHECK: return
func.func @predict(%arg0: tensor<16x8xf32>) -> tensor<16x8xf32> {
  %0 = math.exp %arg0 : tensor<16x8xf32>
  %1 = arith.mulf %0, %arg0 : tensor<16x8xf32>
  return %1 : tensor<16x8xf32>
}
