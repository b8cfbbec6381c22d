// RUN: pock-opt %s --convert-torch-to-pock | FileCheck %s

// Unsigned bytes are numbers from 0 to 255 in i16 inside, bytes outside, and wrap.
// CHECK-LABEL: func.func @bytes(
// CHECK-SAME: %[[X:.*]]: tensor<4xi8> {pock.unsigned}) -> (tensor<4xi8> {pock.unsigned})
func.func @bytes(%x: !torch.vtensor<[4],ui8>) -> !torch.vtensor<[4],ui8> {
  %int3 = torch.constant.int 3
  %int1 = torch.constant.int 1
  // CHECK: %[[NUMBER:.*]] = arith.extui %[[X]] : tensor<4xi8> to tensor<4xi16>
  // CHECK: %[[SHIFTED:.*]] = arith.shli %[[NUMBER]], %{{.*}} : tensor<4xi16>
  // CHECK: %[[WRAPPED:.*]] = arith.andi %[[SHIFTED]]
  %0 = torch.aten.__lshift__.Scalar %x, %int3 : !torch.vtensor<[4],ui8>, !torch.int -> !torch.vtensor<[4],ui8>
  // CHECK: arith.shrsi %[[WRAPPED]]
  %1 = torch.aten.__rshift__.Scalar %0, %int1 : !torch.vtensor<[4],ui8>, !torch.int -> !torch.vtensor<[4],ui8>
  // CHECK: %[[BYTE:.*]] = arith.trunci %{{.*}} : tensor<4xi16> to tensor<4xi8>
  // CHECK: return %[[BYTE]]
  return %1 : !torch.vtensor<[4],ui8>
}

// CHECK-LABEL: func.func @signed(
// CHECK-SAME: %[[X:.*]]: tensor<4xi8>) -> tensor<4xi8>
func.func @signed(%x: !torch.vtensor<[4],si8>) -> !torch.vtensor<[4],si8> {
  %int1 = torch.constant.int 1
  // CHECK: arith.shrsi %[[X]], %{{.*}} : tensor<4xi8>
  %0 = torch.aten.__rshift__.Scalar %x, %int1 : !torch.vtensor<[4],si8>, !torch.int -> !torch.vtensor<[4],si8>
  return %0 : !torch.vtensor<[4],si8>
}
