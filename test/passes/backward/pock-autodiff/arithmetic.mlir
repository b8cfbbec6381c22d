// RUN: pock-opt %s --split-input-file --pock-autodiff | FileCheck %s

// CHECK-LABEL: sym_name = "addf.a"
// CHECK: %[[A:.*]] = "pock.read"() {symbol = @addf.a}
// CHECK: %[[B:.*]] = "pock.read"() {symbol = @addf.b}
// CHECK: %[[G:.*]] = arith.constant dense<1.000000e+00>
// CHECK: "pock.gradient"(%[[G]]) {parameter = @addf.a}
// CHECK: "pock.gradient"(%[[G]]) {parameter = @addf.b}
"pock.parameter"() {kind = "parameter", sym_name = "addf.a", type = tensor<f32>, update = "full"} : () -> ()
"pock.parameter"() {kind = "parameter", sym_name = "addf.b", type = tensor<f32>, update = "full"} : () -> ()
func.func @train_step() -> tensor<f32> {
  %a = "pock.read"() {symbol = @addf.a} : () -> tensor<f32>
  %b = "pock.read"() {symbol = @addf.b} : () -> tensor<f32>
  %y = arith.addf %a, %b : tensor<f32>
  return %y : tensor<f32>
}
// -----
// CHECK-LABEL: sym_name = "subf.a"
// CHECK: %[[A:.*]] = "pock.read"() {symbol = @subf.a}
// CHECK: %[[B:.*]] = "pock.read"() {symbol = @subf.b}
// CHECK: %[[G:.*]] = arith.constant dense<1.000000e+00>
// CHECK: %[[DB:.*]] = arith.negf %[[G]]
// CHECK: "pock.gradient"(%[[G]]) {parameter = @subf.a}
// CHECK: "pock.gradient"(%[[DB]]) {parameter = @subf.b}
"pock.parameter"() {kind = "parameter", sym_name = "subf.a", type = tensor<f32>, update = "full"} : () -> ()
"pock.parameter"() {kind = "parameter", sym_name = "subf.b", type = tensor<f32>, update = "full"} : () -> ()
func.func @train_step() -> tensor<f32> {
  %a = "pock.read"() {symbol = @subf.a} : () -> tensor<f32>
  %b = "pock.read"() {symbol = @subf.b} : () -> tensor<f32>
  %y = arith.subf %a, %b : tensor<f32>
  return %y : tensor<f32>
}
// -----
// CHECK-LABEL: sym_name = "mulf.a"
// CHECK: %[[A:.*]] = "pock.read"() {symbol = @mulf.a}
// CHECK: %[[B:.*]] = "pock.read"() {symbol = @mulf.b}
// CHECK: %[[G:.*]] = arith.constant dense<1.000000e+00>
// CHECK: %[[DA:.*]] = arith.mulf %[[G]], %[[B]]
// CHECK: %[[DB:.*]] = arith.mulf %[[G]], %[[A]]
// CHECK: "pock.gradient"(%[[DA]]) {parameter = @mulf.a}
// CHECK: "pock.gradient"(%[[DB]]) {parameter = @mulf.b}
"pock.parameter"() {kind = "parameter", sym_name = "mulf.a", type = tensor<f32>, update = "full"} : () -> ()
"pock.parameter"() {kind = "parameter", sym_name = "mulf.b", type = tensor<f32>, update = "full"} : () -> ()
func.func @train_step() -> tensor<f32> {
  %a = "pock.read"() {symbol = @mulf.a} : () -> tensor<f32>
  %b = "pock.read"() {symbol = @mulf.b} : () -> tensor<f32>
  %y = arith.mulf %a, %b : tensor<f32>
  return %y : tensor<f32>
}
// -----
// 1 / b and -y / b.
// CHECK-LABEL: sym_name = "divf.a"
// CHECK: %[[A:.*]] = "pock.read"() {symbol = @divf.a}
// CHECK: %[[B:.*]] = "pock.read"() {symbol = @divf.b}
// CHECK: %[[Y:.*]] = arith.divf %[[A]], %[[B]]
// CHECK: %[[G:.*]] = arith.constant dense<1.000000e+00>
// CHECK: %[[DA:.*]] = arith.divf %[[G]], %[[B]]
// CHECK: %[[GY:.*]] = arith.mulf %[[G]], %[[Y]]
// CHECK: %[[QUOTIENT:.*]] = arith.divf %[[GY]], %[[B]]
// CHECK: %[[DB:.*]] = arith.negf %[[QUOTIENT]]
// CHECK: "pock.gradient"(%[[DA]]) {parameter = @divf.a}
// CHECK: "pock.gradient"(%[[DB]]) {parameter = @divf.b}
"pock.parameter"() {kind = "parameter", sym_name = "divf.a", type = tensor<f32>, update = "full"} : () -> ()
"pock.parameter"() {kind = "parameter", sym_name = "divf.b", type = tensor<f32>, update = "full"} : () -> ()
func.func @train_step() -> tensor<f32> {
  %a = "pock.read"() {symbol = @divf.a} : () -> tensor<f32>
  %b = "pock.read"() {symbol = @divf.b} : () -> tensor<f32>
  %y = arith.divf %a, %b : tensor<f32>
  return %y : tensor<f32>
}
// -----
// CHECK-LABEL: sym_name = "negf"
// CHECK: %[[X:.*]] = "pock.read"
// CHECK: %[[Y:.*]] = arith.negf %[[X]]
// CHECK: %[[G:.*]] = arith.constant dense<1.000000e+00>
// CHECK: %[[DX:.*]] = arith.negf %[[G]]
// CHECK: "pock.gradient"(%[[DX]]) {parameter = @negf}
"pock.parameter"() {kind = "parameter", sym_name = "negf", type = tensor<f32>, update = "full"} : () -> ()
func.func @train_step() -> tensor<f32> {
  %x = "pock.read"() {symbol = @negf} : () -> tensor<f32>
  %y = arith.negf %x : tensor<f32>
  return %y : tensor<f32>
}
// -----
// At a tie each side gets half, and beside a NaN all.
// CHECK-LABEL: sym_name = "maximumf.a"
// CHECK: %[[A:.*]] = "pock.read"() {symbol = @maximumf.a}
// CHECK: %[[B:.*]] = "pock.read"() {symbol = @maximumf.b}
// CHECK: %[[Y:.*]] = arith.maximumf
// CHECK: %[[G:.*]] = arith.constant dense<1.000000e+00>
// CHECK: %[[TIE:.*]] = arith.cmpf oeq, %[[A]], %[[B]]
// CHECK: %[[HALF:.*]] = arith.mulf %[[G]]
// CHECK: %[[SHARE:.*]] = arith.select %[[TIE]], %[[HALF]], %[[G]]
// CHECK: %[[LOSES:.*]] = arith.cmpf olt, %[[A]], %[[B]]
// CHECK: %[[DA:.*]] = arith.select %[[LOSES]], %{{.*}}, %[[SHARE]]
// CHECK: %[[DB:.*]] = arith.select
// CHECK: "pock.gradient"(%[[DA]]) {parameter = @maximumf.a}
// CHECK: "pock.gradient"(%{{.*}}) {parameter = @maximumf.b}
"pock.parameter"() {kind = "parameter", sym_name = "maximumf.a", type = tensor<f32>, update = "full"} : () -> ()
"pock.parameter"() {kind = "parameter", sym_name = "maximumf.b", type = tensor<f32>, update = "full"} : () -> ()
func.func @train_step() -> tensor<f32> {
  %a = "pock.read"() {symbol = @maximumf.a} : () -> tensor<f32>
  %b = "pock.read"() {symbol = @maximumf.b} : () -> tensor<f32>
  %y = arith.maximumf %a, %b : tensor<f32>
  return %y : tensor<f32>
}
// -----
// CHECK-LABEL: sym_name = "minimumf.a"
// CHECK: %[[A:.*]] = "pock.read"() {symbol = @minimumf.a}
// CHECK: %[[B:.*]] = "pock.read"() {symbol = @minimumf.b}
// CHECK: %[[Y:.*]] = arith.minimumf
// CHECK: %[[G:.*]] = arith.constant dense<1.000000e+00>
// CHECK: arith.cmpf ogt, %[[A]], %[[B]]
// CHECK: arith.cmpf ogt, %[[B]], %[[A]]
// CHECK: "pock.gradient"(%{{.*}}) {parameter = @minimumf.b}
"pock.parameter"() {kind = "parameter", sym_name = "minimumf.a", type = tensor<f32>, update = "full"} : () -> ()
"pock.parameter"() {kind = "parameter", sym_name = "minimumf.b", type = tensor<f32>, update = "full"} : () -> ()
func.func @train_step() -> tensor<f32> {
  %a = "pock.read"() {symbol = @minimumf.a} : () -> tensor<f32>
  %b = "pock.read"() {symbol = @minimumf.b} : () -> tensor<f32>
  %y = arith.minimumf %a, %b : tensor<f32>
  return %y : tensor<f32>
}
// -----
// The condition has no gradient.
// CHECK-LABEL: sym_name = "select.a"
// CHECK: %[[G:.*]] = arith.constant dense<1.000000e+00>
// CHECK: %[[DA:.*]] = arith.select %arg0, %[[G]], %{{.*}}
// CHECK: %[[DB:.*]] = arith.select %arg0, %{{.*}}, %[[G]]
// CHECK: "pock.gradient"(%[[DA]]) {parameter = @select.a}
// CHECK: "pock.gradient"(%[[DB]]) {parameter = @select.b}
"pock.parameter"() {kind = "parameter", sym_name = "select.a", type = tensor<f32>, update = "full"} : () -> ()
"pock.parameter"() {kind = "parameter", sym_name = "select.b", type = tensor<f32>, update = "full"} : () -> ()
func.func @train_step(%c: tensor<i1>) -> tensor<f32> {
  %a = "pock.read"() {symbol = @select.a} : () -> tensor<f32>
  %b = "pock.read"() {symbol = @select.b} : () -> tensor<f32>
  %y = arith.select %c, %a, %b : tensor<i1>, tensor<f32>
  return %y : tensor<f32>
}
// -----
// CHECK-LABEL: sym_name = "extf"
// CHECK: %[[G:.*]] = arith.constant dense<1.000000e+00> : tensor<f64>
// CHECK: %[[DX:.*]] = arith.truncf %[[G]] : tensor<f64> to tensor<f32>
// CHECK: "pock.gradient"(%[[DX]]) {parameter = @extf}
"pock.parameter"() {kind = "parameter", sym_name = "extf", type = tensor<f32>, update = "full"} : () -> ()
func.func @train_step() -> tensor<f64> {
  %x = "pock.read"() {symbol = @extf} : () -> tensor<f32>
  %y = arith.extf %x : tensor<f32> to tensor<f64>
  return %y : tensor<f64>
}
// -----
// CHECK-LABEL: sym_name = "truncf"
// CHECK: %[[G:.*]] = arith.constant dense<1.000000e+00> : tensor<f32>
// CHECK: %[[DX:.*]] = arith.extf %[[G]] : tensor<f32> to tensor<f64>
// CHECK: "pock.gradient"(%[[DX]]) {parameter = @truncf}
"pock.parameter"() {kind = "parameter", sym_name = "truncf", type = tensor<f64>, update = "full"} : () -> ()
func.func @train_step() -> tensor<f32> {
  %x = "pock.read"() {symbol = @truncf} : () -> tensor<f64>
  %y = arith.truncf %x : tensor<f64> to tensor<f32>
  return %y : tensor<f32>
}
// -----
// CHECK-LABEL: sym_name = "exp"
// CHECK: %[[X:.*]] = "pock.read"
// CHECK: %[[Y:.*]] = math.exp %[[X]]
// CHECK: %[[G:.*]] = arith.constant dense<1.000000e+00>
// CHECK: %[[DX:.*]] = arith.mulf %[[G]], %[[Y]]
// CHECK: "pock.gradient"(%[[DX]]) {parameter = @exp}
"pock.parameter"() {kind = "parameter", sym_name = "exp", type = tensor<f32>, update = "full"} : () -> ()
func.func @train_step() -> tensor<f32> {
  %x = "pock.read"() {symbol = @exp} : () -> tensor<f32>
  %y = math.exp %x : tensor<f32>
  return %y : tensor<f32>
}
// -----
// CHECK-LABEL: sym_name = "expm1"
// CHECK: %[[X:.*]] = "pock.read"
// CHECK: %[[Y:.*]] = math.expm1 %[[X]]
// CHECK: %[[G:.*]] = arith.constant dense<1.000000e+00>
// CHECK: %[[EXP:.*]] = arith.addf %[[Y]], %{{.*}}
// CHECK: %[[DX:.*]] = arith.mulf %[[G]], %[[EXP]]
// CHECK: "pock.gradient"(%[[DX]]) {parameter = @expm1}
"pock.parameter"() {kind = "parameter", sym_name = "expm1", type = tensor<f32>, update = "full"} : () -> ()
func.func @train_step() -> tensor<f32> {
  %x = "pock.read"() {symbol = @expm1} : () -> tensor<f32>
  %y = math.expm1 %x : tensor<f32>
  return %y : tensor<f32>
}
// -----
// CHECK-LABEL: sym_name = "log"
// CHECK: %[[X:.*]] = "pock.read"
// CHECK: %[[Y:.*]] = math.log %[[X]]
// CHECK: %[[G:.*]] = arith.constant dense<1.000000e+00>
// CHECK: %[[DX:.*]] = arith.divf %[[G]], %[[X]]
// CHECK: "pock.gradient"(%[[DX]]) {parameter = @log}
"pock.parameter"() {kind = "parameter", sym_name = "log", type = tensor<f32>, update = "full"} : () -> ()
func.func @train_step() -> tensor<f32> {
  %x = "pock.read"() {symbol = @log} : () -> tensor<f32>
  %y = math.log %x : tensor<f32>
  return %y : tensor<f32>
}
// -----
// CHECK-LABEL: sym_name = "log1p"
// CHECK: %[[X:.*]] = "pock.read"
// CHECK: %[[Y:.*]] = math.log1p %[[X]]
// CHECK: %[[G:.*]] = arith.constant dense<1.000000e+00>
// CHECK: %[[SUM:.*]] = arith.addf %[[X]], %{{.*}}
// CHECK: %[[DX:.*]] = arith.divf %[[G]], %[[SUM]]
// CHECK: "pock.gradient"(%[[DX]]) {parameter = @log1p}
"pock.parameter"() {kind = "parameter", sym_name = "log1p", type = tensor<f32>, update = "full"} : () -> ()
func.func @train_step() -> tensor<f32> {
  %x = "pock.read"() {symbol = @log1p} : () -> tensor<f32>
  %y = math.log1p %x : tensor<f32>
  return %y : tensor<f32>
}
// -----
// CHECK-LABEL: sym_name = "sqrt"
// CHECK: %[[X:.*]] = "pock.read"
// CHECK: %[[Y:.*]] = math.sqrt %[[X]]
// CHECK: %[[G:.*]] = arith.constant dense<1.000000e+00>
// CHECK: %[[HALF:.*]] = arith.mulf %[[G]], %{{.*}}
// CHECK: %[[DX:.*]] = arith.divf %[[HALF]], %[[Y]]
// CHECK: "pock.gradient"(%[[DX]]) {parameter = @sqrt}
"pock.parameter"() {kind = "parameter", sym_name = "sqrt", type = tensor<f32>, update = "full"} : () -> ()
func.func @train_step() -> tensor<f32> {
  %x = "pock.read"() {symbol = @sqrt} : () -> tensor<f32>
  %y = math.sqrt %x : tensor<f32>
  return %y : tensor<f32>
}
// -----
// -y^3 / 2.
// CHECK-LABEL: sym_name = "rsqrt"
// CHECK: %[[X:.*]] = "pock.read"
// CHECK: %[[Y:.*]] = math.rsqrt %[[X]]
// CHECK: %[[G:.*]] = arith.constant dense<1.000000e+00>
// CHECK: %[[SQUARE:.*]] = arith.mulf %[[Y]], %[[Y]]
// CHECK: %[[CUBE:.*]] = arith.mulf %[[Y]], %[[SQUARE]]
// CHECK: %[[DX:.*]] = arith.mulf %{{.*}}, %[[CUBE]]
// CHECK: "pock.gradient"(%[[DX]]) {parameter = @rsqrt}
"pock.parameter"() {kind = "parameter", sym_name = "rsqrt", type = tensor<f32>, update = "full"} : () -> ()
func.func @train_step() -> tensor<f32> {
  %x = "pock.read"() {symbol = @rsqrt} : () -> tensor<f32>
  %y = math.rsqrt %x : tensor<f32>
  return %y : tensor<f32>
}
// -----
// CHECK-LABEL: sym_name = "tanh"
// CHECK: %[[X:.*]] = "pock.read"
// CHECK: %[[Y:.*]] = math.tanh %[[X]]
// CHECK: %[[G:.*]] = arith.constant dense<1.000000e+00>
// CHECK: %[[SQUARE:.*]] = arith.mulf %[[Y]], %[[Y]]
// CHECK: %[[SLOPE:.*]] = arith.subf %{{.*}}, %[[SQUARE]]
// CHECK: %[[DX:.*]] = arith.mulf %[[G]], %[[SLOPE]]
// CHECK: "pock.gradient"(%[[DX]]) {parameter = @tanh}
"pock.parameter"() {kind = "parameter", sym_name = "tanh", type = tensor<f32>, update = "full"} : () -> ()
func.func @train_step() -> tensor<f32> {
  %x = "pock.read"() {symbol = @tanh} : () -> tensor<f32>
  %y = math.tanh %x : tensor<f32>
  return %y : tensor<f32>
}
// -----
// CHECK-LABEL: sym_name = "erf"
// CHECK: %[[X:.*]] = "pock.read"
// CHECK: %[[Y:.*]] = math.erf %[[X]]
// CHECK: %[[G:.*]] = arith.constant dense<1.000000e+00>
// CHECK: %[[SQUARE:.*]] = arith.mulf %[[X]], %[[X]]
// CHECK: %[[NEGATIVE:.*]] = arith.negf %[[SQUARE]]
// CHECK: %[[EXP:.*]] = math.exp %[[NEGATIVE]]
// CHECK: %[[DX:.*]] = arith.mulf %{{.*}}, %[[EXP]]
// CHECK: "pock.gradient"(%[[DX]]) {parameter = @erf}
"pock.parameter"() {kind = "parameter", sym_name = "erf", type = tensor<f32>, update = "full"} : () -> ()
func.func @train_step() -> tensor<f32> {
  %x = "pock.read"() {symbol = @erf} : () -> tensor<f32>
  %y = math.erf %x : tensor<f32>
  return %y : tensor<f32>
}
// -----
// CHECK-LABEL: sym_name = "sin"
// CHECK: %[[X:.*]] = "pock.read"
// CHECK: %[[Y:.*]] = math.sin %[[X]]
// CHECK: %[[G:.*]] = arith.constant dense<1.000000e+00>
// CHECK: %[[COS:.*]] = math.cos %[[X]]
// CHECK: %[[DX:.*]] = arith.mulf %[[G]], %[[COS]]
// CHECK: "pock.gradient"(%[[DX]]) {parameter = @sin}
"pock.parameter"() {kind = "parameter", sym_name = "sin", type = tensor<f32>, update = "full"} : () -> ()
func.func @train_step() -> tensor<f32> {
  %x = "pock.read"() {symbol = @sin} : () -> tensor<f32>
  %y = math.sin %x : tensor<f32>
  return %y : tensor<f32>
}
// -----
// CHECK-LABEL: sym_name = "cos"
// CHECK: %[[X:.*]] = "pock.read"
// CHECK: %[[Y:.*]] = math.cos %[[X]]
// CHECK: %[[G:.*]] = arith.constant dense<1.000000e+00>
// CHECK: %[[SIN:.*]] = math.sin %[[X]]
// CHECK: %[[PRODUCT:.*]] = arith.mulf %[[G]], %[[SIN]]
// CHECK: %[[DX:.*]] = arith.negf %[[PRODUCT]]
// CHECK: "pock.gradient"(%[[DX]]) {parameter = @cos}
"pock.parameter"() {kind = "parameter", sym_name = "cos", type = tensor<f32>, update = "full"} : () -> ()
func.func @train_step() -> tensor<f32> {
  %x = "pock.read"() {symbol = @cos} : () -> tensor<f32>
  %y = math.cos %x : tensor<f32>
  return %y : tensor<f32>
}
// -----
// 0 at 0.
// CHECK-LABEL: sym_name = "absf"
// CHECK: %[[X:.*]] = "pock.read"
// CHECK: %[[Y:.*]] = math.absf %[[X]]
// CHECK: %[[G:.*]] = arith.constant dense<1.000000e+00>
// CHECK: %[[ZERO:.*]] = arith.constant dense<0.000000e+00>
// CHECK: %[[NEGATIVE:.*]] = arith.negf %[[G]]
// CHECK: %[[BELOW:.*]] = arith.select %{{.*}}, %[[NEGATIVE]], %[[ZERO]]
// CHECK: %[[DX:.*]] = arith.select %{{.*}}, %[[G]], %[[BELOW]]
// CHECK: "pock.gradient"(%[[DX]]) {parameter = @absf}
"pock.parameter"() {kind = "parameter", sym_name = "absf", type = tensor<f32>, update = "full"} : () -> ()
func.func @train_step() -> tensor<f32> {
  %x = "pock.read"() {symbol = @absf} : () -> tensor<f32>
  %y = math.absf %x : tensor<f32>
  return %y : tensor<f32>
}
// -----
// b a^(b-1) and y log a.
// CHECK-LABEL: sym_name = "powf.a"
// CHECK: %[[A:.*]] = "pock.read"() {symbol = @powf.a}
// CHECK: %[[B:.*]] = "pock.read"() {symbol = @powf.b}
// CHECK: %[[Y:.*]] = math.powf %[[A]], %[[B]]
// CHECK: %[[G:.*]] = arith.constant dense<1.000000e+00>
// CHECK: %[[LESS:.*]] = arith.subf %[[B]], %{{.*}}
// CHECK: math.powf %[[A]], %[[LESS]]
// CHECK: %[[DA:.*]] = arith.mulf %[[G]], %{{.*}}
// CHECK: %[[LOG:.*]] = math.log %[[A]]
// CHECK: arith.mulf %[[Y]], %[[LOG]]
// CHECK: %[[DB:.*]] = arith.mulf %[[G]], %{{.*}}
// CHECK: "pock.gradient"(%[[DA]]) {parameter = @powf.a}
// CHECK: "pock.gradient"(%[[DB]]) {parameter = @powf.b}
"pock.parameter"() {kind = "parameter", sym_name = "powf.a", type = tensor<f32>, update = "full"} : () -> ()
"pock.parameter"() {kind = "parameter", sym_name = "powf.b", type = tensor<f32>, update = "full"} : () -> ()
func.func @train_step() -> tensor<f32> {
  %a = "pock.read"() {symbol = @powf.a} : () -> tensor<f32>
  %b = "pock.read"() {symbol = @powf.b} : () -> tensor<f32>
  %y = math.powf %a, %b : tensor<f32>
  return %y : tensor<f32>
}
