// RUN: pock-opt %s --convert-torch-to-pock | FileCheck %s

// Weight and bias are ordinary arithmetic after the normalisation.
// CHECK-LABEL: func.func @layer_norm(
// CHECK-SAME: %[[X:.*]]: tensor<2x3x4xf32>, %[[W:.*]]: tensor<4xf32>, %[[B:.*]]: tensor<4xf32>
// CHECK-NEXT: %[[Y:.*]]:3 = "pock.normalize"(%[[X]]) {dims = array<i64: 2>, eps = 1.000000e-05 : f64} : (tensor<2x3x4xf32>) -> (tensor<2x3x4xf32>, tensor<2x3xf32>, tensor<2x3xf32>)
// CHECK-NEXT: %[[WEIGHT:.*]] = "pock.broadcast"(%[[W]])
// CHECK-NEXT: %[[SCALED:.*]] = arith.mulf %[[Y]]#0, %[[WEIGHT]]
// CHECK-NEXT: %[[BIAS:.*]] = "pock.broadcast"(%[[B]])
// CHECK-NEXT: arith.addf %[[SCALED]], %[[BIAS]]
func.func @layer_norm(%x: !torch.vtensor<[2,3,4],f32>, %w: !torch.vtensor<[4],f32>, %b: !torch.vtensor<[4],f32>) -> !torch.vtensor<[2,3,4],f32> {
  %4 = torch.constant.int 4
  %eps = torch.constant.float 1.0e-5
  %true = torch.constant.bool true
  %shape = torch.prim.ListConstruct %4 : (!torch.int) -> !torch.list<int>
  %0 = torch.aten.layer_norm %x, %shape, %w, %b, %eps, %true : !torch.vtensor<[2,3,4],f32>, !torch.list<int>, !torch.vtensor<[4],f32>, !torch.vtensor<[4],f32>, !torch.float, !torch.bool -> !torch.vtensor<[2,3,4],f32>
  return %0 : !torch.vtensor<[2,3,4],f32>
}

// CHECK-LABEL: func.func @layer_norm_without_weight(
// CHECK-NEXT: "pock.normalize"(%{{.*}}) {dims = array<i64: 1, 2>, {{.*}} -> (tensor<2x3x4xf32>, tensor<2xf32>, tensor<2xf32>)
// CHECK-NEXT: return
func.func @layer_norm_without_weight(%x: !torch.vtensor<[2,3,4],f32>) -> !torch.vtensor<[2,3,4],f32> {
  %3 = torch.constant.int 3
  %4 = torch.constant.int 4
  %eps = torch.constant.float 1.0e-5
  %true = torch.constant.bool true
  %none = torch.constant.none
  %shape = torch.prim.ListConstruct %3, %4 : (!torch.int, !torch.int) -> !torch.list<int>
  %0 = torch.aten.layer_norm %x, %shape, %none, %none, %eps, %true : !torch.vtensor<[2,3,4],f32>, !torch.list<int>, !torch.none, !torch.none, !torch.float, !torch.bool -> !torch.vtensor<[2,3,4],f32>
  return %0 : !torch.vtensor<[2,3,4],f32>
}

// Groups of channels are the rows of a layer norm; weight and bias are per channel.
// CHECK-LABEL: func.func @group_norm(
// CHECK: tensor.collapse_shape {{.*}} into tensor<{{.*}}>
// CHECK: "pock.normalize"(%{{.*}}) {dims = array<i64: 2>, {{.*}} : (tensor<2x2x12xf32>)
// CHECK: "pock.broadcast"(%{{.*}}) : (tensor<4x1x1xf32>) -> tensor<2x4x2x3xf32>
// CHECK: arith.mulf
// CHECK: arith.addf
func.func @group_norm(%x: !torch.vtensor<[2,4,2,3],f32>, %w: !torch.vtensor<[4],f32>, %b: !torch.vtensor<[4],f32>) -> !torch.vtensor<[2,4,2,3],f32> {
  %2 = torch.constant.int 2
  %eps = torch.constant.float 1.0e-5
  %true = torch.constant.bool true
  %0 = torch.aten.group_norm %x, %2, %w, %b, %eps, %true : !torch.vtensor<[2,4,2,3],f32>, !torch.int, !torch.vtensor<[4],f32>, !torch.vtensor<[4],f32>, !torch.float, !torch.bool -> !torch.vtensor<[2,4,2,3],f32>
  return %0 : !torch.vtensor<[2,4,2,3],f32>
}

// CHECK-LABEL: func.func @rms_norm(
// CHECK-SAME: %[[X:.*]]: tensor<2x4xf32>
// CHECK: %[[SQUARES:.*]] = arith.mulf %[[X]], %[[X]]
// CHECK: "pock.reduce"(%[[SQUARES]]) {dims = array<i64: 1>, kind = "sum"}
// CHECK: %[[RSTD:.*]] = math.rsqrt
// CHECK: %[[ROWS:.*]] = "pock.broadcast"(%{{.*}}) : (tensor<2x1xf32>) -> tensor<2x4xf32>
// CHECK: arith.mulf %[[X]], %[[ROWS]]
func.func @rms_norm(%x: !torch.vtensor<[2,4],f32>, %w: !torch.vtensor<[4],f32>) -> !torch.vtensor<[2,4],f32> {
  %4 = torch.constant.int 4
  %none = torch.constant.none
  %shape = torch.prim.ListConstruct %4 : (!torch.int) -> !torch.list<int>
  %0 = torch.aten.rms_norm %x, %shape, %w, %none : !torch.vtensor<[2,4],f32>, !torch.list<int>, !torch.vtensor<[4],f32>, !torch.none -> !torch.vtensor<[2,4],f32>
  return %0 : !torch.vtensor<[2,4],f32>
}

