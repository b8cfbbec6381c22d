// RUN: pock-opt %s --convert-torch-to-pock --canonicalize | FileCheck %s

// Between the bounds, and at them, x itself; beyond them the bound, to which no gradient goes. NaN is not between them
// and stays NaN.
// CHECK-LABEL: func.func @clamp(
// CHECK-SAME: %[[X:.*]]: tensor<3xf32>)
// CHECK-DAG: %[[LOW:.*]] = arith.constant dense<-1.000000e+00>
// CHECK-DAG: %[[HIGH:.*]] = arith.constant dense<2.000000e+00>
// CHECK-DAG: arith.cmpf oge, %[[X]], %[[LOW]]
// CHECK-DAG: arith.cmpf ole, %[[X]], %[[HIGH]]
// CHECK: "pock.stop_gradient"(%[[X]])
// CHECK: %[[RESULT:.*]] = arith.select %{{.*}}, %[[X]], %{{.*}}
// CHECK: return %[[RESULT]]
func.func @clamp(%x: !torch.vtensor<[3],f32>) -> !torch.vtensor<[3],f32> {
  %low = torch.constant.int -1
  %high = torch.constant.float 2.0
  %0 = torch.aten.clamp %x, %low, %high : !torch.vtensor<[3],f32>, !torch.int, !torch.float -> !torch.vtensor<[3],f32>
  return %0 : !torch.vtensor<[3],f32>
}

// Of bounds that are tensors the one that x is beyond has the gradient.
// CHECK-LABEL: func.func @bounds(
// CHECK-SAME: %[[X:.*]]: tensor<3xf32>, %[[LOW:.*]]: tensor<3xf32>)
// CHECK: %[[BELOW:.*]] = arith.cmpf olt, %[[X]], %[[LOW]]
// CHECK: arith.select %[[BELOW]], %[[LOW]], %{{.*}}
// CHECK: arith.select %{{.*}}, %[[X]], %{{.*}}
func.func @bounds(%x: !torch.vtensor<[3],f32>, %low: !torch.vtensor<[3],f32>) -> !torch.vtensor<[3],f32> {
  %none = torch.constant.none
  %0 = torch.aten.clamp.Tensor %x, %low, %none : !torch.vtensor<[3],f32>, !torch.vtensor<[3],f32>, !torch.none -> !torch.vtensor<[3],f32>
  return %0 : !torch.vtensor<[3],f32>
}

// Integers have no gradient.
// CHECK-LABEL: func.func @integers(
// CHECK-NOT: pock.stop_gradient
// CHECK: return
func.func @integers(%x: !torch.vtensor<[3],si64>) -> !torch.vtensor<[3],si64> {
  %low = torch.constant.int 0
  %none = torch.constant.none
  %0 = torch.aten.clamp %x, %low, %none : !torch.vtensor<[3],si64>, !torch.int, !torch.none -> !torch.vtensor<[3],si64>
  return %0 : !torch.vtensor<[3],si64>
}
