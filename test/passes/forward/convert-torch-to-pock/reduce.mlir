// RUN: pock-opt %s --convert-torch-to-pock | FileCheck %s

// CHECK-LABEL: func.func @sums(
// CHECK-NEXT: "pock.reduce"(%{{.*}}) {dims = array<i64: 0, 1, 2>, kind = "sum"} : (tensor<2x3x4xf32>) -> tensor<f32>
// CHECK-NEXT: %[[ROWS:.*]] = "pock.reduce"(%{{.*}}) {dims = array<i64: 0, 2>, kind = "sum"} : (tensor<2x3x4xf32>) -> tensor<3xf32>
// CHECK-NEXT: tensor.expand_shape %[[ROWS]] {{.*}} into tensor<1x3x1xf32>
func.func @sums(%x: !torch.vtensor<[2,3,4],f32>) -> (!torch.vtensor<[],f32>, !torch.vtensor<[1,3,1],f32>) {
  %none = torch.constant.none
  %true = torch.constant.bool true
  %first = torch.constant.int 0
  %last = torch.constant.int -1
  %dims = torch.prim.ListConstruct %last, %first : (!torch.int, !torch.int) -> !torch.list<int>
  %0 = torch.aten.sum %x, %none : !torch.vtensor<[2,3,4],f32>, !torch.none -> !torch.vtensor<[],f32>
  %1 = torch.aten.sum.dim_IntList %x, %dims, %true, %none : !torch.vtensor<[2,3,4],f32>, !torch.list<int>, !torch.bool, !torch.none -> !torch.vtensor<[1,3,1],f32>
  return %0, %1 : !torch.vtensor<[],f32>, !torch.vtensor<[1,3,1],f32>
}

// CHECK-LABEL: func.func @mean(
// CHECK-NEXT: %[[SUM:.*]] = "pock.reduce"(%{{.*}}) {dims = array<i64: 1>, kind = "sum"}
// CHECK-NEXT: %[[FACTOR:.*]] = arith.constant dense<2.500000e-01>
// CHECK-NEXT: arith.mulf %[[SUM]], %[[FACTOR]] : tensor<2xf32>
func.func @mean(%x: !torch.vtensor<[2,4],f32>) -> !torch.vtensor<[2],f32> {
  %none = torch.constant.none
  %false = torch.constant.bool false
  %last = torch.constant.int -1
  %dims = torch.prim.ListConstruct %last : (!torch.int) -> !torch.list<int>
  %0 = torch.aten.mean.dim %x, %dims, %false, %none : !torch.vtensor<[2,4],f32>, !torch.list<int>, !torch.bool, !torch.none -> !torch.vtensor<[2],f32>
  return %0 : !torch.vtensor<[2],f32>
}

// A sum of booleans counts.
// CHECK-LABEL: func.func @count(
// CHECK: %[[INTEGERS:.*]] = arith.extui %{{.*}} : tensor<4xi1> to tensor<4xi64>
// CHECK-NEXT: "pock.reduce"(%[[INTEGERS]]) {dims = array<i64: 0>, kind = "sum"} : (tensor<4xi64>) -> tensor<i64>
func.func @count(%x: !torch.vtensor<[4],i1>) -> !torch.vtensor<[],si64> {
  %none = torch.constant.none
  %0 = torch.aten.sum %x, %none : !torch.vtensor<[4],i1>, !torch.none -> !torch.vtensor<[],si64>
  return %0 : !torch.vtensor<[],si64>
}

// By four elements less one.
// CHECK-LABEL: func.func @variance(
// CHECK: %[[CENTRED:.*]] = arith.subf
// CHECK: %[[SQUARES:.*]] = arith.mulf %[[CENTRED]], %[[CENTRED]]
// CHECK: %[[SUM:.*]] = "pock.reduce"(%[[SQUARES]]) {dims = array<i64: 1>, kind = "sum"}
// CHECK: %[[FACTOR:.*]] = arith.constant dense<0.333333343>
// CHECK: arith.mulf %[[SUM]], %[[FACTOR]]
func.func @variance(%x: !torch.vtensor<[2,4],f32>) -> !torch.vtensor<[2],f32> {
  %false = torch.constant.bool false
  %1 = torch.constant.int 1
  %dims = torch.prim.ListConstruct %1 : (!torch.int) -> !torch.list<int>
  %0 = torch.aten.var.correction %x, %dims, %1, %false : !torch.vtensor<[2,4],f32>, !torch.list<int>, !torch.int, !torch.bool -> !torch.vtensor<[2],f32>
  return %0 : !torch.vtensor<[2],f32>
}

// CHECK-LABEL: func.func @extrema(
// CHECK: "pock.reduce"(%{{.*}}) {dims = array<i64: 1>, kind = "max"} : (tensor<2x4xf32>) -> tensor<2xf32>
// CHECK: "pock.reduce"(%{{.*}}) {dims = array<i64: 0>, kind = "min"} : (tensor<2x4xf32>) -> tensor<4xf32>
func.func @extrema(%x: !torch.vtensor<[2,4],f32>) -> (!torch.vtensor<[2],f32>, !torch.vtensor<[4],f32>) {
  %false = torch.constant.bool false
  %0 = torch.constant.int 0
  %1 = torch.constant.int 1
  %first = torch.prim.ListConstruct %0 : (!torch.int) -> !torch.list<int>
  %second = torch.prim.ListConstruct %1 : (!torch.int) -> !torch.list<int>
  %2 = torch.aten.amax %x, %second, %false : !torch.vtensor<[2,4],f32>, !torch.list<int>, !torch.bool -> !torch.vtensor<[2],f32>
  %3 = torch.aten.amin %x, %first, %false : !torch.vtensor<[2,4],f32>, !torch.list<int>, !torch.bool -> !torch.vtensor<[4],f32>
  return %2, %3 : !torch.vtensor<[2],f32>, !torch.vtensor<[4],f32>
}

