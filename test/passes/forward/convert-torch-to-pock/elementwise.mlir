// RUN: pock-opt %s --convert-torch-to-pock | FileCheck %s

// CHECK-LABEL: func.func @arithmetic(
// CHECK-SAME: %[[A:.*]]: tensor<2x3xf32>, %[[B:.*]]: tensor<2x3xf32>) -> tensor<2x3xf32>
// CHECK-NEXT: %[[SUM:.*]] = arith.addf %[[A]], %[[B]]
// CHECK-NEXT: %[[DIFFERENCE:.*]] = arith.subf %[[SUM]], %[[B]]
// CHECK-NEXT: %[[PRODUCT:.*]] = arith.mulf %[[DIFFERENCE]], %[[B]]
// CHECK-NEXT: %[[QUOTIENT:.*]] = arith.divf %[[PRODUCT]], %[[B]]
// CHECK-NEXT: %[[NEGATIVE:.*]] = arith.negf %[[QUOTIENT]]
// CHECK-NEXT: return %[[NEGATIVE]] : tensor<2x3xf32>
func.func @arithmetic(%a: !torch.vtensor<[2,3],f32>, %b: !torch.vtensor<[2,3],f32>) -> !torch.vtensor<[2,3],f32> {
  %one = torch.constant.int 1
  %0 = torch.aten.add.Tensor %a, %b, %one : !torch.vtensor<[2,3],f32>, !torch.vtensor<[2,3],f32>, !torch.int -> !torch.vtensor<[2,3],f32>
  %1 = torch.aten.sub.Tensor %0, %b, %one : !torch.vtensor<[2,3],f32>, !torch.vtensor<[2,3],f32>, !torch.int -> !torch.vtensor<[2,3],f32>
  %2 = torch.aten.mul.Tensor %1, %b : !torch.vtensor<[2,3],f32>, !torch.vtensor<[2,3],f32> -> !torch.vtensor<[2,3],f32>
  %3 = torch.aten.div.Tensor %2, %b : !torch.vtensor<[2,3],f32>, !torch.vtensor<[2,3],f32> -> !torch.vtensor<[2,3],f32>
  %4 = torch.aten.neg %3 : !torch.vtensor<[2,3],f32> -> !torch.vtensor<[2,3],f32>
  return %4 : !torch.vtensor<[2,3],f32>
}

// Numbers become constants of the result's type; alpha scales the second operand.
// CHECK-LABEL: func.func @numbers(
// CHECK-SAME: %[[X:.*]]: tensor<2xf32>
// CHECK-NEXT: %[[THREE:.*]] = arith.constant dense<3.000000e+00> : tensor<2xf32>
// CHECK-NEXT: %[[SUM:.*]] = arith.addf %[[X]], %[[THREE]]
// CHECK-NEXT: %[[TWO:.*]] = arith.constant dense<2.000000e+00>
// CHECK-NEXT: %[[SCALED:.*]] = arith.mulf %[[SUM]], %[[TWO]]
// CHECK-NEXT: %[[ALPHA:.*]] = arith.addf %[[X]], %[[SCALED]]
// CHECK-NEXT: %[[HALF:.*]] = arith.constant dense<5.000000e-01>
// CHECK-NEXT: %[[REVERSED:.*]] = arith.subf %[[HALF]], %[[ALPHA]]
// CHECK-NEXT: return %[[REVERSED]]
func.func @numbers(%x: !torch.vtensor<[2],f32>) -> !torch.vtensor<[2],f32> {
  %one = torch.constant.int 1
  %two = torch.constant.int 2
  %three = torch.constant.int 3
  %half = torch.constant.float 0.5
  %0 = torch.aten.add.Scalar %x, %three, %one : !torch.vtensor<[2],f32>, !torch.int, !torch.int -> !torch.vtensor<[2],f32>
  %1 = torch.aten.add.Tensor %x, %0, %two : !torch.vtensor<[2],f32>, !torch.vtensor<[2],f32>, !torch.int -> !torch.vtensor<[2],f32>
  %2 = torch.aten.rsub.Scalar %1, %half, %one : !torch.vtensor<[2],f32>, !torch.float, !torch.int -> !torch.vtensor<[2],f32>
  return %2 : !torch.vtensor<[2],f32>
}

