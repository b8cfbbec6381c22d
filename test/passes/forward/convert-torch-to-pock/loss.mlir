// RUN: pock-opt %s --convert-torch-to-pock | FileCheck %s

// Without class weights all of them are one.
// CHECK-LABEL: func.func @cross_entropy(
// CHECK-SAME: %[[LOGITS:.*]]: tensor<4x3xf32>, %[[TARGET:.*]]: tensor<4xi64>
// CHECK-NEXT: %[[ONES:.*]] = arith.constant dense<1.000000e+00> : tensor<3xf32>
// CHECK-NEXT: "pock.cross_entropy"(%[[LOGITS]], %[[TARGET]], %[[ONES]]) {ignore_index = -100 : i64, label_smoothing = 1.000000e-01 : f64, reduction = "mean"} : {{.*}} -> tensor<f32>
func.func @cross_entropy(%logits: !torch.vtensor<[4,3],f32>, %target: !torch.vtensor<[4],si64>) -> !torch.vtensor<[],f32> {
  %none = torch.constant.none
  %mean = torch.constant.int 1
  %ignore = torch.constant.int -100
  %smoothing = torch.constant.float 0.1
  %0 = torch.aten.cross_entropy_loss %logits, %target, %none, %mean, %ignore, %smoothing : !torch.vtensor<[4,3],f32>, !torch.vtensor<[4],si64>, !torch.none, !torch.int, !torch.int, !torch.float -> !torch.vtensor<[],f32>
  return %0 : !torch.vtensor<[],f32>
}

// Positions of a sequence are samples; their classes come last.
// CHECK-LABEL: func.func @sequence(
// CHECK-SAME: %[[LOGITS:.*]]: tensor<2x3x5xf32>, %[[TARGET:.*]]: tensor<2x5xi64>, %[[WEIGHT:.*]]: tensor<3xf32>
// CHECK: %[[LAST:.*]] = "pock.transpose"(%[[LOGITS]]) {permutation = array<i64: 0, 2, 1>}
// CHECK: %[[ROWS:.*]] = tensor.collapse_shape %[[LAST]] {{.*}} into tensor<10x3xf32>
// CHECK: %[[FLAT:.*]] = tensor.collapse_shape %[[TARGET]] {{.*}} into tensor<10xi64>
// CHECK: %[[LOSSES:.*]] = "pock.cross_entropy"(%[[ROWS]], %[[FLAT]], %[[WEIGHT]]) {ignore_index = 0 : i64, label_smoothing = 0.000000e+00 : f64, reduction = "none"} : {{.*}} -> tensor<10xf32>
// CHECK: tensor.expand_shape %[[LOSSES]] {{.*}} into tensor<2x5xf32>
func.func @sequence(%logits: !torch.vtensor<[2,3,5],f32>, %target: !torch.vtensor<[2,5],si64>, %weight: !torch.vtensor<[3],f32>) -> !torch.vtensor<[2,5],f32> {
  %none = torch.constant.int 0
  %ignore = torch.constant.int 0
  %smoothing = torch.constant.float 0.0
  %0 = torch.aten.cross_entropy_loss %logits, %target, %weight, %none, %ignore, %smoothing : !torch.vtensor<[2,3,5],f32>, !torch.vtensor<[2,5],si64>, !torch.vtensor<[3],f32>, !torch.int, !torch.int, !torch.float -> !torch.vtensor<[2,5],f32>
  return %0 : !torch.vtensor<[2,5],f32>
}

