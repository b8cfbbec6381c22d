// RUN: pock-opt %s --convert-pock-to-linalg | FileCheck %s

// |x|^y with the sign of x for an odd y; NaN for a finite negative x and a y that is no integer; 1 for y = 0.
// CHECK-LABEL: func.func @powf(
// CHECK-SAME: %[[X:.*]]: tensor<2xf32>, %[[Y:.*]]: tensor<2xf32>
// CHECK: arith.constant dense<0x7FC00000>
// CHECK: %[[ABSOLUTE:.*]] = math.absf %[[X]]
// CHECK: %[[MAGNITUDE:.*]] = math.powf %[[ABSOLUTE]], %[[Y]]
// CHECK: math.floor
// CHECK: math.copysign %[[MAGNITUDE]], %[[X]]
// CHECK: math.floor %[[Y]]
// CHECK: arith.cmpf ogt, %{{.*}}, %[[X]]
// CHECK: arith.cmpf ogt, %[[X]], %{{.*}}
// CHECK: %[[ONE:.*]] = arith.constant dense<1.000000e+00>
// CHECK: %[[RESULT:.*]] = arith.select %{{.*}}, %[[ONE]], %{{.*}}
// CHECK: return %[[RESULT]]
func.func @powf(%x: tensor<2xf32>, %y: tensor<2xf32>) -> tensor<2xf32> {
  %0 = math.powf %x, %y : tensor<2xf32>
  return %0 : tensor<2xf32>
}
