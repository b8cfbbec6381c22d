// RUN: pock-opt %s --pock-adapt-to-iree | FileCheck %s

// |x|^y with the sign of x for an odd y; NaN for a finite negative x and a y that is no integer; 1 for y = 0 and x = 1.
// CHECK-LABEL: func.func @powf(
// CHECK-SAME: %[[X:.*]]: tensor<2xf32>, %[[Y:.*]]: tensor<2xf32>
// CHECK: %[[ONE:.*]] = arith.constant dense<1.000000e+00>
// CHECK: arith.constant dense<0x7FC00000>
// CHECK: %[[ABSOLUTE:.*]] = math.absf %[[X]]
// CHECK: %[[IS_ONE:.*]] = arith.cmpf oeq, %[[ABSOLUTE]], %[[ONE]]
// CHECK: %[[POWER:.*]] = math.powf %[[ABSOLUTE]], %[[Y]]
// CHECK: %[[MAGNITUDE:.*]] = arith.select %[[IS_ONE]], %[[ONE]], %[[POWER]]
// CHECK: math.floor
// CHECK: math.copysign %[[MAGNITUDE]], %[[X]]
// CHECK: math.floor %[[Y]]
// CHECK: arith.cmpf ogt, %{{.*}}, %[[X]]
// CHECK: arith.cmpf ogt, %[[X]], %{{.*}}
// CHECK: %[[RESULT:.*]] = arith.select %{{.*}}, %[[ONE]], %{{.*}}
// CHECK: return %[[RESULT]]
func.func @powf(%x: tensor<2xf32>, %y: tensor<2xf32>) -> tensor<2xf32> {
  %0 = math.powf %x, %y : tensor<2xf32>
  return %0 : tensor<2xf32>
}

// In a structured op, too.
// CHECK-LABEL: func.func @in_a_loop(
// CHECK: linalg.generic
// CHECK: math.absf
// CHECK: math.powf
// CHECK: math.copysign
// CHECK: arith.select
// CHECK: linalg.yield
func.func @in_a_loop(%x: tensor<2xbf16>, %y: tensor<2xf32>) -> tensor<2xf32> {
  %empty = tensor.empty() : tensor<2xf32>
  %0 = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} ins(%x, %y : tensor<2xbf16>, tensor<2xf32>) outs(%empty : tensor<2xf32>) {
  ^bb0(%a: bf16, %b: f32, %c: f32):
    %wide = arith.extf %a : bf16 to f32
    %power = math.powf %wide, %b : f32
    linalg.yield %power : f32
  } -> tensor<2xf32>
  return %0 : tensor<2xf32>
}
