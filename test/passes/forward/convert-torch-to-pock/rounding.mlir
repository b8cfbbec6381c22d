// RUN: pock-opt %s --convert-torch-to-pock | FileCheck %s

// Only a zero gradient goes through a rounded value.
// CHECK-LABEL: func.func @floor(
// CHECK-NEXT: %[[X:.*]] = "pock.zero_gradient"
// CHECK-NEXT: math.floor %[[X]]
func.func @floor(%x: !torch.vtensor<[4],f32>) -> !torch.vtensor<[4],f32> {
  %0 = torch.aten.floor %x : !torch.vtensor<[4],f32> -> !torch.vtensor<[4],f32>
  return %0 : !torch.vtensor<[4],f32>
}

// Halves go to the even neighbour.
// CHECK-LABEL: func.func @round(
// CHECK: math.roundeven
func.func @round(%x: !torch.vtensor<[4],f32>) -> !torch.vtensor<[4],f32> {
  %0 = torch.aten.round %x : !torch.vtensor<[4],f32> -> !torch.vtensor<[4],f32>
  return %0 : !torch.vtensor<[4],f32>
}

// The remainder itself has one: of the dividend and, by the quotient, of the divisor.
// CHECK-LABEL: func.func @remainder(
// CHECK-SAME: %[[X:.*]]: tensor<4xf32>, %[[Y:.*]]: tensor<4xf32>
// CHECK: %[[QUOTIENT:.*]] = arith.divf
// CHECK: %[[FLOOR:.*]] = math.floor %[[QUOTIENT]]
// CHECK: %[[WHOLE:.*]] = arith.mulf %[[FLOOR]], %[[Y]]
// CHECK: arith.subf %[[X]], %[[WHOLE]]
func.func @remainder(%x: !torch.vtensor<[4],f32>, %y: !torch.vtensor<[4],f32>) -> !torch.vtensor<[4],f32> {
  %0 = torch.aten.remainder.Tensor %x, %y : !torch.vtensor<[4],f32>, !torch.vtensor<[4],f32> -> !torch.vtensor<[4],f32>
  return %0 : !torch.vtensor<[4],f32>
}

// CHECK-LABEL: func.func @integers(
// CHECK: arith.floordivsi
// CHECK: arith.divsi
// CHECK: %[[QUOTIENT:.*]] = arith.divsi
// CHECK: %[[WHOLE:.*]] = arith.muli %[[QUOTIENT]]
// CHECK: arith.subi %{{.*}}, %[[WHOLE]]
func.func @integers(%x: !torch.vtensor<[4],si64>) -> (!torch.vtensor<[4],si64>, !torch.vtensor<[4],si64>, !torch.vtensor<[4],si64>) {
  %3 = torch.constant.int 3
  %trunc = torch.constant.str "trunc"
  %0 = torch.aten.floor_divide.Scalar %x, %3 : !torch.vtensor<[4],si64>, !torch.int -> !torch.vtensor<[4],si64>
  %1 = torch.aten.div.Tensor_mode %x, %x, %trunc : !torch.vtensor<[4],si64>, !torch.vtensor<[4],si64>, !torch.str -> !torch.vtensor<[4],si64>
  %2 = torch.aten.fmod.Scalar %x, %3 : !torch.vtensor<[4],si64>, !torch.int -> !torch.vtensor<[4],si64>
  return %0, %1, %2 : !torch.vtensor<[4],si64>, !torch.vtensor<[4],si64>, !torch.vtensor<[4],si64>
}
