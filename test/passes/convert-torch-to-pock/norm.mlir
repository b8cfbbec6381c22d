// RUN: pock-opt %s --convert-torch-to-pock | FileCheck %s

// Weight and bias are ordinary arithmetic after the normalisation.
// CHECK-LABEL: func.func @layer_norm(
// CHECK-SAME: %[[X:.*]]: tensor<2x3x4xf32>, %[[W:.*]]: tensor<4xf32>, %[[B:.*]]: tensor<4xf32>
// CHECK-NEXT: %[[Y:.*]]:2 = "pock.layer_norm"(%[[X]]) {axes = 1 : i64, eps = 1.000000e-05 : f64} : (tensor<2x3x4xf32>) -> (tensor<2x3x4xf32>, tensor<2x3xf32>)
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
// CHECK-NEXT: "pock.layer_norm"(%{{.*}}) {axes = 2 : i64, {{.*}} -> (tensor<2x3x4xf32>, tensor<2xf32>)
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
// CHECK: "pock.layer_norm"(%{{.*}}) {axes = 1 : i64, {{.*}} : (tensor<2x2x12xf32>)
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
