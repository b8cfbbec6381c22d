// RUN: not pock-opt %s --test-invalidate --test-print-options 2>&1 | FileCheck %s
// RUN: pock-opt %s --test-invalidate --test-print-options --verify-each=0 2>&1 | FileCheck %s --check-prefix=OFF
// RUN: pock-opt %s --test-invalidate --test-print-options --verify-each=false 2>&1 | FileCheck %s --check-prefix=OFF

// CHECK: verify-each.mlir:[[#@LINE+5]]:3: error: 'func.return' op has 0 operands, but enclosing function (@f) returns 1
// CHECK-NEXT: return
// CHECK-NOT: builtin.module count
// OFF: builtin.module count=3
func.func @f() {
  return
}
