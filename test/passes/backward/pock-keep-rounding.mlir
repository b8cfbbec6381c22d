// RUN: pock-opt %s --pock-keep-rounding | FileCheck %s

// Rounded by the bits of float32, so that the conversion is exact.
// CHECK-LABEL: func.func @predict(
// CHECK-SAME: %[[X:[a-z0-9]+]]: tensor<4xf32>
func.func @predict(%x: tensor<4xf32>, %n: tensor<4xbf16>) -> (tensor<4xbf16>, tensor<4xbf16>, tensor<4xf16>) {
  // CHECK: %[[BITS:.*]] = arith.bitcast %[[X]] : tensor<4xf32> to tensor<4xi32>
  // CHECK: %[[UPPER:.*]] = arith.shrui %[[BITS]]
  // CHECK: %[[ODD:.*]] = arith.andi %[[UPPER]]
  // CHECK: %[[HALF:.*]] = arith.addi %{{.*}}, %[[ODD]]
  // CHECK: %[[SUM:.*]] = arith.addi %[[BITS]], %[[HALF]]
  // CHECK: %[[KEPT:.*]] = arith.andi %[[SUM]]
  // CHECK: %[[NAN:.*]] = arith.cmpf uno, %[[X]], %[[X]]
  // CHECK: %[[FLOAT:.*]] = arith.bitcast %[[KEPT]] : tensor<4xi32> to tensor<4xf32>
  // CHECK: %[[ROUNDED:.*]] = arith.select %[[NAN]], %[[X]], %[[FLOAT]]
  // CHECK: arith.truncf %[[ROUNDED]] : tensor<4xf32> to tensor<4xbf16>
  %a = arith.truncf %x : tensor<4xf32> to tensor<4xbf16>
  // What was bfloat16 before needs none, and float16 is kept as it is.
  // CHECK-NOT: arith.bitcast
  %w = arith.extf %n : tensor<4xbf16> to tensor<4xf32>
  %b = arith.truncf %w : tensor<4xf32> to tensor<4xbf16>
  %c = arith.truncf %x : tensor<4xf32> to tensor<4xf16>
  return %a, %b, %c : tensor<4xbf16>, tensor<4xbf16>, tensor<4xf16>
}
