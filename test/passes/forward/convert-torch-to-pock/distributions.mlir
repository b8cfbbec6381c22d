// RUN: pock-opt %s --convert-torch-to-pock | FileCheck %s

// A logarithm of a number that is never 0, and at least 2^-24.
// CHECK-LABEL: func.func @exponential(
// CHECK: %[[U:.*]] = "pock.uniform"(%{{.*}}) {stream = 0 : i64}
// CHECK: math.log
// CHECK: arith.maximumf %{{.*}}, %{{.*}}
// CHECK: arith.constant dense<5.000000e-01>
func.func @exponential(%x: !torch.vtensor<[2],f32>) -> !torch.vtensor<[2],f32> {
  %rate = torch.constant.float 2.0
  %none = torch.constant.none
  %0 = torch.aten.exponential %x, %rate, %none : !torch.vtensor<[2],f32>, !torch.float, !torch.none -> !torch.vtensor<[2],f32>
  return %0 : !torch.vtensor<[2],f32>
}

// Two draws of a normal number are four streams.
// CHECK-LABEL: func.func @normal(
// CHECK: "pock.uniform"(%{{.*}}) {stream = 0 : i64}
// CHECK: "pock.uniform"(%{{.*}}) {stream = 1 : i64}
// CHECK: "pock.uniform"(%{{.*}}) {stream = 2 : i64}
// CHECK: "pock.uniform"(%{{.*}}) {stream = 3 : i64}
func.func @normal(%x: !torch.vtensor<[2],f32>) -> !torch.vtensor<[2],f32> {
  %mean = torch.constant.float 0.0
  %std = torch.constant.float 1.0
  %one = torch.constant.int 1
  %none = torch.constant.none
  %0 = torch.aten.normal_functional %x, %mean, %std, %none : !torch.vtensor<[2],f32>, !torch.float, !torch.float, !torch.none -> !torch.vtensor<[2],f32>
  %1 = torch.aten.normal_functional %0, %mean, %std, %none : !torch.vtensor<[2],f32>, !torch.float, !torch.float, !torch.none -> !torch.vtensor<[2],f32>
  %2 = torch.aten.add.Tensor %0, %1, %one : !torch.vtensor<[2],f32>, !torch.vtensor<[2],f32>, !torch.int -> !torch.vtensor<[2],f32>
  return %2 : !torch.vtensor<[2],f32>
}

// Floor of u times the number of integers, in integers.
// CHECK-LABEL: func.func @randint(
// CHECK: arith.fptosi
// CHECK: arith.muli
// CHECK: arith.shrui
func.func @randint() -> !torch.vtensor<[4],si64> {
  %high = torch.constant.int 7
  %four = torch.constant.int 4
  %none = torch.constant.none
  %size = torch.prim.ListConstruct %four : (!torch.int) -> !torch.list<int>
  %0 = torch.aten.randint %high, %size, %none, %none, %none, %none : !torch.int, !torch.list<int>, !torch.none, !torch.none, !torch.none, !torch.none -> !torch.vtensor<[4],si64>
  return %0 : !torch.vtensor<[4],si64>
}