// CHECK-LABEL: func.func @broadcast_and_promote(
// CHECK-SAME: %[[A:.*]]: tensor<2x3xf32>, %[[B:.*]]: tensor<3xi64>
// CHECK: %[[CAST:.*]] = arith.sitofp %[[B]] : tensor<3xi64> to tensor<3xf32>
// CHECK-NEXT: %[[ROWS:.*]] = "pock.broadcast"(%[[CAST]]) : (tensor<3xf32>) -> tensor<2x3xf32>
// CHECK-NEXT: arith.mulf %[[A]], %[[ROWS]]
func.func @broadcast_and_promote(%a: !torch.vtensor<[2,3],f32>, %b: !torch.vtensor<[3],si64>) -> !torch.vtensor<[2,3],f32> {
  %0 = torch.aten.mul.Tensor %a, %b : !torch.vtensor<[2,3],f32>, !torch.vtensor<[3],si64> -> !torch.vtensor<[2,3],f32>
  return %0 : !torch.vtensor<[2,3],f32>
}

// CHECK-LABEL: func.func @integers(
// CHECK: arith.addi
// CHECK: arith.muli
// CHECK: arith.minsi
// CHECK: %[[ZERO:.*]] = arith.constant dense<0>
// CHECK: arith.subi %[[ZERO]]
func.func @integers(%a: !torch.vtensor<[2],si64>, %b: !torch.vtensor<[2],si64>) -> !torch.vtensor<[2],si64> {
  %one = torch.constant.int 1
  %0 = torch.aten.add.Tensor %a, %b, %one : !torch.vtensor<[2],si64>, !torch.vtensor<[2],si64>, !torch.int -> !torch.vtensor<[2],si64>
  %1 = torch.aten.mul.Tensor %0, %b : !torch.vtensor<[2],si64>, !torch.vtensor<[2],si64> -> !torch.vtensor<[2],si64>
  %2 = torch.aten.minimum %1, %b : !torch.vtensor<[2],si64>, !torch.vtensor<[2],si64> -> !torch.vtensor<[2],si64>
  %3 = torch.aten.neg %2 : !torch.vtensor<[2],si64> -> !torch.vtensor<[2],si64>
  return %3 : !torch.vtensor<[2],si64>
}

// CHECK-LABEL: func.func @functions(
// CHECK: math.exp %
// CHECK-NEXT: math.expm1
// CHECK-NEXT: math.log %
// CHECK-NEXT: math.log1p
// CHECK-NEXT: math.sqrt
// CHECK-NEXT: math.rsqrt
// CHECK-NEXT: math.tanh
// CHECK-NEXT: math.erf
// CHECK-NEXT: math.sin
// CHECK-NEXT: math.cos
// CHECK-NEXT: math.absf
// CHECK-NEXT: arith.maximumf
// CHECK-NEXT: arith.minimumf
func.func @functions(%x: !torch.vtensor<[2],f32>) -> !torch.vtensor<[2],f32> {
  %0 = torch.aten.exp %x : !torch.vtensor<[2],f32> -> !torch.vtensor<[2],f32>
  %1 = torch.aten.expm1 %0 : !torch.vtensor<[2],f32> -> !torch.vtensor<[2],f32>
  %2 = torch.aten.log %1 : !torch.vtensor<[2],f32> -> !torch.vtensor<[2],f32>
  %3 = torch.aten.log1p %2 : !torch.vtensor<[2],f32> -> !torch.vtensor<[2],f32>
  %4 = torch.aten.sqrt %3 : !torch.vtensor<[2],f32> -> !torch.vtensor<[2],f32>
  %5 = torch.aten.rsqrt %4 : !torch.vtensor<[2],f32> -> !torch.vtensor<[2],f32>
  %6 = torch.aten.tanh %5 : !torch.vtensor<[2],f32> -> !torch.vtensor<[2],f32>
  %7 = torch.aten.erf %6 : !torch.vtensor<[2],f32> -> !torch.vtensor<[2],f32>
  %8 = torch.aten.sin %7 : !torch.vtensor<[2],f32> -> !torch.vtensor<[2],f32>
  %9 = torch.aten.cos %8 : !torch.vtensor<[2],f32> -> !torch.vtensor<[2],f32>
  %10 = torch.aten.abs %9 : !torch.vtensor<[2],f32> -> !torch.vtensor<[2],f32>
  %11 = torch.aten.maximum %10, %x : !torch.vtensor<[2],f32>, !torch.vtensor<[2],f32> -> !torch.vtensor<[2],f32>
  %12 = torch.aten.minimum %11, %x : !torch.vtensor<[2],f32>, !torch.vtensor<[2],f32> -> !torch.vtensor<[2],f32>
  return %12 : !torch.vtensor<[2],f32>
}

