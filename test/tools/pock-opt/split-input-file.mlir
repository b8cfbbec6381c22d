// Each part is a module of its own; one that fails does not stop the others, yet the exit code tells.
// RUN: not pock-opt %s --split-input-file --test-rename-functions 2>%t.errors | FileCheck %s
// RUN: FileCheck %s --check-prefix=ERROR < %t.errors
// Without the option the names clash.
// RUN: not pock-opt %s 2>&1 | FileCheck %s --check-prefix=WHOLE

// CHECK: func.func @f_renamed()
// CHECK: {{^}}// -----
// CHECK: func.func @f_renamed(%{{.*}}: i32)
// ERROR: split-input-file.mlir:[[#@LINE+8]]:10: error: use of undeclared SSA value name
// ERROR-NEXT: return %undeclared : i32
// WHOLE: error:
func.func @f() {
  return
}
// -----
func.func @f() -> i32 {
  return %undeclared : i32
}
// -----
func.func @f(%a: i32) {
  return
}
