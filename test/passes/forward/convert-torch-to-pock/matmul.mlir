// RUN: pock-opt %s --convert-torch-to-pock | FileCheck %s

// All leading dimensions of a linear layer's input are rows of one product; its weight is used transposed.
// CHECK-LABEL: func.func @linear(
// CHECK-SAME: %[[X:.*]]: tensor<2x3x4xf32>, %[[W:.*]]: tensor<5x4xf32>, %[[B:.*]]: tensor<5xf32>
// CHECK-NEXT: %[[ROWS:.*]] = tensor.collapse_shape %[[X]] {{\[\[}}0, 1], [2]] : tensor<2x3x4xf32> into tensor<6x4xf32>
// CHECK-NEXT: %[[PRODUCT:.*]] = "pock.matmul"(%[[ROWS]], %[[W]]) {transpose_lhs = false, transpose_rhs = true}
// CHECK-NEXT: %[[BIAS:.*]] = "pock.broadcast"(%[[B]]) : (tensor<5xf32>) -> tensor<6x5xf32>
// CHECK-NEXT: %[[SUM:.*]] = arith.addf %[[PRODUCT]], %[[BIAS]]
// CHECK-NEXT: tensor.expand_shape %[[SUM]] {{.*}} into tensor<2x3x5xf32>
func.func @linear(%x: !torch.vtensor<[2,3,4],f32>, %w: !torch.vtensor<[5,4],f32>, %b: !torch.vtensor<[5],f32>) -> !torch.vtensor<[2,3,5],f32> {
  %0 = torch.aten.linear %x, %w, %b : !torch.vtensor<[2,3,4],f32>, !torch.vtensor<[5,4],f32>, !torch.vtensor<[5],f32> -> !torch.vtensor<[2,3,5],f32>
  return %0 : !torch.vtensor<[2,3,5],f32>
}

// CHECK-LABEL: func.func @linear_without_bias(
// CHECK-NEXT: "pock.matmul"
// CHECK-NEXT: return
func.func @linear_without_bias(%x: !torch.vtensor<[2,4],f32>, %w: !torch.vtensor<[5,4],f32>) -> !torch.vtensor<[2,5],f32> {
  %none = torch.constant.none
  %0 = torch.aten.linear %x, %w, %none : !torch.vtensor<[2,4],f32>, !torch.vtensor<[5,4],f32>, !torch.none -> !torch.vtensor<[2,5],f32>
  return %0 : !torch.vtensor<[2,5],f32>
}

// CHECK-LABEL: func.func @mm(
// CHECK-NEXT: "pock.matmul"(%{{.*}}) {transpose_lhs = false, transpose_rhs = false} : (tensor<2x3xf32>, tensor<3x4xf32>) -> tensor<2x4xf32>
func.func @mm(%a: !torch.vtensor<[2,3],f32>, %b: !torch.vtensor<[3,4],f32>) -> !torch.vtensor<[2,4],f32> {
  %0 = torch.aten.mm %a, %b : !torch.vtensor<[2,3],f32>, !torch.vtensor<[3,4],f32> -> !torch.vtensor<[2,4],f32>
  return %0 : !torch.vtensor<[2,4],f32>
}

// CHECK-LABEL: func.func @bmm(
// CHECK-NEXT: "pock.matmul"{{.*}} : (tensor<7x2x3xf32>, tensor<7x3x4xf32>) -> tensor<7x2x4xf32>
func.func @bmm(%a: !torch.vtensor<[7,2,3],f32>, %b: !torch.vtensor<[7,3,4],f32>) -> !torch.vtensor<[7,2,4],f32> {
  %0 = torch.aten.bmm %a, %b : !torch.vtensor<[7,2,3],f32>, !torch.vtensor<[7,3,4],f32> -> !torch.vtensor<[7,2,4],f32>
  return %0 : !torch.vtensor<[7,2,4],f32>
}

// Batch dimensions broadcast against each other.
// CHECK-LABEL: func.func @batches(
// CHECK-SAME: %[[A:.*]]: tensor<5x1x2x3xf32>, %[[B:.*]]: tensor<6x3x4xf32>
// CHECK-NEXT: %[[LHS:.*]] = "pock.broadcast"(%[[A]]) : (tensor<5x1x2x3xf32>) -> tensor<5x6x2x3xf32>
// CHECK-NEXT: %[[RHS:.*]] = "pock.broadcast"(%[[B]]) : (tensor<6x3x4xf32>) -> tensor<5x6x3x4xf32>
// CHECK-NEXT: "pock.matmul"(%[[LHS]], %[[RHS]])
func.func @batches(%a: !torch.vtensor<[5,1,2,3],f32>, %b: !torch.vtensor<[6,3,4],f32>) -> !torch.vtensor<[5,6,2,4],f32> {
  %0 = torch.aten.matmul %a, %b : !torch.vtensor<[5,1,2,3],f32>, !torch.vtensor<[6,3,4],f32> -> !torch.vtensor<[5,6,2,4],f32>
  return %0 : !torch.vtensor<[5,6,2,4],f32>
}

// A stack of matrices times one matrix is one product.
// CHECK-LABEL: func.func @stack_times_matrix(
// CHECK: "pock.matmul"{{.*}} : (tensor<10x3xf32>, tensor<3x4xf32>) -> tensor<10x4xf32>
func.func @stack_times_matrix(%a: !torch.vtensor<[5,2,3],f32>, %b: !torch.vtensor<[3,4],f32>) -> !torch.vtensor<[5,2,4],f32> {
  %0 = torch.aten.matmul %a, %b : !torch.vtensor<[5,2,3],f32>, !torch.vtensor<[3,4],f32> -> !torch.vtensor<[5,2,4],f32>
  return %0 : !torch.vtensor<[5,2,4],f32>
}

// CHECK-LABEL: func.func @vectors(
// CHECK: "pock.matmul"{{.*}} : (tensor<1x3xf32>, tensor<3x1xf32>) -> tensor<1x1xf32>
// CHECK-NEXT: tensor.collapse_shape {{.*}} into tensor<f32>
func.func @vectors(%a: !torch.vtensor<[3],f32>) -> !torch.vtensor<[],f32> {
  %0 = torch.aten.matmul %a, %a : !torch.vtensor<[3],f32>, !torch.vtensor<[3],f32> -> !torch.vtensor<[],f32>
  return %0 : !torch.vtensor<[],f32>
}

// CHECK-LABEL: func.func @addmm(
// CHECK: %[[PRODUCT:.*]] = "pock.matmul"
// CHECK: %[[SCALED:.*]] = arith.mulf %[[PRODUCT]]
// CHECK: %[[BIAS:.*]] = "pock.broadcast"
// CHECK: arith.addf %[[SCALED]], %[[BIAS]]
func.func @addmm(%bias: !torch.vtensor<[4],f32>, %a: !torch.vtensor<[2,3],f32>, %b: !torch.vtensor<[3,4],f32>) -> !torch.vtensor<[2,4],f32> {
  %1 = torch.constant.int 1
  %2 = torch.constant.int 2
  %0 = torch.aten.addmm %bias, %a, %b, %1, %2 : !torch.vtensor<[4],f32>, !torch.vtensor<[2,3],f32>, !torch.vtensor<[3,4],f32>, !torch.int, !torch.int -> !torch.vtensor<[2,4],f32>
  return %0 : !torch.vtensor<[2,4],f32>
}