// CHECK-LABEL: func.func @activations(
// CHECK: "pock.relu"
// CHECK-NEXT: "pock.sigmoid"
// CHECK-NEXT: "pock.silu"
// CHECK-NEXT: "pock.gelu"({{.*}}) {approximate = "none"}
// CHECK-NEXT: "pock.gelu"({{.*}}) {approximate = "tanh"}
func.func @activations(%x: !torch.vtensor<[2],f32>) -> !torch.vtensor<[2],f32> {
  %none = torch.constant.str "none"
  %tanh = torch.constant.str "tanh"
  %0 = torch.aten.relu %x : !torch.vtensor<[2],f32> -> !torch.vtensor<[2],f32>
  %1 = torch.aten.sigmoid %0 : !torch.vtensor<[2],f32> -> !torch.vtensor<[2],f32>
  %2 = torch.aten.silu %1 : !torch.vtensor<[2],f32> -> !torch.vtensor<[2],f32>
  %3 = torch.aten.gelu %2, %none : !torch.vtensor<[2],f32>, !torch.str -> !torch.vtensor<[2],f32>
  %4 = torch.aten.gelu %3, %tanh : !torch.vtensor<[2],f32>, !torch.str -> !torch.vtensor<[2],f32>
  return %4 : !torch.vtensor<[2],f32>
}

// The gradient is that of x between the bounds and at them, else none: the limits are those of x without gradient.
// CHECK-LABEL: func.func @clamp(
// CHECK-SAME: %[[X:.*]]: tensor<2xf32>
// CHECK-NEXT: %[[LOW:.*]] = arith.constant dense<-1.000000e+00>
// CHECK-NEXT: %[[HIGH:.*]] = arith.constant dense<6.000000e+00>
// CHECK-NEXT: %[[NOT_BELOW:.*]] = arith.cmpf oge, %[[X]], %[[LOW]]
// CHECK-NEXT: %[[NOT_ABOVE:.*]] = arith.cmpf ole, %[[X]], %[[HIGH]]
// CHECK-NEXT: %[[INSIDE:.*]] = arith.andi %[[NOT_BELOW]], %[[NOT_ABOVE]]
// CHECK-NEXT: %[[STILL:.*]] = "pock.stop_gradient"(%[[X]])
// CHECK-NEXT: %[[FROM_LOW:.*]] = arith.maximumf %[[STILL]], %[[LOW]]
// CHECK-NEXT: %[[LIMITED:.*]] = arith.minimumf %[[FROM_LOW]], %[[HIGH]]
// CHECK-NEXT: arith.select %[[INSIDE]], %[[X]], %[[LIMITED]]
func.func @clamp(%x: !torch.vtensor<[2],f32>) -> !torch.vtensor<[2],f32> {
  %low = torch.constant.float -1.0
  %high = torch.constant.float 6.0
  %0 = torch.aten.clamp %x, %low, %high : !torch.vtensor<[2],f32>, !torch.float, !torch.float -> !torch.vtensor<[2],f32>
  return %0 : !torch.vtensor<[2],f32>
}

// CHECK-LABEL: func.func @clamp_above(
// CHECK-NOT: maximumf
// CHECK: arith.cmpf ole
// CHECK: arith.minimumf
func.func @clamp_above(%x: !torch.vtensor<[2],f32>) -> !torch.vtensor<[2],f32> {
  %none = torch.constant.none
  %high = torch.constant.float 6.0
  %0 = torch.aten.clamp %x, %none, %high : !torch.vtensor<[2],f32>, !torch.none, !torch.float -> !torch.vtensor<[2],f32>
  return %0 : !torch.vtensor<[2],f32>
}

