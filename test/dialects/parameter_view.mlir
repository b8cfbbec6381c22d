// RUN: pock-opt %s | pock-opt | FileCheck %s
// RUN: pock-opt %s --emit-bytecode | pock-opt | FileCheck %s

"pock.parameter"() {kind = "parameter", sym_name = "a", type = tensor<2x6xf32>, update = "full"} : () -> ()
// CHECK: "pock.parameter_view"() {axes = array<i64: 1, 0>, kind = "parameter", of = @a, order = array<i64: 0, 1>, shape = array<i64: 6, 2>, sym_name = "b", update = "full"}
"pock.parameter_view"() {axes = array<i64: 1, 0>, kind = "parameter", of = @a, order = array<i64: 0, 1>, shape = array<i64: 6, 2>, sym_name = "b", update = "full"} : () -> ()
// CHECK: "pock.parameter_view"() {aliases = ["d"], {{.*}}framework_name = "c"
"pock.parameter_view"() {aliases = ["d"], axes = array<i64: 0, 1, 2>, framework_name = "c", kind = "buffer", of = @a, order = array<i64: 1, 0>, shape = array<i64: 2, 2, 3>, sym_name = "model.c", update = "frozen"} : () -> ()
// CHECK: "pock.state"() {init = 0.000000e+00 : f64, parameter = @a, slot = "exp_avg", sym_name = "exp_avg.b", type = tensor<2x6xf32>, view = @b}
"pock.state"() {init = 0.0, parameter = @a, slot = "exp_avg", sym_name = "exp_avg.b", type = tensor<2x6xf32>, view = @b} : () -> ()

// CHECK-LABEL: func.func @reads
func.func @reads() -> tensor<2x6xf32> {
  // CHECK: "pock.read"() {symbol = @a, view = @b} : () -> tensor<2x6xf32>
  %0 = "pock.read"() {symbol = @a, view = @b} : () -> tensor<2x6xf32>
  return %0 : tensor<2x6xf32>
}
