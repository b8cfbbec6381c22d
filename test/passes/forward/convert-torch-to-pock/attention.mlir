// RUN: pock-opt %s --convert-torch-to-pock | FileCheck %s

// The scale is 1 / sqrt(16) unless given.
// CHECK-LABEL: func.func @plain(
// CHECK-SAME: %[[Q:.*]]: tensor<1x2x3x16xf32>, %[[K:.*]]: tensor<1x2x5x16xf32>, %[[V:.*]]: tensor<1x2x5x16xf32>
// CHECK-NEXT: %[[FACTOR:.*]] = arith.constant dense<2.500000e-01>
// CHECK-NEXT: %[[SCALED:.*]] = arith.mulf %[[Q]], %[[FACTOR]]
// CHECK-NEXT: %[[SCORES:.*]] = "pock.matmul"(%[[SCALED]], %[[K]]) {transpose_lhs = false, transpose_rhs = true} : {{.*}} -> tensor<1x2x3x5xf32>
// CHECK-NEXT: %[[WEIGHTS:.*]] = "pock.softmax"(%[[SCORES]]) {dim = 3 : i64}
// CHECK-NEXT: "pock.matmul"(%[[WEIGHTS]], %[[V]]) {transpose_lhs = false, transpose_rhs = false}
func.func @plain(%q: !torch.vtensor<[1,2,3,16],f32>, %k: !torch.vtensor<[1,2,5,16],f32>, %v: !torch.vtensor<[1,2,5,16],f32>) -> !torch.vtensor<[1,2,3,16],f32> {
  %none = torch.constant.none
  %false = torch.constant.bool false
  %p = torch.constant.float 0.0
  %0 = torch.aten.scaled_dot_product_attention %q, %k, %v, %none, %p, %false, %none, %false : !torch.vtensor<[1,2,3,16],f32>, !torch.vtensor<[1,2,5,16],f32>, !torch.vtensor<[1,2,5,16],f32>, !torch.none, !torch.float, !torch.bool, !torch.none, !torch.bool -> !torch.vtensor<[1,2,3,16],f32>
  return %0 : !torch.vtensor<[1,2,3,16],f32>
}

// A mask of numbers is added to the scores.
// CHECK-LABEL: func.func @added_mask(
// CHECK: %[[SCORES:.*]] = "pock.matmul"
// CHECK: arith.cmpf une, %{{.*}}, %{{.*}} : tensor<1x1x1x3xf32>
// CHECK: "pock.reduce"(%{{.*}}) {dims = array<i64: 3>, kind = "max"}
// CHECK: %[[OPEN:.*]] = "pock.broadcast"(%[[ANY:.*]]) : (tensor<1x1x1x1xi1>) -> tensor<1x1x1x3xi1>
// CHECK: %[[SAFE:.*]] = arith.select %[[OPEN]], %{{.*}}, %{{.*}} : tensor<1x1x1x3xi1>, tensor<1x1x1x3xf32>
// CHECK: %[[MASK:.*]] = "pock.broadcast"(%[[SAFE]]) : (tensor<1x1x1x3xf32>) -> tensor<1x2x3x3xf32>
// CHECK: %[[MASKED:.*]] = arith.addf %[[SCORES]], %[[MASK]]
// CHECK: "pock.softmax"(%[[MASKED]])
// CHECK: %[[RESULT:.*]] = "pock.matmul"
// CHECK: %[[ROWS:.*]] = "pock.broadcast"(%[[ANY]]) : (tensor<1x1x1x1xi1>) -> tensor<1x2x3x4xi1>
// CHECK: arith.select %[[ROWS]], %[[RESULT]], %{{.*}}
func.func @added_mask(%q: !torch.vtensor<[1,2,3,4],f32>, %mask: !torch.vtensor<[1,1,1,3],f32>) -> !torch.vtensor<[1,2,3,4],f32> {
  %none = torch.constant.none
  %false = torch.constant.bool false
  %p = torch.constant.float 0.0
  %0 = torch.aten.scaled_dot_product_attention %q, %q, %q, %mask, %p, %false, %none, %false : !torch.vtensor<[1,2,3,4],f32>, !torch.vtensor<[1,2,3,4],f32>, !torch.vtensor<[1,2,3,4],f32>, !torch.vtensor<[1,1,1,3],f32>, !torch.float, !torch.bool, !torch.none, !torch.bool -> !torch.vtensor<[1,2,3,4],f32>
  return %0 : !torch.vtensor<[1,2,3,4],f32>
}