// CHECK-LABEL: func.func @powers(
// CHECK-SAME: %[[X:.*]]: tensor<2xf32>
// CHECK-NEXT: %[[SQUARE:.*]] = arith.mulf %[[X]], %[[X]]
// CHECK-NEXT: %[[CUBE:.*]] = arith.mulf %[[SQUARE]], %[[X]]
// CHECK-NEXT: %[[ROOT:.*]] = math.sqrt %[[CUBE]]
// CHECK-NEXT: %[[EXPONENT:.*]] = arith.constant dense<1.500000e+00>
// CHECK-NEXT: math.powf %[[ROOT]], %[[EXPONENT]]
func.func @powers(%x: !torch.vtensor<[2],f32>) -> !torch.vtensor<[2],f32> {
  %three = torch.constant.int 3
  %half = torch.constant.float 0.5
  %other = torch.constant.float 1.5
  %0 = torch.aten.pow.Tensor_Scalar %x, %three : !torch.vtensor<[2],f32>, !torch.int -> !torch.vtensor<[2],f32>
  %1 = torch.aten.pow.Tensor_Scalar %0, %half : !torch.vtensor<[2],f32>, !torch.float -> !torch.vtensor<[2],f32>
  %2 = torch.aten.pow.Tensor_Scalar %1, %other : !torch.vtensor<[2],f32>, !torch.float -> !torch.vtensor<[2],f32>
  return %2 : !torch.vtensor<[2],f32>
}

// The branch that is not taken stays finite.
// CHECK-LABEL: func.func @elu(
// CHECK-SAME: %[[X:.*]]: tensor<2xf32>
// CHECK: %[[POSITIVE:.*]] = arith.cmpf ogt, %[[X]]
// CHECK: %[[BELOW:.*]] = arith.select %[[POSITIVE]], %{{.*}}, %[[X]]
// CHECK: math.expm1
// CHECK: arith.select %[[POSITIVE]]
func.func @elu(%x: !torch.vtensor<[2],f32>) -> !torch.vtensor<[2],f32> {
  %one = torch.constant.int 1
  %0 = torch.aten.elu %x, %one, %one, %one : !torch.vtensor<[2],f32>, !torch.int, !torch.int, !torch.int -> !torch.vtensor<[2],f32>
  return %0 : !torch.vtensor<[2],f32>
}

// CHECK-LABEL: func.func @comparison(
// CHECK: %[[LESS:.*]] = arith.cmpf olt, %{{.*}} : tensor<2xf32>
// CHECK: %[[EQUAL:.*]] = arith.cmpi eq, %{{.*}} : tensor<2xi64>
// CHECK: %[[BOTH:.*]] = arith.andi %[[LESS]], %[[EQUAL]] : tensor<2xi1>
// CHECK: %[[TRUE:.*]] = arith.constant dense<true>
// CHECK: arith.xori %[[BOTH]], %[[TRUE]]
func.func @comparison(%x: !torch.vtensor<[2],f32>, %y: !torch.vtensor<[2],si64>) -> !torch.vtensor<[2],i1> {
  %zero = torch.constant.int 0
  %0 = torch.aten.lt.Scalar %x, %zero : !torch.vtensor<[2],f32>, !torch.int -> !torch.vtensor<[2],i1>
  %1 = torch.aten.eq.Tensor %y, %y : !torch.vtensor<[2],si64>, !torch.vtensor<[2],si64> -> !torch.vtensor<[2],i1>
  %2 = torch.aten.logical_and %0, %1 : !torch.vtensor<[2],i1>, !torch.vtensor<[2],i1> -> !torch.vtensor<[2],i1>
  %3 = torch.aten.logical_not %2 : !torch.vtensor<[2],i1> -> !torch.vtensor<[2],i1>
  return %3 : !torch.vtensor<[2],i1>
}

