// RUN: pock-opt %s --pass-pipeline='builtin.module(convert-torch-to-pock{seed=7})' | FileCheck %s

// CHECK-DAG: "pock.state"() {init = 7.000000e+00 : f64, sym_name = "rng.seed", type = tensor<i32>}
// CHECK-DAG: "pock.state"() {init = 0.000000e+00 : f64, sym_name = "rng.step", type = tensor<i32>}

// Each op draws from a stream of its own.
// CHECK-LABEL: func.func @dropout(
// CHECK-SAME: %[[X:.*]]: tensor<2xf32>
// CHECK: %[[SEED:.*]] = "pock.read"() {symbol = @rng.seed}
// CHECK: %[[STEP:.*]] = "pock.read"() {symbol = @rng.step}
// CHECK: %[[Y:.*]] = "pock.dropout"(%[[X]], %[[SEED]], %[[STEP]]) {rate = 1.000000e-01 : f64, stream = 0 : i64}
// CHECK: %[[Z:.*]] = "pock.dropout"(%[[Y]], %{{.*}}) {rate = 1.000000e-01 : f64, stream = 1 : i64}
// CHECK: return %[[Z]]
func.func @dropout(%x: !torch.vtensor<[2],f32>) -> !torch.vtensor<[2],f32> {
  %p = torch.constant.float 0.1
  %true = torch.constant.bool true
  %0 = torch.aten.dropout %x, %p, %true : !torch.vtensor<[2],f32>, !torch.float, !torch.bool -> !torch.vtensor<[2],f32>
  %1, %2 = torch.aten.native_dropout %0, %p, %true : !torch.vtensor<[2],f32>, !torch.float, !torch.bool -> !torch.vtensor<[2],f32>, !torch.vtensor<[2],i1>
  return %1 : !torch.vtensor<[2],f32>
}

// CHECK-LABEL: func.func @bernoulli(
// CHECK: %[[U:.*]] = "pock.uniform"(%{{.*}}) {stream = 0 : i64} : (tensor<i32>, tensor<i32>) -> tensor<2xf32>
// CHECK: arith.cmpf ogt, %{{.*}}, %[[U]]
// CHECK: arith.uitofp
func.func @bernoulli(%x: !torch.vtensor<[2],f32>) -> !torch.vtensor<[2],f32> {
  %p = torch.constant.float 0.1
  %none = torch.constant.none
  %0 = torch.aten.bernoulli.p %x, %p, %none : !torch.vtensor<[2],f32>, !torch.float, !torch.none -> !torch.vtensor<[2],f32>
  return %0 : !torch.vtensor<[2],f32>
}
