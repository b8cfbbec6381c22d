// RUN: pock-opt %s --cse --test-rename-functions --mlir-print-ir-before-all -o %t 2>&1 | FileCheck %s --check-prefix=BEFORE-ALL
// RUN: pock-opt %s --cse --test-rename-functions --mlir-print-ir-after-all -o %t 2>&1 | FileCheck %s --check-prefix=AFTER-ALL
// RUN: pock-opt %s --cse --test-rename-functions --mlir-print-ir-after-change -o %t 2>&1 | FileCheck %s --check-prefix=AFTER-CHANGE
// RUN: not pock-opt %s --cse --test-fail --mlir-print-ir-after-failure 2>&1 | FileCheck %s --check-prefix=AFTER-FAILURE
// RUN: pock-opt %s --pass-pipeline='func.func(cse)' --mlir-print-ir-before-all --mlir-print-ir-module-scope -o %t 2>&1 | FileCheck %s --check-prefix=MODULE-SCOPE
// RUN: rm -rf %t.tree
// RUN: pock-opt %s --cse --test-rename-functions --mlir-print-ir-after-all --mlir-print-ir-tree-dir=%t.tree -o %t
// RUN: FileCheck %s --check-prefix=TREE < %t.tree/builtin_module_no-symbol-name/1_test-rename-functions.mlir

// BEFORE-ALL: IR Dump Before CSEPass: cse
// BEFORE-ALL: IR Dump Before test-rename-functions: test-rename-functions
// BEFORE-ALL: func.func @f(
// AFTER-ALL: IR Dump After CSEPass: cse
// AFTER-ALL: func.func @f(
// AFTER-ALL: IR Dump After test-rename-functions: test-rename-functions
// AFTER-ALL: func.func @f_renamed(
// AFTER-CHANGE-NOT: CSEPass
// AFTER-CHANGE: IR Dump After test-rename-functions: test-rename-functions
// AFTER-FAILURE-NOT: CSEPass
// AFTER-FAILURE: IR Dump After test-fail Failed: test-fail
// MODULE-SCOPE: IR Dump Before CSEPass: cse ('func.func' operation: @f)
// MODULE-SCOPE-NEXT: module {
// TREE: func.func @f_renamed(
func.func @f(%a: i32) -> i32 {
  %0 = arith.addi %a, %a : i32
  return %0 : i32
}
