// What is around the ops: signatures, symbols, casts to and from builtin tensors, dead code.
// RUN: pock-opt %s --convert-torch-to-pock | FileCheck %s

// CHECK: "pock.parameter"() {kind = "parameter", sym_name = "w", type = tensor<2xf32>, update = "frozen"}
"pock.parameter"() {kind = "parameter", sym_name = "w", type = tensor<2xf32>, update = "frozen"} : () -> ()

// Reads of parameters stay, the casts around them go.
// CHECK-LABEL: func.func @read(
// CHECK-SAME: %[[X:.*]]: tensor<2xf32>) -> tensor<2xf32> {
// CHECK-NEXT: %[[W:.*]] = "pock.read"() {symbol = @w} : () -> tensor<2xf32>
// CHECK-NEXT: %[[PRODUCT:.*]] = arith.mulf %[[X]], %[[W]]
// CHECK-NEXT: return %[[PRODUCT]]
func.func @read(%x: !torch.vtensor<[2],f32>) -> !torch.vtensor<[2],f32> {
  %0 = "pock.read"() {symbol = @w} : () -> tensor<2xf32>
  %1 = torch_c.from_builtin_tensor %0 : tensor<2xf32> -> !torch.vtensor<[2],f32>
  %2 = torch.aten.mul.Tensor %x, %1 : !torch.vtensor<[2],f32>, !torch.vtensor<[2],f32> -> !torch.vtensor<[2],f32>
  return %2 : !torch.vtensor<[2],f32>
}

// Element types become signless; attributes of arguments and results stay.
// CHECK-LABEL: func.func @signature(
// CHECK-SAME: tensor<3xi64> {test.name = "ids"}, %{{.*}}: tensor<i1>, %{{.*}}: tensor<2x3xf64>) -> (tensor<2x3xf64> {test.name = "out"}, tensor<3xi64>)
func.func @signature(%a: !torch.vtensor<[3],si64> {test.name = "ids"}, %b: !torch.vtensor<[],i1>, %c: !torch.vtensor<[2,3],f64>) -> (!torch.vtensor<[2,3],f64> {test.name = "out"}, !torch.vtensor<[3],si64>) {
  return %c, %a : !torch.vtensor<[2,3],f64>, !torch.vtensor<[3],si64>
}

// Nothing is built for what the results do not need, nor for checks of metadata.
// CHECK-LABEL: func.func @dead_code(
// CHECK-NEXT: return
func.func @dead_code(%x: !torch.vtensor<[2],f32>) -> !torch.vtensor<[2],f32> {
  %none = torch.constant.none
  %f32 = torch.constant.int 6
  %0 = torch.aten.exp %x : !torch.vtensor<[2],f32> -> !torch.vtensor<[2],f32>
  torch.operator "torch.aten._assert_tensor_metadata"(%x, %none, %none, %f32) : (!torch.vtensor<[2],f32>, !torch.none, !torch.none, !torch.int) -> ()
  return %x : !torch.vtensor<[2],f32>
}
