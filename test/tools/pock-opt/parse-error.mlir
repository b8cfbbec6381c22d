// RUN: not pock-opt %s 2>&1 | FileCheck %s
// RUN: not pock-opt < %s 2>&1 | FileCheck %s --check-prefix=STDIN
// RUN: not pock-opt %s -o %t.never-written 2>&1 | FileCheck %s
// RUN: not ls %t.never-written

// CHECK: {{.*}}parse-error.mlir:[[#@LINE+5]]:10: error: use of undeclared SSA value name
// CHECK-NEXT: {{^  return %x : i32$}}
// CHECK-NEXT: {{^         \^$}}
// STDIN: <stdin>:[[#@LINE+2]]:10: error: use of undeclared SSA value name
func.func @f() -> i32 {
  return %x : i32
}
