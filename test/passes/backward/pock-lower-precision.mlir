// RUN: pock-opt %s --pock-lower-precision=type=bf16 --cse --canonicalize | FileCheck %s
// RUN: pock-opt %s --pass-pipeline='builtin.module(pock-lower-precision{type=f16 master-weights=false},cse,canonicalize)' | FileCheck %s --check-prefix=HALF

// A frozen matrix is kept in the narrow type only; a trained one is rounded where it is read; vectors stay.
// CHECK: "pock.parameter"() {framework_element = f32, kind = "parameter", sym_name = "frozen", type = tensor<4x4xbf16>, update = "frozen"}
// CHECK: "pock.parameter"() {kind = "parameter", sym_name = "trained", type = tensor<4x4xf32>, update = "full"}
// CHECK: "pock.parameter"() {kind = "parameter", sym_name = "bias", type = tensor<4xf32>, update = "full"}
// HALF: sym_name = "frozen", type = tensor<4x4xf16>, update = "frozen"}
// HALF: {framework_element = f32, kind = "parameter", sym_name = "trained", type = tensor<4x4xf16>, update = "full"}
"pock.parameter"() {kind = "parameter", sym_name = "frozen", type = tensor<4x4xf32>, update = "frozen"} : () -> ()
"pock.parameter"() {kind = "parameter", sym_name = "trained", type = tensor<4x4xf32>, update = "full"} : () -> ()
"pock.parameter"() {kind = "parameter", sym_name = "bias", type = tensor<4xf32>, update = "full"} : () -> ()

// Ops compute in float32; between them values are narrow.
// CHECK-LABEL: func.func @train_step(
// CHECK-SAME: %[[X:.*]]: tensor<2x4xf32>
// CHECK: %[[NX:.*]] = arith.truncf %[[X]] : tensor<2x4xf32> to tensor<2x4xbf16>
// CHECK: %[[FROZEN:.*]] = "pock.read"() {symbol = @frozen} : () -> tensor<4x4xbf16>
// CHECK: %[[TRAINED:.*]] = "pock.read"() {symbol = @trained} : () -> tensor<4x4xf32>
// CHECK: %[[NT:.*]] = arith.truncf %[[TRAINED]]
// CHECK: %[[BIAS:.*]] = "pock.read"() {symbol = @bias} : () -> tensor<4xf32>
// CHECK: %[[WX:.*]] = arith.extf %[[NX]]
// CHECK: %[[WF:.*]] = arith.extf %[[FROZEN]]
// CHECK: %[[P:.*]] = "pock.matmul"(%[[WX]], %[[WF]]) {{.*}} : (tensor<2x4xf32>, tensor<4x4xf32>) -> tensor<2x4xf32>
// CHECK: %[[NP:.*]] = arith.truncf %[[P]]
// CHECK: %[[TURNED:.*]] = "pock.transpose"(%[[NT]]) {{.*}} -> tensor<4x4xbf16>
// CHECK: %[[WP:.*]] = arith.extf %[[NP]]
// CHECK: %[[WT:.*]] = arith.extf %[[TURNED]]
// CHECK: %[[Q:.*]] = "pock.matmul"(%[[WP]], %[[WT]])
// CHECK: %[[NQ:.*]] = arith.truncf %[[Q]]
// CHECK: %[[WIDE_BIAS:.*]] = "pock.broadcast"(%[[BIAS]]) : (tensor<4xf32>) -> tensor<2x4xf32>
// What only softmax reads stays wide, and a mask, which depends on integers only, is never rounded.
// CHECK: %[[WQ:.*]] = arith.extf %[[NQ]]
// CHECK: %[[SUM:.*]] = arith.addf %[[WQ]]
// CHECK: %[[MASKED:.*]] = arith.addf %{{.*}}, %{{.*}} : tensor<2x4xf32>
// CHECK: "pock.softmax"(%[[MASKED]]) {{.*}} : (tensor<2x4xf32>) -> tensor<2x4xf32>
// CHECK: return %{{.*}} : tensor<f32>
func.func @train_step(%x: tensor<2x4xf32>, %ids: tensor<2x4xi64>) -> tensor<f32> {
  %frozen = "pock.read"() {symbol = @frozen} : () -> tensor<4x4xf32>
  %trained = "pock.read"() {symbol = @trained} : () -> tensor<4x4xf32>
  %bias = "pock.read"() {symbol = @bias} : () -> tensor<4xf32>
  %p = "pock.matmul"(%x, %frozen) {transpose_lhs = false, transpose_rhs = false} : (tensor<2x4xf32>, tensor<4x4xf32>) -> tensor<2x4xf32>
  %turned = "pock.transpose"(%trained) {permutation = array<i64: 1, 0>} : (tensor<4x4xf32>) -> tensor<4x4xf32>
  %q = "pock.matmul"(%p, %turned) {transpose_lhs = false, transpose_rhs = false} : (tensor<2x4xf32>, tensor<4x4xf32>) -> tensor<2x4xf32>
  %b = "pock.broadcast"(%bias) : (tensor<4xf32>) -> tensor<2x4xf32>
  %sum = arith.addf %q, %b : tensor<2x4xf32>
  %mask = arith.sitofp %ids : tensor<2x4xi64> to tensor<2x4xf32>
  %masked = arith.addf %sum, %mask : tensor<2x4xf32>
  %s = "pock.softmax"(%masked) {dim = 1 : i64} : (tensor<2x4xf32>) -> tensor<2x4xf32>
  %loss = "pock.reduce"(%s) {dims = array<i64: 0, 1>, kind = "sum"} : (tensor<2x4xf32>) -> tensor<f32>
  return %loss : tensor<f32>
}
