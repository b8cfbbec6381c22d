// RUN: pock-opt %s --convert-torch-to-pock | FileCheck %s

// The derivative is given, as that of the formula has none at 1.
// CHECK-LABEL: func.func @asin(
// CHECK-SAME: %[[X:.*]]: tensor<2xf32>
// CHECK: %[[QUOTIENT:.*]] = arith.divf %[[X]], %{{.*}}
// CHECK: %[[ANGLE:.*]] = math.atan %[[QUOTIENT]]
// CHECK: math.rsqrt
// CHECK: %[[VALUE:.*]] = "pock.stop_gradient"(%[[ANGLE]])
// CHECK: "pock.with_slope"(%[[VALUE]], %[[X]], %{{.*}})
func.func @asin(%x: !torch.vtensor<[2],f32>) -> !torch.vtensor<[2],f32> {
  %0 = torch.aten.asin %x : !torch.vtensor<[2],f32> -> !torch.vtensor<[2],f32>
  return %0 : !torch.vtensor<[2],f32>
}
