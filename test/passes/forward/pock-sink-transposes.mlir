// RUN: pock-opt %s --pock-sink-transposes --cse | FileCheck %s

// A pair of convolutions as the frontend leaves it: transpositions around each, elementwise ops between. Afterwards all
// is NHWC, and only the first and last transposition are left.
// CHECK-LABEL: func.func @between_image_ops(
// CHECK-SAME: %[[X:.*]]: tensor<1x3x4x4xf32>
// CHECK-NEXT: %[[IMAGE:.*]] = "pock.transpose"(%[[X]]) {permutation = array<i64: 0, 2, 3, 1>}
// CHECK-NEXT: %[[FIRST:.*]] = "pock.max_pool2d"(%[[IMAGE]])
// CHECK-NEXT: %[[RELU:.*]] = "pock.relu"(%[[FIRST]]) : (tensor<1x2x2x3xf32>)
// CHECK-NEXT: %[[SUM:.*]] = arith.addf %[[RELU]], %[[FIRST]] : tensor<1x2x2x3xf32>
// CHECK-NEXT: %[[SECOND:.*]] = "pock.max_pool2d"(%[[SUM]])
// CHECK-NEXT: %[[OUT:.*]] = "pock.transpose"(%[[SECOND]]) {permutation = array<i64: 0, 3, 1, 2>}
// CHECK-NEXT: return %[[OUT]]
func.func @between_image_ops(%x: tensor<1x3x4x4xf32>) -> tensor<1x3x1x1xf32> {
  %0 = "pock.transpose"(%x) {permutation = array<i64: 0, 2, 3, 1>} : (tensor<1x3x4x4xf32>) -> tensor<1x4x4x3xf32>
  %1 = "pock.max_pool2d"(%0) {dilations = array<i64: 1, 1>, kernel = array<i64: 2, 2>, padding = array<i64: 0, 0>, strides = array<i64: 2, 2>} : (tensor<1x4x4x3xf32>) -> tensor<1x2x2x3xf32>
  %2 = "pock.transpose"(%1) {permutation = array<i64: 0, 3, 1, 2>} : (tensor<1x2x2x3xf32>) -> tensor<1x3x2x2xf32>
  %3 = "pock.relu"(%2) : (tensor<1x3x2x2xf32>) -> tensor<1x3x2x2xf32>
  %4 = arith.addf %3, %2 : tensor<1x3x2x2xf32>
  %5 = "pock.transpose"(%4) {permutation = array<i64: 0, 2, 3, 1>} : (tensor<1x3x2x2xf32>) -> tensor<1x2x2x3xf32>
  %6 = "pock.max_pool2d"(%5) {dilations = array<i64: 1, 1>, kernel = array<i64: 2, 2>, padding = array<i64: 0, 0>, strides = array<i64: 2, 2>} : (tensor<1x2x2x3xf32>) -> tensor<1x1x1x3xf32>
  %7 = "pock.transpose"(%6) {permutation = array<i64: 0, 3, 1, 2>} : (tensor<1x1x1x3xf32>) -> tensor<1x3x1x1xf32>
  return %7 : tensor<1x3x1x1xf32>
}

// Constants and values broadcast per channel take the other layout for free; attributes stay.
// CHECK-LABEL: func.func @channelwise(
// CHECK-SAME: %[[X:.*]]: tensor<2x4x5x3xf32>, %[[FACTOR:.*]]: tensor<3x1x1xf32>
// CHECK: arith.mulf %[[X]], %{{.*}} fastmath<fast> : tensor<2x4x5x3xf32>
// CHECK: %[[ZERO:.*]] = arith.constant dense<0.000000e+00> : tensor<2x4x5x3xf32>
// CHECK: arith.cmpf ogt, %{{.*}}, %[[ZERO]] : tensor<2x4x5x3xf32>
// CHECK: arith.select {{.*}} : tensor<2x4x5x3xi1>, tensor<2x4x5x3xf32>
// CHECK: "pock.transpose"(%{{.*}}) {permutation = array<i64: 0, 3, 1, 2>}
// CHECK-NEXT: return
func.func @channelwise(%x: tensor<2x4x5x3xf32>, %factor: tensor<3x1x1xf32>) -> tensor<2x3x4x5xf32> {
  %0 = "pock.transpose"(%x) {permutation = array<i64: 0, 3, 1, 2>} : (tensor<2x4x5x3xf32>) -> tensor<2x3x4x5xf32>
  %1 = "pock.broadcast"(%factor) : (tensor<3x1x1xf32>) -> tensor<2x3x4x5xf32>
  %2 = arith.mulf %0, %1 fastmath<fast> : tensor<2x3x4x5xf32>
  %zero = arith.constant dense<0.0> : tensor<2x3x4x5xf32>
  %3 = arith.cmpf ogt, %2, %zero : tensor<2x3x4x5xf32>
  %4 = arith.select %3, %2, %zero : tensor<2x3x4x5xi1>, tensor<2x3x4x5xf32>
  return %4 : tensor<2x3x4x5xf32>
}

