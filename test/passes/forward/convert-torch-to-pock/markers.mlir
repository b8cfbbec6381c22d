// RUN: pock-opt %s --convert-torch-to-pock | FileCheck %s

// CHECK-LABEL: func.func @markers
// CHECK-SAME: %[[X:.*]]: tensor<2xf32>
func.func @markers(%x: !torch.vtensor<[2],f32>) -> !torch.vtensor<[2],f32> {
  // CHECK: %[[VALUE:.*]] = "pock.stop_gradient"(%[[X]])
  %value = torch.operator "torch.pock.stop_gradient"(%x) : (!torch.vtensor<[2],f32>) -> !torch.vtensor<[2],f32>
  %id = torch.constant.int 3
  // CHECK: %[[COTANGENT:.*]] = "pock.cotangent"(%[[VALUE]]) {id = 3 : i64}
  %cotangent = torch.operator "torch.pock.cotangent"(%value, %id) : (!torch.vtensor<[2],f32>, !torch.int) -> !torch.vtensor<[2],f32>
  // CHECK: %[[GRADIENT:.*]] = arith.negf %[[COTANGENT]]
  %gradient = torch.aten.neg %cotangent : !torch.vtensor<[2],f32> -> !torch.vtensor<[2],f32>
  // CHECK: "pock.custom_vjp"(%[[VALUE]], %[[COTANGENT]], %[[X]], %[[GRADIENT]])
  %y = torch.operator "torch.pock.custom_vjp"(%value, %cotangent, %x, %gradient) : (!torch.vtensor<[2],f32>, !torch.vtensor<[2],f32>, !torch.vtensor<[2],f32>, !torch.vtensor<[2],f32>) -> !torch.vtensor<[2],f32>
  return %y : !torch.vtensor<[2],f32>
}
