// RUN: pock-opt %s --convert-torch-to-pock | FileCheck %s

// Strides are by default the kernel's size.
// CHECK-LABEL: func.func @max_pool2d(
// CHECK-NEXT: "pock.transpose"(%{{.*}}) {permutation = array<i64: 0, 2, 3, 1>}
// CHECK-NEXT: "pock.max_pool2d"(%{{.*}}) {dilations = array<i64: 1, 1>, kernel = array<i64: 2, 2>, padding = array<i64: 1, 1>, strides = array<i64: 2, 2>} : (tensor<1x5x4x3xf32>) -> tensor<1x3x3x3xf32>
// CHECK-NEXT: "pock.transpose"(%{{.*}}) {permutation = array<i64: 0, 3, 1, 2>}
func.func @max_pool2d(%x: !torch.vtensor<[1,3,5,4],f32>) -> !torch.vtensor<[1,3,3,3],f32> {
  %false = torch.constant.bool false
  %1 = torch.constant.int 1
  %2 = torch.constant.int 2
  %empty = torch.prim.ListConstruct : () -> !torch.list<int>
  %ones = torch.prim.ListConstruct %1, %1 : (!torch.int, !torch.int) -> !torch.list<int>
  %twos = torch.prim.ListConstruct %2, %2 : (!torch.int, !torch.int) -> !torch.list<int>
  %0 = torch.aten.max_pool2d %x, %twos, %empty, %ones, %ones, %false : !torch.vtensor<[1,3,5,4],f32>, !torch.list<int>, !torch.list<int>, !torch.list<int>, !torch.list<int>, !torch.bool -> !torch.vtensor<[1,3,3,3],f32>
  return %0 : !torch.vtensor<[1,3,3,3],f32>
}

// CHECK-LABEL: func.func @rounded_up(
// CHECK: "pock.max_pool2d"{{.*}} : (tensor<1x5x4x3xf32>) -> tensor<1x3x2x3xf32>
func.func @rounded_up(%x: !torch.vtensor<[1,3,5,4],f32>) -> !torch.vtensor<[1,3,3,2],f32> {
  %true = torch.constant.bool true
  %0 = torch.constant.int 0
  %1 = torch.constant.int 1
  %2 = torch.constant.int 2
  %zeros = torch.prim.ListConstruct %0, %0 : (!torch.int, !torch.int) -> !torch.list<int>
  %ones = torch.prim.ListConstruct %1, %1 : (!torch.int, !torch.int) -> !torch.list<int>
  %twos = torch.prim.ListConstruct %2, %2 : (!torch.int, !torch.int) -> !torch.list<int>
  %3 = torch.aten.max_pool2d %x, %twos, %twos, %zeros, %ones, %true : !torch.vtensor<[1,3,5,4],f32>, !torch.list<int>, !torch.list<int>, !torch.list<int>, !torch.list<int>, !torch.bool -> !torch.vtensor<[1,3,3,2],f32>
  return %3 : !torch.vtensor<[1,3,3,2],f32>
}

// An image without a batch is a batch of one.
// CHECK-LABEL: func.func @avg_pool2d(
// CHECK-NEXT: tensor.expand_shape {{.*}} into tensor<1x3x4x4xf32>
// CHECK: "pock.avg_pool2d"(%{{.*}}) {count_include_pad = false, dilations = array<i64: 1, 1>, kernel = array<i64: 2, 2>, {{.*}}} : (tensor<1x4x4x3xf32>) -> tensor<1x2x2x3xf32>
// CHECK: tensor.collapse_shape {{.*}} into tensor<3x2x2xf32>
func.func @avg_pool2d(%x: !torch.vtensor<[3,4,4],f32>) -> !torch.vtensor<[3,2,2],f32> {
  %none = torch.constant.none
  %false = torch.constant.bool false
  %0 = torch.constant.int 0
  %2 = torch.constant.int 2
  %zero = torch.prim.ListConstruct %0 : (!torch.int) -> !torch.list<int>
  %two = torch.prim.ListConstruct %2 : (!torch.int) -> !torch.list<int>
  %3 = torch.aten.avg_pool2d %x, %two, %two, %zero, %false, %false, %none : !torch.vtensor<[3,4,4],f32>, !torch.list<int>, !torch.list<int>, !torch.list<int>, !torch.bool, !torch.bool, !torch.none -> !torch.vtensor<[3,2,2],f32>
  return %3 : !torch.vtensor<[3,2,2],f32>
}