// CHECK-LABEL: func.func @mse(
// CHECK-NEXT: %[[DIFFERENCE:.*]] = arith.subf
// CHECK-NEXT: %[[SQUARES:.*]] = arith.mulf %[[DIFFERENCE]], %[[DIFFERENCE]]
// CHECK-NEXT: %[[SUM:.*]] = "pock.reduce"(%[[SQUARES]]) {dims = array<i64: 0, 1>, kind = "sum"}
// CHECK-NEXT: %[[FACTOR:.*]] = arith.constant dense<1.250000e-01>
// CHECK-NEXT: arith.mulf %[[SUM]], %[[FACTOR]]
func.func @mse(%x: !torch.vtensor<[2,4],f32>, %y: !torch.vtensor<[2,4],f32>) -> !torch.vtensor<[],f32> {
  %mean = torch.constant.int 1
  %0 = torch.aten.mse_loss %x, %y, %mean : !torch.vtensor<[2,4],f32>, !torch.vtensor<[2,4],f32>, !torch.int -> !torch.vtensor<[],f32>
  return %0 : !torch.vtensor<[],f32>
}

// CHECK-LABEL: func.func @mse_sum(
// CHECK: %[[SUM:.*]] = "pock.reduce"
// CHECK-NEXT: return %[[SUM]]
func.func @mse_sum(%x: !torch.vtensor<[4],f32>, %y: !torch.vtensor<[4],f32>) -> !torch.vtensor<[],f32> {
  %sum = torch.constant.int 2
  %0 = torch.aten.mse_loss %x, %y, %sum : !torch.vtensor<[4],f32>, !torch.vtensor<[4],f32>, !torch.int -> !torch.vtensor<[],f32>
  return %0 : !torch.vtensor<[],f32>
}

// CHECK-LABEL: func.func @l1(
// CHECK-NEXT: %[[DIFFERENCE:.*]] = arith.subf
// CHECK-NEXT: %[[DISTANCE:.*]] = math.absf %[[DIFFERENCE]]
// CHECK-NEXT: "pock.reduce"(%[[DISTANCE]]) {dims = array<i64: 0>, kind = "sum"}
func.func @l1(%x: !torch.vtensor<[4],f32>, %y: !torch.vtensor<[4],f32>) -> !torch.vtensor<[],f32> {
  %sum = torch.constant.int 2
  %0 = torch.aten.l1_loss %x, %y, %sum : !torch.vtensor<[4],f32>, !torch.vtensor<[4],f32>, !torch.int -> !torch.vtensor<[],f32>
  return %0 : !torch.vtensor<[],f32>
}

// A parabola up to delta, its tangent beyond.
// CHECK-LABEL: func.func @huber(
// CHECK: %[[DISTANCE:.*]] = math.absf
// CHECK: %[[SQUARE:.*]] = arith.mulf %[[DISTANCE]], %[[DISTANCE]]
// CHECK: %[[NEAR:.*]] = arith.mulf %[[SQUARE]], %{{.*}}
// CHECK: arith.constant dense<-2.500000e-01>
// CHECK: %[[SHIFTED:.*]] = arith.addf %[[DISTANCE]]
// CHECK: %[[FAR:.*]] = arith.mulf %[[SHIFTED]]
// CHECK: %[[BEYOND:.*]] = arith.cmpf ogt, %[[DISTANCE]]
// CHECK: arith.select %[[BEYOND]], %[[FAR]], %[[NEAR]]
func.func @huber(%x: !torch.vtensor<[4],f32>, %y: !torch.vtensor<[4],f32>) -> !torch.vtensor<[4],f32> {
  %none = torch.constant.int 0
  %delta = torch.constant.float 0.5
  %0 = torch.operator "torch.aten.huber_loss"(%x, %y, %none, %delta) : (!torch.vtensor<[4],f32>, !torch.vtensor<[4],f32>, !torch.int, !torch.float) -> !torch.vtensor<[4],f32>
  return %0 : !torch.vtensor<[4],f32>
}