// CHECK-LABEL: func.func @softmax(
// CHECK-NEXT: "pock.softmax"(%{{.*}}) {dim = 1 : i64} : (tensor<2x3xf32>) -> tensor<2x3xf32>
// CHECK-NEXT: "pock.log_softmax"(%{{.*}}) {dim = 0 : i64} : (tensor<2x3xf32>) -> tensor<2x3xf32>
func.func @softmax(%x: !torch.vtensor<[2,3],f32>) -> !torch.vtensor<[2,3],f32> {
  %none = torch.constant.none
  %first = torch.constant.int 0
  %last = torch.constant.int -1
  %0 = torch.aten.softmax.int %x, %last, %none : !torch.vtensor<[2,3],f32>, !torch.int, !torch.none -> !torch.vtensor<[2,3],f32>
  %1 = torch.aten.log_softmax.int %0, %first, %none : !torch.vtensor<[2,3],f32>, !torch.int, !torch.none -> !torch.vtensor<[2,3],f32>
  return %1 : !torch.vtensor<[2,3],f32>
}

// At zero the root is not differentiable: it is taken of one instead, and replaced by zero.
// CHECK-LABEL: func.func @norm(
// CHECK: %[[SUM:.*]] = "pock.reduce"(%{{.*}}) {dims = array<i64: 1>, kind = "sum"}
// CHECK: %[[POSITIVE:.*]] = arith.cmpf ugt, %[[SUM]]
// CHECK: %[[SAFE:.*]] = arith.select %[[POSITIVE]], %[[SUM]], %{{.*}}
// CHECK: %[[ROOT:.*]] = math.sqrt %[[SAFE]]
// CHECK: arith.select %[[POSITIVE]], %[[ROOT]], %{{.*}}
func.func @norm(%x: !torch.vtensor<[2,4],f32>) -> !torch.vtensor<[2],f32> {
  %false = torch.constant.bool false
  %none = torch.constant.none
  %1 = torch.constant.int 1
  %two = torch.constant.float 2.0
  %dims = torch.prim.ListConstruct %1 : (!torch.int) -> !torch.list<int>
  %0 = torch.aten.linalg_vector_norm %x, %two, %dims, %false, %none : !torch.vtensor<[2,4],f32>, !torch.float, !torch.list<int>, !torch.bool, !torch.none -> !torch.vtensor<[2],f32>
  return %0 : !torch.vtensor<[2],f32>
}

// The root of the variance, likewise.
// CHECK-LABEL: func.func @deviation(
// CHECK: arith.constant dense<0.333333343>
// CHECK: %[[VARIANCE:.*]] = arith.mulf
// CHECK: arith.cmpf ugt, %[[VARIANCE]]
// CHECK: math.sqrt
// CHECK-NEXT: arith.select
// CHECK-NEXT: return
func.func @deviation(%x: !torch.vtensor<[2,4],f32>) -> !torch.vtensor<[2],f32> {
  %false = torch.constant.bool false
  %1 = torch.constant.int 1
  %dims = torch.prim.ListConstruct %1 : (!torch.int) -> !torch.list<int>
  %0 = torch.aten.std.correction %x, %dims, %1, %false : !torch.vtensor<[2,4],f32>, !torch.list<int>, !torch.int, !torch.bool -> !torch.vtensor<[2],f32>
  return %0 : !torch.vtensor<[2],f32>
}

// Of x less its maximum, through which no gradient flows.
// CHECK-LABEL: func.func @logsumexp(
// CHECK-SAME: %[[X:.*]]: tensor<2x4xf32>
// CHECK: %[[LARGEST:.*]] = "pock.reduce"(%[[X]]) {dims = array<i64: 1>, kind = "max"}
// CHECK: %[[MAXIMUM:.*]] = "pock.stop_gradient"(%[[LARGEST]])
// CHECK: %[[OFFSET:.*]] = arith.select %{{.*}}, %[[MAXIMUM]], %{{.*}}
// CHECK: %[[LESS:.*]] = arith.subf %[[X]]
// CHECK: %[[POWERS:.*]] = math.exp %[[LESS]]
// CHECK: %[[SUM:.*]] = "pock.reduce"(%[[POWERS]])
// CHECK: %[[LOG:.*]] = math.log %[[SUM]]
// CHECK: arith.addf %[[LOG]], %[[OFFSET]]
func.func @logsumexp(%x: !torch.vtensor<[2,4],f32>) -> !torch.vtensor<[2],f32> {
  %false = torch.constant.bool false
  %1 = torch.constant.int 1
  %dims = torch.prim.ListConstruct %1 : (!torch.int) -> !torch.list<int>
  %0 = torch.aten.logsumexp %x, %dims, %false : !torch.vtensor<[2,4],f32>, !torch.list<int>, !torch.bool -> !torch.vtensor<[2],f32>
  return %0 : !torch.vtensor<[2],f32>
}
