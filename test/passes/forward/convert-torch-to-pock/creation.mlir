// RUN: pock-opt %s --convert-torch-to-pock | FileCheck %s

// CHECK-LABEL: func.func @ranges(
// CHECK: arith.constant dense<[0, 1, 2, 3]> : tensor<4xi64>
// CHECK: %[[STEPS:.*]] = arith.constant dense<[1, 3, 5]> : tensor<3xi64>
// CHECK: arith.sitofp %[[STEPS]] : tensor<3xi64> to tensor<3xf32>
func.func @ranges() -> (!torch.vtensor<[4],si64>, !torch.vtensor<[3],f32>) {
  %none = torch.constant.none
  %false = torch.constant.bool false
  %cpu = torch.constant.device "cpu"
  %f32 = torch.constant.int 6
  %1 = torch.constant.int 1
  %2 = torch.constant.int 2
  %4 = torch.constant.int 4
  %6 = torch.constant.int 6
  %0 = torch.aten.arange %4, %none, %none, %cpu, %false : !torch.int, !torch.none, !torch.none, !torch.Device, !torch.bool -> !torch.vtensor<[4],si64>
  %3 = torch.aten.arange.start_step %1, %6, %2, %f32, %none, %cpu, %false : !torch.int, !torch.int, !torch.int, !torch.int, !torch.none, !torch.Device, !torch.bool -> !torch.vtensor<[3],f32>
  return %0, %3 : !torch.vtensor<[4],si64>, !torch.vtensor<[3],f32>
}

// CHECK-LABEL: func.func @constants(
// CHECK: arith.constant dense<0.000000e+00> : tensor<2xf32>
// CHECK: arith.constant dense<1> : tensor<2xi64>
// CHECK: arith.constant dense<true> : tensor<2x3xi1>
// CHECK: arith.constant dense<7.500000e+00> : tensor<f32>
func.func @constants(%x: !torch.vtensor<[2],f32>) -> (!torch.vtensor<[2],f32>, !torch.vtensor<[2],si64>, !torch.vtensor<[2,3],i1>, !torch.vtensor<[],f32>) {
  %none = torch.constant.none
  %1 = torch.constant.int 1
  %value = torch.constant.float 7.5
  %2 = torch.constant.int 2
  %3 = torch.constant.int 3
  %4 = torch.constant.int 4
  %vector = torch.prim.ListConstruct %2 : (!torch.int) -> !torch.list<int>
  %matrix = torch.prim.ListConstruct %2, %3 : (!torch.int, !torch.int) -> !torch.list<int>
  %0 = torch.aten.zeros_like %x, %none, %none, %none, %none, %none : !torch.vtensor<[2],f32>, !torch.none, !torch.none, !torch.none, !torch.none, !torch.none -> !torch.vtensor<[2],f32>
  %7 = torch.aten.ones %vector, %4, %none, %none, %none : !torch.list<int>, !torch.int, !torch.none, !torch.none, !torch.none -> !torch.vtensor<[2],si64>
  %5 = torch.aten.full %matrix, %1, %none, %none, %none, %none : !torch.list<int>, !torch.int, !torch.none, !torch.none, !torch.none, !torch.none -> !torch.vtensor<[2,3],i1>
  %6 = torch.aten.scalar_tensor %value, %none, %none, %none, %none : !torch.float, !torch.none, !torch.none, !torch.none, !torch.none -> !torch.vtensor<[],f32>
  return %0, %7, %5, %6 : !torch.vtensor<[2],f32>, !torch.vtensor<[2],si64>, !torch.vtensor<[2,3],i1>, !torch.vtensor<[],f32>
}

// Constants of the program, with signless elements.
// CHECK-LABEL: func.func @literals(
// CHECK: arith.constant dense<[1, -2]> : tensor<2xi64>
// CHECK: arith.constant dense<3> : tensor<2xi64>
// CHECK: arith.constant dense<[1.500000e+00, 2.500000e+00]> : tensor<2xf32>
func.func @literals() -> (!torch.vtensor<[2],si64>, !torch.vtensor<[2],si64>, !torch.vtensor<[2],f32>) {
  %0 = torch.vtensor.literal(dense<[1, -2]> : tensor<2xsi64>) : !torch.vtensor<[2],si64>
  %1 = torch.vtensor.literal(dense<3> : tensor<2xsi64>) : !torch.vtensor<[2],si64>
  %2 = torch.vtensor.literal(dense<[1.5, 2.5]> : tensor<2xf32>) : !torch.vtensor<[2],f32>
  return %0, %1, %2 : !torch.vtensor<[2],si64>, !torch.vtensor<[2],si64>, !torch.vtensor<[2],f32>
}
