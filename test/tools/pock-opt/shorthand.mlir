// Passes named on the command line run in order, with their options.
// RUN: pock-opt %s --test-rename-functions --cse --test-rename-functions=suffix=_b | FileCheck %s
// One dash is as good as two.
// RUN: pock-opt -test-rename-functions -cse '-test-rename-functions=suffix=_b' < %s | FileCheck %s
// A named pipeline.
// RUN: pock-opt %s --test-pipeline --test-rename-functions=suffix=_b | FileCheck %s --check-prefix=NAMED

// CHECK: func.func @f_renamed_b
// NAMED: func.func @f_a_b
// NAMED: arith.addi
// NAMED-NOT: arith.addi
func.func @f(%a: i32) -> (i32, i32) {
  %0 = arith.addi %a, %a : i32
  %1 = arith.addi %a, %a : i32
  return %0, %1 : i32, i32
}
