// A pass that fails reports where and stops the pipeline.
// RUN: not pock-opt %s --test-fail=op=func.return --test-print-options 2>&1 | FileCheck %s
// Any other exception of a pass shows its traceback and the name of the pass.
// RUN: not pock-opt %s --test-raise 2>&1 | FileCheck %s --check-prefix=RAISED

// CHECK: pass-failure.mlir:[[#@LINE+7]]:3: error: 'func.return' cannot be converted
// CHECK-NEXT: return
// CHECK-NOT: builtin.module count
// RAISED: Traceback (most recent call last)
// RAISED: KeyError: 'no entry for builtin.module'
// RAISED-NEXT: raised by the pass 'test-raise'
func.func @f() {
  return
}
