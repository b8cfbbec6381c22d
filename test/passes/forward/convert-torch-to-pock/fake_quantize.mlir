// RUN: pock-opt %s --convert-torch-to-pock | FileCheck %s

// The gradient reaches x where the integer is in range, and nothing else.
// CHECK-LABEL: func.func @fake_quantize(
// CHECK-SAME: %[[X:.*]]: tensor<2xf32>
// CHECK: %[[STILL:.*]] = "pock.stop_gradient"(%[[X]])
// CHECK: %[[PRODUCT:.*]] = arith.mulf %[[STILL]]
// CHECK: math.roundeven %[[PRODUCT]]
// CHECK: %[[INSIDE:.*]] = arith.andi
// CHECK: %[[SLOPE:.*]] = arith.select %[[INSIDE]]
// CHECK: %[[VALUE:.*]] = "pock.stop_gradient"
// CHECK: %[[GIVEN:.*]] = "pock.stop_gradient"(%[[SLOPE]])
// CHECK: "pock.with_slope"(%[[VALUE]], %[[X]], %[[GIVEN]])
func.func @fake_quantize(%x: !torch.vtensor<[2],f32>) -> !torch.vtensor<[2],f32> {
  %scale = torch.constant.float 0.5
  %zero = torch.constant.int 1
  %low = torch.constant.int -8
  %high = torch.constant.int 7
  %0, %1 = torch.aten.fake_quantize_per_tensor_affine_cachemask %x, %scale, %zero, %low, %high : !torch.vtensor<[2],f32>, !torch.float, !torch.int, !torch.int, !torch.int -> !torch.vtensor<[2],f32>, !torch.vtensor<[2],i1>
  return %0 : !torch.vtensor<[2],f32>
}