// Global pooling is a mean over both spatial dimensions.
// CHECK-LABEL: func.func @global_pooling(
// CHECK-NEXT: %[[SUM:.*]] = "pock.reduce"(%{{.*}}) {dims = array<i64: 2, 3>, kind = "sum"}
// CHECK-NEXT: %[[FACTOR:.*]] = arith.constant dense<6.250000e-02>
// CHECK-NEXT: arith.mulf %[[SUM]], %[[FACTOR]]
// CHECK-NEXT: tensor.expand_shape {{.*}} into tensor<2x3x1x1xf32>
func.func @global_pooling(%x: !torch.vtensor<[2,3,4,4],f32>) -> !torch.vtensor<[2,3,1,1],f32> {
  %1 = torch.constant.int 1
  %size = torch.prim.ListConstruct %1, %1 : (!torch.int, !torch.int) -> !torch.list<int>
  %0 = torch.aten.adaptive_avg_pool2d %x, %size : !torch.vtensor<[2,3,4,4],f32>, !torch.list<int> -> !torch.vtensor<[2,3,1,1],f32>
  return %0 : !torch.vtensor<[2,3,1,1],f32>
}

// CHECK-LABEL: func.func @adaptive_pooling(
// CHECK: "pock.avg_pool2d"(%{{.*}}) {{{.*}}kernel = array<i64: 2, 1>, padding = array<i64: 0, 0>, strides = array<i64: 2, 1>}
func.func @adaptive_pooling(%x: !torch.vtensor<[2,3,4,4],f32>) -> !torch.vtensor<[2,3,2,4],f32> {
  %2 = torch.constant.int 2
  %4 = torch.constant.int 4
  %size = torch.prim.ListConstruct %2, %4 : (!torch.int, !torch.int) -> !torch.list<int>
  %0 = torch.aten.adaptive_avg_pool2d %x, %size : !torch.vtensor<[2,3,4,4],f32>, !torch.list<int> -> !torch.vtensor<[2,3,2,4],f32>
  return %0 : !torch.vtensor<[2,3,2,4],f32>
}

// A sum over a number is the mean of whole windows, scaled.
// CHECK-LABEL: func.func @divisor(
// CHECK: %[[MEANS:.*]] = "pock.avg_pool2d"
// CHECK: %[[FACTOR:.*]] = arith.constant dense<2.000000e+00>
// CHECK: arith.mulf %[[MEANS]], %[[FACTOR]]
func.func @divisor(%x: !torch.vtensor<[1,3,4,4],f32>) -> !torch.vtensor<[1,3,2,2],f32> {
  %false = torch.constant.bool false
  %0 = torch.constant.int 0
  %2 = torch.constant.int 2
  %zero = torch.prim.ListConstruct %0 : (!torch.int) -> !torch.list<int>
  %two = torch.prim.ListConstruct %2 : (!torch.int) -> !torch.list<int>
  %3 = torch.aten.avg_pool2d %x, %two, %two, %zero, %false, %false, %2 : !torch.vtensor<[1,3,4,4],f32>, !torch.list<int>, !torch.list<int>, !torch.list<int>, !torch.bool, !torch.bool, !torch.int -> !torch.vtensor<[1,3,2,2],f32>
  return %3 : !torch.vtensor<[1,3,2,2],f32>
}

// Windows that overlap stand one behind the other.
// CHECK-LABEL: func.func @uneven(
// CHECK: arith.constant dense<[0, 1, 2, 2, 3, 4]> : tensor<6xi64>
// CHECK: "pock.max_pool2d"
func.func @uneven(%x: !torch.vtensor<[1,3,5,4],f32>) -> !torch.vtensor<[1,3,2,2],f32> {
  %2 = torch.constant.int 2
  %size = torch.prim.ListConstruct %2, %2 : (!torch.int, !torch.int) -> !torch.list<int>
  %0, %1 = torch.aten.adaptive_max_pool2d %x, %size : !torch.vtensor<[1,3,5,4],f32>, !torch.list<int> -> !torch.vtensor<[1,3,2,2],f32>, !torch.vtensor<[1,3,2,2],si64>
  return %0 : !torch.vtensor<[1,3,2,2],f32>
}
