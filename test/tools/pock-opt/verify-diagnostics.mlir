// RUN: pock-opt %s --split-input-file --verify-diagnostics --test-fail=op=arith.addi

func.func @at_this_line() {
  return %x : i32 // expected-error {{use of undeclared SSA value name}}
}
// -----
func.func @at_an_offset(%a: i32) -> i32 {
  // expected-error @+1 {{'arith.addi' cannot be converted}}
  %0 = arith.addi %a, %a : i32
  return %0 : i32
}
// -----
func.func @below_and_above() -> i32 {
  // expected-error @below {{use of undeclared}}
  return %x : i32
}
// -----
func.func @above() -> i32 {
  return %x : i32
  // expected-error @above {{use of undeclared}}
}
// -----
func.func @regular_expression(%a: i32) -> i32 {
  // expected-error-re @+1 {{'{{[a-z]+}}.addi' cannot be {{conv.*}}}}
  %0 = arith.addi %a, %a : i32
  return %0 : i32
}
// -----
// expected-note @+1 {{prior use here}}
func.func @note(%a: i32) -> f32 {
  // expected-error @+1 {{expects different type than prior uses: 'f32' vs 'i32'}}
  return %a : f32
}
// -----
func.func @nothing_wrong() {
  return
}
