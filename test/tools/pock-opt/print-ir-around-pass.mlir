// RUN: pock-opt %s --cse --test-rename-functions --canonicalize --mlir-print-ir-before=test-rename-functions -o %t 2>&1 | FileCheck %s --check-prefix=BEFORE
// RUN: pock-opt %s --test-rename-functions --canonicalize --mlir-print-ir-after=test-rename-functions,canonicalize -o %t 2>&1 | FileCheck %s --check-prefix=AFTER
// RUN: pock-opt %s --pass-pipeline='func.func(cse)' --mlir-print-ir-after=cse -o %t 2>&1 | FileCheck %s --check-prefix=NESTED
// RUN: pock-opt %s --pass-pipeline='func.func(cse)' --mlir-print-ir-after=cse --mlir-print-ir-module-scope -o %t 2>&1 | FileCheck %s --check-prefix=MODULE-SCOPE

// BEFORE-NOT: cse
// BEFORE: // -----// IR Dump Before test-rename-functions: test-rename-functions //----- //
// BEFORE: func.func @f(
// BEFORE-NOT: canonicalize
// AFTER: IR Dump After test-rename-functions: test-rename-functions
// AFTER: func.func @f_renamed(
// AFTER: IR Dump After canonicalize: canonicalize
// NESTED: IR Dump After cse: cse
// NESTED-NEXT: func.func @f(
// MODULE-SCOPE: IR Dump After cse: cse
// MODULE-SCOPE-NEXT: module {
func.func @f() {
  return
}