// A boolean mask chooses; a query that may attend to nothing gets zeros.
// CHECK-LABEL: func.func @boolean_mask(
// CHECK: %[[SCORES:.*]] = "pock.matmul"
// CHECK: "pock.reduce"(%{{.*}}) {dims = array<i64: 3>, kind = "max"}
// CHECK: %[[MASK:.*]] = "pock.broadcast"(%{{.*}}) : (tensor<1x1x1x3xi1>) -> tensor<1x2x3x3xi1>
// CHECK: %[[MASKED:.*]] = arith.select %[[MASK]], %[[SCORES]], %{{.*}}
// CHECK: %[[WEIGHTS:.*]] = "pock.softmax"(%[[MASKED]])
// CHECK: %[[RESULT:.*]] = "pock.matmul"(%[[WEIGHTS]]
// CHECK: %[[ANY:.*]] = "pock.broadcast"(%{{.*}}) : (tensor<1x1x1x1xi1>) -> tensor<1x2x3x4xi1>
// CHECK: %[[ZERO:.*]] = arith.constant dense<0.000000e+00>
// CHECK: arith.select %[[ANY]], %[[RESULT]], %[[ZERO]]
func.func @boolean_mask(%q: !torch.vtensor<[1,2,3,4],f32>, %mask: !torch.vtensor<[1,1,1,3],i1>) -> !torch.vtensor<[1,2,3,4],f32> {
  %none = torch.constant.none
  %false = torch.constant.bool false
  %p = torch.constant.float 0.0
  %0 = torch.aten.scaled_dot_product_attention %q, %q, %q, %mask, %p, %false, %none, %false : !torch.vtensor<[1,2,3,4],f32>, !torch.vtensor<[1,2,3,4],f32>, !torch.vtensor<[1,2,3,4],f32>, !torch.vtensor<[1,1,1,3],i1>, !torch.float, !torch.bool, !torch.none, !torch.bool -> !torch.vtensor<[1,2,3,4],f32>
  return %0 : !torch.vtensor<[1,2,3,4],f32>
}

// The causal mask compares positions.
// CHECK-LABEL: func.func @causal(
// CHECK: arith.constant dense<[0, 1, 2]> : tensor<3xi64>
// CHECK: arith.cmpi sle, %{{.*}} : tensor<3x3xi64>
// CHECK: "pock.softmax"
func.func @causal(%q: !torch.vtensor<[1,2,3,4],f32>) -> !torch.vtensor<[1,2,3,4],f32> {
  %none = torch.constant.none
  %true = torch.constant.bool true
  %false = torch.constant.bool false
  %p = torch.constant.float 0.0
  %0 = torch.aten.scaled_dot_product_attention %q, %q, %q, %none, %p, %true, %none, %false : !torch.vtensor<[1,2,3,4],f32>, !torch.vtensor<[1,2,3,4],f32>, !torch.vtensor<[1,2,3,4],f32>, !torch.none, !torch.float, !torch.bool, !torch.none, !torch.bool -> !torch.vtensor<[1,2,3,4],f32>
  return %0 : !torch.vtensor<[1,2,3,4],f32>
}

// Grouped queries: each head of keys and values serves two of queries.
// CHECK-LABEL: func.func @grouped_queries(
// CHECK: "pock.broadcast"(%{{.*}}) : (tensor<1x2x1x3x8xf32>) -> tensor<1x2x2x3x8xf32>
// CHECK: "pock.matmul"{{.*}} : (tensor<1x4x3x8xf32>, tensor<1x4x3x8xf32>) -> tensor<1x4x3x3xf32>
func.func @grouped_queries(%q: !torch.vtensor<[1,4,3,8],f32>, %k: !torch.vtensor<[1,2,3,8],f32>) -> !torch.vtensor<[1,4,3,8],f32> {
  %none = torch.constant.none
  %true = torch.constant.bool true
  %false = torch.constant.bool false
  %p = torch.constant.float 0.0
  %scale = torch.constant.float 0.5
  %0 = torch.aten.scaled_dot_product_attention %q, %k, %k, %none, %p, %false, %scale, %true : !torch.vtensor<[1,4,3,8],f32>, !torch.vtensor<[1,2,3,8],f32>, !torch.vtensor<[1,2,3,8],f32>, !torch.none, !torch.float, !torch.bool, !torch.float, !torch.bool -> !torch.vtensor<[1,4,3,8],f32>
  return %0 : !torch.vtensor<[1,4,3,8],f32>
}