// A reduction and a concatenation along the dimensions' new places.
// CHECK-LABEL: func.func @reduce(
// CHECK-NEXT: %[[SUM:.*]] = "pock.reduce"(%{{.*}}) {dims = array<i64: 1, 2>, kind = "sum"} : (tensor<2x4x5x3xf32>) -> tensor<2x3xf32>
// CHECK-NEXT: return %[[SUM]]
func.func @reduce(%x: tensor<2x4x5x3xf32>) -> tensor<2x3xf32> {
  %0 = "pock.transpose"(%x) {permutation = array<i64: 0, 3, 1, 2>} : (tensor<2x4x5x3xf32>) -> tensor<2x3x4x5xf32>
  %1 = "pock.reduce"(%0) {dims = array<i64: 2, 3>, kind = "sum"} : (tensor<2x3x4x5xf32>) -> tensor<2x3xf32>
  return %1 : tensor<2x3xf32>
}

// CHECK-LABEL: func.func @concat(
// CHECK-NEXT: %[[JOINED:.*]] = tensor.concat dim(3) %{{.*}} : (tensor<2x4x5x3xf32>, tensor<2x4x5x3xf32>) -> tensor<2x4x5x6xf32>
// CHECK-NEXT: return %[[JOINED]]
func.func @concat(%x: tensor<2x4x5x3xf32>) -> tensor<2x4x5x6xf32> {
  %0 = "pock.transpose"(%x) {permutation = array<i64: 0, 3, 1, 2>} : (tensor<2x4x5x3xf32>) -> tensor<2x3x4x5xf32>
  %1 = tensor.concat dim(1) %0, %0 : (tensor<2x3x4x5xf32>, tensor<2x3x4x5xf32>) -> tensor<2x6x4x5xf32>
  %2 = "pock.transpose"(%1) {permutation = array<i64: 0, 2, 3, 1>} : (tensor<2x6x4x5xf32>) -> tensor<2x4x5x6xf32>
  return %2 : tensor<2x4x5x6xf32>
}

// Two transpositions that are no inverses become one.
// CHECK-LABEL: func.func @compose(
// CHECK-NEXT: "pock.transpose"(%{{.*}}) {permutation = array<i64: 1, 2, 0>} : (tensor<2x3x4xf32>) -> tensor<3x4x2xf32>
// CHECK-NEXT: return
func.func @compose(%x: tensor<2x3x4xf32>) -> tensor<3x4x2xf32> {
  %0 = "pock.transpose"(%x) {permutation = array<i64: 0, 2, 1>} : (tensor<2x3x4xf32>) -> tensor<2x4x3xf32>
  %1 = "pock.transpose"(%0) {permutation = array<i64: 2, 1, 0>} : (tensor<2x4x3xf32>) -> tensor<3x4x2xf32>
  return %1 : tensor<3x4x2xf32>
}

// Where another operand would have to be transposed instead, nothing moves.
// CHECK-LABEL: func.func @other_operand(
// CHECK-SAME: %[[X:.*]]: tensor<3x2xf32>, %[[Y:.*]]: tensor<2x3xf32>
// CHECK-NEXT: %[[T:.*]] = "pock.transpose"(%[[X]])
// CHECK-NEXT: arith.addf %[[T]], %[[Y]] : tensor<2x3xf32>
func.func @other_operand(%x: tensor<3x2xf32>, %y: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %0 = "pock.transpose"(%x) {permutation = array<i64: 1, 0>} : (tensor<3x2xf32>) -> tensor<2x3xf32>
  %1 = arith.addf %0, %y : tensor<2x3xf32>
  return %1 : tensor<2x3xf32>
}