// With the running statistics batch normalisation is arithmetic per channel.
// CHECK-LABEL: func.func @batch_norm(
// CHECK-SAME: %[[X:.*]]: tensor<2x3x4x4xf32>, %[[W:.*]]: tensor<3xf32>, %[[B:.*]]: tensor<3xf32>, %[[MEAN:.*]]: tensor<3xf32>, %[[VARIANCE:.*]]: tensor<3xf32>
// CHECK: %[[RSTD:.*]] = math.rsqrt
// CHECK-NEXT: %[[FACTOR:.*]] = arith.mulf %[[RSTD]], %[[W]]
// CHECK: %[[CENTRED:.*]] = arith.subf %[[X]], %{{.*}} : tensor<2x3x4x4xf32>
// CHECK: %[[SCALED:.*]] = arith.mulf %[[CENTRED]]
// CHECK: arith.addf %[[SCALED]]
func.func @batch_norm(%x: !torch.vtensor<[2,3,4,4],f32>, %w: !torch.vtensor<[3],f32>, %b: !torch.vtensor<[3],f32>, %mean: !torch.vtensor<[3],f32>, %variance: !torch.vtensor<[3],f32>) -> !torch.vtensor<[2,3,4,4],f32> {
  %false = torch.constant.bool false
  %momentum = torch.constant.float 0.1
  %eps = torch.constant.float 1.0e-5
  %0 = torch.aten.batch_norm %x, %w, %b, %mean, %variance, %false, %momentum, %eps, %false : !torch.vtensor<[2,3,4,4],f32>, !torch.vtensor<[3],f32>, !torch.vtensor<[3],f32>, !torch.vtensor<[3],f32>, !torch.vtensor<[3],f32>, !torch.bool, !torch.float, !torch.float, !torch.bool -> !torch.vtensor<[2,3,4,4],f32>
  return %0 : !torch.vtensor<[2,3,4,4],f32>
}

// In training the statistics are the batch's; the running ones come out anew, the variance unbiased (12 / 11).
// CHECK-LABEL: func.func @batch_norm_in_training(
// CHECK-SAME: %[[X:.*]]: tensor<3x2x4xf32>, %[[W:.*]]: tensor<2xf32>, %[[MEAN:.*]]: tensor<2xf32>, %[[VARIANCE:.*]]: tensor<2xf32>
// CHECK: %[[LAST:.*]] = "pock.transpose"(%[[X]]) {permutation = array<i64: 0, 2, 1>}
// CHECK: %[[Y:.*]]:3 = "pock.normalize"(%[[LAST]]) {dims = array<i64: 0, 1>, eps = 1.000000e-05 : f64} : (tensor<3x4x2xf32>) -> (tensor<3x4x2xf32>, tensor<2xf32>, tensor<2xf32>)
// CHECK: %[[SCALED:.*]] = arith.mulf %[[Y]]#0
// CHECK: %[[RESULT:.*]] = "pock.transpose"(%[[SCALED]]) {permutation = array<i64: 0, 2, 1>}
// CHECK: arith.constant dense<1.09090912>
// CHECK: arith.mulf %[[MEAN]]
// CHECK: %[[NEW_MEAN:.*]] = arith.addf
// CHECK: arith.mulf %[[VARIANCE]]
// CHECK: %[[NEW_VARIANCE:.*]] = arith.addf
// CHECK: return %[[RESULT]], %[[NEW_MEAN]], %[[NEW_VARIANCE]]
func.func @batch_norm_in_training(%x: !torch.vtensor<[3,2,4],f32>, %w: !torch.vtensor<[2],f32>, %mean: !torch.vtensor<[2],f32>, %variance: !torch.vtensor<[2],f32>) -> (!torch.vtensor<[3,2,4],f32>, !torch.vtensor<[2],f32>, !torch.vtensor<[2],f32>) {
  %true = torch.constant.bool true
  %none = torch.constant.none
  %momentum = torch.constant.float 0.1
  %eps = torch.constant.float 1.0e-5
  %0:5 = torch.operator "torch.aten._native_batch_norm_legit_functional"(%x, %w, %none, %mean, %variance, %true, %momentum, %eps) : (!torch.vtensor<[3,2,4],f32>, !torch.vtensor<[2],f32>, !torch.none, !torch.vtensor<[2],f32>, !torch.vtensor<[2],f32>, !torch.bool, !torch.float, !torch.float) -> (!torch.vtensor<[3,2,4],f32>, !torch.vtensor<[2],f32>, !torch.vtensor<[2],f32>, !torch.vtensor<[2],f32>, !torch.vtensor<[2],f32>)
  return %0#0, %0#3, %0#4 : !torch.vtensor<[3,2,4],f32>, !torch.vtensor<[2],f32>, !torch.vtensor<[2],f32>
}
