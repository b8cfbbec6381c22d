// RUN: pock-opt %s --convert-torch-to-pock | FileCheck %s

// The value at 0 is 1, the derivative 0: both are chosen, and only the latter leads to x.
// CHECK-LABEL: func.func @sinc(
// CHECK-SAME: %[[X:.*]]: tensor<2xf32>
// CHECK: %[[VALUE:.*]] = arith.select %{{.*}}, %{{.*}}, %{{.*}} : tensor<2xi1>, tensor<2xf32>
// CHECK: %[[SLOPE:.*]] = arith.select %{{.*}}, %{{.*}}, %{{.*}} : tensor<2xi1>, tensor<2xf32>
// CHECK: %[[STOPPED:.*]] = "pock.stop_gradient"(%[[VALUE]])
// CHECK: %[[CONSTANT:.*]] = "pock.stop_gradient"(%[[SLOPE]])
// CHECK: "pock.with_slope"(%[[STOPPED]], %[[X]], %[[CONSTANT]])
func.func @sinc(%x: !torch.vtensor<[2],f32>) -> !torch.vtensor<[2],f32> {
  %0 = torch.operator "torch.aten.sinc"(%x) : (!torch.vtensor<[2],f32>) -> !torch.vtensor<[2],f32>
  return %0 : !torch.vtensor<[2],f32>
}

// x log y is 0 where x is, unless y is NaN.
// CHECK-LABEL: func.func @xlogy(
// CHECK-SAME: %[[X:.*]]: tensor<2xf32>, %[[Y:.*]]: tensor<2xf32>
// CHECK: %[[LOG:.*]] = math.log %[[Y]]
// CHECK: arith.divf %[[X]], %[[Y]]
// CHECK: arith.cmpf ord, %[[Y]], %[[Y]]
// CHECK: arith.mulf %[[X]], %[[LOG]]
// CHECK: %[[BY_X:.*]] = "pock.with_slope"(%{{.*}}, %[[X]], %{{.*}})
// CHECK: "pock.with_slope"(%[[BY_X]], %[[Y]], %{{.*}})
func.func @xlogy(%x: !torch.vtensor<[2],f32>, %y: !torch.vtensor<[2],f32>) -> !torch.vtensor<[2],f32> {
  %0 = torch.operator "torch.aten.xlogy.Tensor"(%x, %y) : (!torch.vtensor<[2],f32>, !torch.vtensor<[2],f32>) -> !torch.vtensor<[2],f32>
  return %0 : !torch.vtensor<[2],f32>
}