// Huber's loss over beta.
// CHECK-LABEL: func.func @smooth_l1(
// CHECK: %[[HUBER:.*]] = arith.select
// CHECK: %[[OVER:.*]] = arith.constant dense<2.000000e+00>
// CHECK: arith.mulf %[[HUBER]], %[[OVER]]
func.func @smooth_l1(%x: !torch.vtensor<[4],f32>, %y: !torch.vtensor<[4],f32>) -> !torch.vtensor<[4],f32> {
  %none = torch.constant.int 0
  %beta = torch.constant.float 0.5
  %0 = torch.operator "torch.aten.smooth_l1_loss"(%x, %y, %none, %beta) : (!torch.vtensor<[4],f32>, !torch.vtensor<[4],f32>, !torch.int, !torch.float) -> !torch.vtensor<[4],f32>
  return %0 : !torch.vtensor<[4],f32>
}

// The only exponential is of -|x|.
// CHECK-LABEL: func.func @binary(
// CHECK-SAME: %[[X:.*]]: tensor<4xf32>, %[[TARGET:.*]]: tensor<4xf32>
// CHECK: %[[ABSENT:.*]] = arith.subf %{{.*}}, %[[TARGET]]
// CHECK: %[[MAGNITUDE:.*]] = math.absf %[[X]]
// CHECK: %[[NEGATIVE:.*]] = arith.negf %[[MAGNITUDE]]
// CHECK: %[[POWER:.*]] = math.exp %[[NEGATIVE]]
// CHECK: %[[TAIL:.*]] = math.log1p %[[POWER]]
// CHECK-NOT: math.exp
// CHECK: %[[SURPRISE:.*]] = arith.addf %[[TAIL]]
// CHECK: arith.mulf %[[ABSENT]], %[[X]]
// CHECK: arith.mulf %{{.*}}, %[[SURPRISE]]
func.func @binary(%x: !torch.vtensor<[4],f32>, %target: !torch.vtensor<[4],f32>) -> !torch.vtensor<[4],f32> {
  %no = torch.constant.none
  %none = torch.constant.int 0
  %0 = torch.aten.binary_cross_entropy_with_logits %x, %target, %no, %no, %none : !torch.vtensor<[4],f32>, !torch.vtensor<[4],f32>, !torch.none, !torch.none, !torch.int -> !torch.vtensor<[4],f32>
  return %0 : !torch.vtensor<[4],f32>
}

// Divided by the weights of the targets that count.
// CHECK-LABEL: func.func @negative_log_likelihood(
// CHECK-SAME: %[[X:.*]]: tensor<4x3xf32>, %[[TARGET:.*]]: tensor<4xi64>, %[[WEIGHT:.*]]: tensor<3xf32>
// CHECK: %[[EQUAL:.*]] = arith.cmpi eq
// CHECK: %[[COUNTED:.*]] = arith.cmpi ne
// CHECK: %[[CHOSEN:.*]] = arith.andi %[[EQUAL]], %[[COUNTED]]
// CHECK: %[[WEIGHTS:.*]] = arith.select %[[CHOSEN]]
// CHECK: arith.mulf %[[X]], %[[WEIGHTS]]
// CHECK: %[[TOTAL:.*]] = "pock.reduce"(%{{.*}}) {dims = array<i64: 0>, kind = "sum"}
// CHECK: %[[COUNT:.*]] = "pock.reduce"(%[[WEIGHTS]]) {dims = array<i64: 0, 1>, kind = "sum"}
// CHECK: arith.divf %[[TOTAL]], %[[COUNT]]
func.func @negative_log_likelihood(%x: !torch.vtensor<[4,3],f32>, %target: !torch.vtensor<[4],si64>, %weight: !torch.vtensor<[3],f32>) -> !torch.vtensor<[],f32> {
  %mean = torch.constant.int 1
  %ignore = torch.constant.int -100
  %0 = torch.operator "torch.aten.nll_loss_nd"(%x, %target, %weight, %mean, %ignore) : (!torch.vtensor<[4,3],f32>, !torch.vtensor<[4],si64>, !torch.vtensor<[3],f32>, !torch.int, !torch.int) -> !torch.vtensor<[],f32>
  return %0 : !torch.vtensor<[],f32>
}
