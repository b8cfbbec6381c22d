// Native and Python passes in one pipeline, nested and not.
// RUN: pock-opt %s --pass-pipeline='builtin.module(test-rename-functions,func.func(cse),test-rename-functions{suffix=_b})' | FileCheck %s
// The anchor may be left out.
// RUN: pock-opt %s --pass-pipeline='test-rename-functions,func.func(cse),test-rename-functions{suffix=_b}' | FileCheck %s
// Python passes nested beside native ones.
// RUN: pock-opt %s --pass-pipeline='builtin.module(func.func(test-rename-functions,cse,test-rename-functions{suffix=_b}))' | FileCheck %s
// A pipeline may span lines.
// RUN: pock-opt %s --pass-pipeline='builtin.module( test-rename-functions , func.func( cse ), test-rename-functions{ suffix=_b } )' | FileCheck %s

// CHECK-LABEL: func.func @f_renamed_b
// CHECK: arith.addi
// CHECK-NOT: arith.addi
// CHECK: return
func.func @f(%a: i32) -> (i32, i32) {
  %0 = arith.addi %a, %a : i32
  %1 = arith.addi %a, %a : i32
  return %0, %1 : i32, i32
}
