// RUN: pock-opt %s --emit-bytecode -o %t.bc
// RUN: pock-opt %t.bc --cse | FileCheck %s
// RUN: pock-opt - --cse < %t.bc | FileCheck %s
// RUN: pock-opt %s --emit-bytecode | pock-opt --mlir-print-debuginfo | FileCheck %s --check-prefix=LOCATION

// CHECK: func.func @f
// CHECK-NEXT: arith.addf
// LOCATION: loc("{{.*}}bytecode.mlir":10:
func.func @f(%a: tensor<2xf32>) -> tensor<2xf32> {
  %0 = arith.addf %a, %a : tensor<2xf32>
  return %0 : tensor<2xf32>
}
