// RUN: pock-opt %s --allow-unregistered-dialect | FileCheck %s
// RUN: not pock-opt %s 2>&1 | FileCheck %s --check-prefix=ERROR

// CHECK: "unknown.op"
// ERROR: error: operation being parsed with an unregistered dialect
"unknown.op"() : () -> ()
