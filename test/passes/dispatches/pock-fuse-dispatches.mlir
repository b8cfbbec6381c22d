// RUN: pock-opt %s --pock-fuse-dispatches | FileCheck %s

#id = affine_map<(d0) -> (d0)>

// Of a piece's elementwise ops one loop becomes; other functions stay as they are.
// CHECK-LABEL: func.func private @dispatch.elementwise
// CHECK: linalg.generic
// CHECK: math.exp
// CHECK-NEXT: math.absf
// CHECK-NOT: linalg.generic
// CHECK-LABEL: func.func @step
// CHECK: linalg.generic
// CHECK: linalg.generic
func.func private @dispatch.elementwise(%x: tensor<4xf32>) -> tensor<4xf32> attributes {pock.in_place = 1 : i64} {
  %0 = tensor.empty() : tensor<4xf32>
  %1 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%x : tensor<4xf32>) outs(%0 : tensor<4xf32>) {
  ^bb0(%a: f32, %b: f32):
    %2 = math.exp %a : f32
    linalg.yield %2 : f32
  } -> tensor<4xf32>
  %3 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%1 : tensor<4xf32>) outs(%0 : tensor<4xf32>) {
  ^bb0(%a: f32, %b: f32):
    %2 = math.absf %a : f32
    linalg.yield %2 : f32
  } -> tensor<4xf32>
  return %3 : tensor<4xf32>
}
func.func @step(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = tensor.empty() : tensor<4xf32>
  %1 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%x : tensor<4xf32>) outs(%0 : tensor<4xf32>) {
  ^bb0(%a: f32, %b: f32):
    %2 = math.exp %a : f32
    linalg.yield %2 : f32
  } -> tensor<4xf32>
  %3 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%1 : tensor<4xf32>) outs(%0 : tensor<4xf32>) {
  ^bb0(%a: f32, %b: f32):
    %2 = math.absf %a : f32
    linalg.yield %2 : f32
  } -> tensor<4xf32>
  return %3 : tensor<4xf32>
}

// Ops on whole tensors are elementwise ops like others.
// CHECK-LABEL: func.func private @dispatch.contraction
// CHECK: linalg.matmul
// CHECK: linalg.generic
// CHECK: arith.addf
// CHECK-NEXT: math.tanh
// CHECK-NOT: linalg.generic
func.func private @dispatch.contraction(%x: tensor<2x4xf32>, %y: tensor<4x3xf32>, %z: tensor<2x3xf32>) -> tensor<2x3xf32> attributes {pock.in_place = 3 : i64} {
  %0 = linalg.matmul ins(%x, %y : tensor<2x4xf32>, tensor<4x3xf32>) outs(%z : tensor<2x3xf32>) -> tensor<2x3xf32>
  %1 = arith.addf %0, %z : tensor<2x3xf32>
  %2 = math.tanh %1 : tensor<2x3xf32>
  return %2 : tensor<2x3xf32>
}

// Results that are made of the same: one loop with several results, which computes once what they share. A result that
// is written over a state stays there.
// CHECK-LABEL: func.func private @dispatch.elementwise.1
// CHECK-SAME: %[[X:.*]]: tensor<4xf32>, %[[W:.*]]: tensor<4xf32>
// CHECK: %[[R:.*]]:3 = linalg.generic
// CHECK-SAME: ins(%[[X]] : tensor<4xf32>) outs(%{{.*}}, %{{.*}}, %[[W]] : tensor<4xf32>, tensor<4xi1>, tensor<4xf32>)
// CHECK-COUNT-1: math.exp
// CHECK: linalg.yield
// CHECK-NOT: linalg.generic
// CHECK: return %[[R]]#0, %[[R]]#1, %[[R]]#2
func.func private @dispatch.elementwise.1(%x: tensor<4xf32>, %w: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xi1>, tensor<4xf32>) attributes {pock.in_place = 1 : i64} {
  %0 = tensor.empty() : tensor<4xf32>
  %1 = math.exp %x : tensor<4xf32>
  %2 = arith.negf %1 : tensor<4xf32>
  %3 = arith.cmpf olt, %1, %x : tensor<4xf32>
  %4 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%2 : tensor<4xf32>) outs(%w : tensor<4xf32>) {
  ^bb0(%a: f32, %b: f32):
    %5 = arith.subf %b, %a : f32
    linalg.yield %5 : f32
  } -> tensor<4xf32>
  return %2, %3, %4 : tensor<4xf32>, tensor<4xi1>, tensor<4xf32>
}

// A sum between two loops keeps them apart.
// CHECK-LABEL: func.func private @dispatch.reduction
// CHECK: math.exp
// CHECK: linalg.generic
// CHECK-SAME: "reduction"
// CHECK: arith.divf
func.func private @dispatch.reduction(%x: tensor<4xf32>, %zero: tensor<f32>) -> tensor<4xf32> attributes {pock.in_place = 2 : i64} {
  %0 = tensor.empty() : tensor<4xf32>
  %1 = math.exp %x : tensor<4xf32>
  %2 = linalg.generic {indexing_maps = [#id, affine_map<(d0) -> ()>], iterator_types = ["reduction"]} ins(%1 : tensor<4xf32>) outs(%zero : tensor<f32>) {
  ^bb0(%a: f32, %b: f32):
    %5 = arith.addf %a, %b : f32
    linalg.yield %5 : f32
  } -> tensor<f32>
  %3 = linalg.generic {indexing_maps = [#id, affine_map<(d0) -> ()>, #id], iterator_types = ["parallel"]} ins(%1, %2 : tensor<4xf32>, tensor<f32>) outs(%0 : tensor<4xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %5 = arith.divf %a, %b : f32
    linalg.yield %5 : f32
  } -> tensor<4xf32>
  return %3 : tensor<4xf32>
}

// Two results that turn out to be one, or an argument, are no piece's: the ops stand where they were called.
// CHECK-LABEL: func.func @twice
// CHECK-NOT: call
// CHECK: %[[E:.*]] = linalg.generic
// CHECK: math.exp
// CHECK: return %[[E]], %[[E]]
// CHECK-NOT: dispatch.elementwise.2
func.func @twice(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %0:2 = call @dispatch.elementwise.2(%x) : (tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
  return %0#0, %0#1 : tensor<4xf32>, tensor<4xf32>
}
func.func private @dispatch.elementwise.2(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) attributes {pock.in_place = 1 : i64} {
  %0 = math.exp %x : tensor<4xf32>
  %1 = math.exp %x : tensor<4xf32>
  return %0, %1 : tensor<4xf32>, tensor<4xf32>
}