// CHECK-LABEL: func.func @choice(
// CHECK-SAME: %[[C:.*]]: tensor<2x3xi1>, %[[X:.*]]: tensor<2x3xf32>, %[[Y:.*]]: tensor<3xf32>
// CHECK: %[[ROWS:.*]] = "pock.broadcast"(%[[Y]])
// CHECK: %[[CHOSEN:.*]] = arith.select %[[C]], %[[X]], %[[ROWS]]
// CHECK: %[[FILL:.*]] = arith.constant dense<-1.000000e+09>
// CHECK: arith.select %[[C]], %[[FILL]], %[[CHOSEN]]
func.func @choice(%c: !torch.vtensor<[2,3],i1>, %x: !torch.vtensor<[2,3],f32>, %y: !torch.vtensor<[3],f32>) -> !torch.vtensor<[2,3],f32> {
  %fill = torch.constant.float -1.0e+9
  %0 = torch.aten.where.self %c, %x, %y : !torch.vtensor<[2,3],i1>, !torch.vtensor<[2,3],f32>, !torch.vtensor<[3],f32> -> !torch.vtensor<[2,3],f32>
  %1 = torch.aten.masked_fill.Scalar %0, %c, %fill : !torch.vtensor<[2,3],f32>, !torch.vtensor<[2,3],i1>, !torch.float -> !torch.vtensor<[2,3],f32>
  return %1 : !torch.vtensor<[2,3],f32>
}

// Casts round towards zero, and anything but zero is true.
// CHECK-LABEL: func.func @casts(
// CHECK-SAME: %[[X:.*]]: tensor<2xf32>
// CHECK: %[[INTEGER:.*]] = arith.fptosi %[[X]] : tensor<2xf32> to tensor<2xi64>
// CHECK-NEXT: %[[ZERO:.*]] = arith.constant dense<0> : tensor<2xi64>
// CHECK-NEXT: %[[BOOLEAN:.*]] = arith.cmpi ne, %[[INTEGER]], %[[ZERO]]
// CHECK: arith.uitofp %[[BOOLEAN]] : tensor<2xi1> to tensor<2xf64>
func.func @casts(%x: !torch.vtensor<[2],f32>) -> !torch.vtensor<[2],f64> {
  %i64 = torch.constant.int 4
  %bool = torch.constant.int 11
  %f64 = torch.constant.int 7
  %false = torch.constant.bool false
  %none = torch.constant.none
  %0 = torch.aten.to.dtype %x, %i64, %false, %false, %none : !torch.vtensor<[2],f32>, !torch.int, !torch.bool, !torch.bool, !torch.none -> !torch.vtensor<[2],si64>
  %1 = torch.aten.to.dtype %0, %bool, %false, %false, %none : !torch.vtensor<[2],si64>, !torch.int, !torch.bool, !torch.bool, !torch.none -> !torch.vtensor<[2],i1>
  %2 = torch.aten.to.dtype %1, %f64, %false, %false, %none : !torch.vtensor<[2],i1>, !torch.int, !torch.bool, !torch.bool, !torch.none -> !torch.vtensor<[2],f64>
  return %2 : !torch.vtensor<[2],f64>
}

// Copies and dropout outside of training vanish; detach stops gradients.
// CHECK-LABEL: func.func @identities(
// CHECK-SAME: %[[X:.*]]: tensor<2xf32>
// CHECK-NEXT: %[[STOPPED:.*]] = "pock.stop_gradient"(%[[X]])
// CHECK-NEXT: return %[[STOPPED]]
func.func @identities(%x: !torch.vtensor<[2],f32>) -> !torch.vtensor<[2],f32> {
  %none = torch.constant.none
  %p = torch.constant.float 0.1
  %false = torch.constant.bool false
  %0 = torch.aten.clone %x, %none : !torch.vtensor<[2],f32>, !torch.none -> !torch.vtensor<[2],f32>
  %1 = torch.aten.dropout %0, %p, %false : !torch.vtensor<[2],f32>, !torch.float, !torch.bool -> !torch.vtensor<[2],f32>
  %2 = torch.aten.detach %1 : !torch.vtensor<[2],f32> -> !torch.vtensor<[2],f32>
  return %2 : !torch.vtensor<[2],f32>
}

// Like clamp, but no gradient passes at a bound.
// CHECK-LABEL: func.func @relu6(
// CHECK: "pock.relu"(%{{.*}}) {limit = 6.000000e+00 : f64}
func.func @relu6(%x: !torch.vtensor<[2],f32>) -> !torch.vtensor<[2],f32> {
  %0 = torch.aten.relu6 %x : !torch.vtensor<[2],f32> -> !torch.vtensor<[2],f32>
  return %0 : !torch.vtensor<[2],f32>
}
