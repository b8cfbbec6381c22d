// RUN: pock-opt --list-passes | FileCheck %s
// RUN: env POCK_TEST_PASSES=0 pock-opt --list-passes | FileCheck %s --check-prefix=HIDDEN
// RUN: pock-opt --help | FileCheck %s --check-prefix=HELP

// CHECK: Passes of pock_mlir:
// CHECK: --test-print-options{{ +}}Prints its options to standard error, and the operation it runs on.
// CHECK-NEXT: count=<int>, default 3
// CHECK-NEXT: ratio=<float>, default 0.5
// CHECK-NEXT: title=<str>, default none
// CHECK-NEXT: verbose=<bool>, default false
// CHECK-NEXT: names=<list of str>, default {}
// CHECK-NEXT: sizes=<list of int>, default {1,2}
// CHECK-NEXT: mode=<one of sum, mean>, default sum
// CHECK-NEXT: limit=<int>, default none
// CHECK: Pipelines of pock_mlir:
// CHECK: --test-pipeline{{ +}}Renames functions and runs CSE
// CHECK-NEXT: = test-rename-functions{suffix=_a},func.func(cse)
// HIDDEN-NOT: test-
// HELP: USAGE: pock-opt [options] [--pass[=options] ...] [input file]
// HELP: --mlir-print-ir-before=<pass,...>
