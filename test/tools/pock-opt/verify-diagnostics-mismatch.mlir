// RUN: not pock-opt %s --split-input-file --verify-diagnostics 2>&1 | FileCheck %s

// CHECK: mismatch.mlir:[[#@LINE+3]]:10: error: unexpected error: use of undeclared SSA value name
// CHECK-NEXT: return %x : i32
func.func @unexpected() -> i32 {
  return %x : i32
}
// -----
// CHECK: mismatch.mlir:[[#@LINE+2]]:3: error: expected error "something" was not produced
func.func @missing() {
  // expected-error @+1 {{something}}
  return
}
// -----
// CHECK: mismatch.mlir:[[#@LINE+4]]:10: error: unexpected error: use of undeclared
// CHECK: mismatch.mlir:[[#@LINE+2]]:3: error: expected error "another text" was not produced
func.func @wrong_text() -> i32 {
  // expected-error @+1 {{another text}}
  return %x : i32
}
// -----
// CHECK: mismatch.mlir:[[#@LINE+4]]:10: error: unexpected error: use of undeclared
// CHECK: mismatch.mlir:[[#@LINE+2]]:3: error: expected error "use of undeclared" was not produced
func.func @wrong_line() -> i32 {
  // expected-error @+2 {{use of undeclared}}
  return %x : i32
}
// -----
// CHECK: mismatch.mlir:[[#@LINE+4]]:10: error: unexpected error: use of undeclared
// CHECK: mismatch.mlir:[[#@LINE+2]]:3: error: expected warning "use of undeclared" was not produced
func.func @wrong_severity() -> i32 {
  // expected-warning @+1 {{use of undeclared}}
  return %x : i32
}
// -----
// CHECK: mismatch.mlir:[[#@LINE+2]]:3: error: invalid regular expression in "{{.*}}"
func.func @bad_pattern() {
  // expected-error-re @+1 {{a {{(}}}}
  return
}
