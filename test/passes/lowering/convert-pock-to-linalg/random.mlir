// RUN: pock-opt %s --convert-pock-to-linalg | FileCheck %s

// The key is computed once, the words where they are used; the comparison is one of integers (rate * 2^32).
// CHECK-LABEL: func.func @dropout(
// CHECK-SAME: %[[X:.*]]: tensor<2x3xf32>, %[[SEED:.*]]: tensor<i32>, %[[STEP:.*]]: tensor<i32>)
// CHECK: %[[KEY:.*]]:2 = linalg.generic {{.*}}iterator_types = []} ins(%[[SEED]], %[[STEP]] : tensor<i32>, tensor<i32>)
// CHECK: %[[Y:.*]] = linalg.generic {{.*}}iterator_types = ["parallel", "parallel"]} ins(%[[X]], %[[KEY]]#0, %[[KEY]]#1 : tensor<2x3xf32>, tensor<i32>, tensor<i32>)
// CHECK: arith.constant 1073741824 : i32
// CHECK: linalg.index 0
// CHECK: linalg.index 1
// CHECK: arith.constant 466688986 : i32
// CHECK-COUNT-20: arith.shli
// CHECK: arith.cmpi uge
// CHECK: arith.constant 1.33333337 : f32
// CHECK: arith.select
// CHECK: return %[[Y]]
func.func @dropout(%x: tensor<2x3xf32>, %seed: tensor<i32>, %step: tensor<i32>) -> tensor<2x3xf32> {
  %0 = "pock.dropout"(%x, %seed, %step) {rate = 0.25, stream = 0} : (tensor<2x3xf32>, tensor<i32>, tensor<i32>) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}

// CHECK-LABEL: func.func @uniform(
// CHECK: arith.shrui
// CHECK: arith.uitofp
// CHECK: arith.constant 5.96046448E-8 : f32
// CHECK: arith.extf
func.func @uniform(%seed: tensor<i32>, %step: tensor<i32>) -> tensor<2x3xf64> {
  %0 = "pock.uniform"(%seed, %step) {stream = 1} : (tensor<i32>, tensor<i32>) -> tensor<2x3xf64>
  return %0 : tensor<2x3xf64>
}
