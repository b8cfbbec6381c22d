// RUN: not pock-opt %s --nope 2>&1 | FileCheck %s --check-prefix=UNKNOWN
// RUN: not pock-opt %s --test-rename-function 2>&1 | FileCheck %s --check-prefix=SIMILAR
// RUN: not pock-opt %s %s 2>&1 | FileCheck %s --check-prefix=TWO-INPUTS
// RUN: not pock-opt %s --verify-each=maybe 2>&1 | FileCheck %s --check-prefix=BOOL
// RUN: not pock-opt %s --mlir-elide-elementsattrs-if-larger=-1 2>&1 | FileCheck %s --check-prefix=INT
// RUN: not pock-opt %s -o 2>&1 | FileCheck %s --check-prefix=NO-VALUE
// RUN: not pock-opt %s --cse --pass-pipeline='builtin.module(cse)' 2>&1 | FileCheck %s --check-prefix=BOTH
// RUN: not pock-opt %s --mlir-print-ir-before=nope 2>&1 | FileCheck %s --check-prefix=BEFORE
// RUN: not pock-opt %s --emit-bytecode --split-input-file 2>&1 | FileCheck %s --check-prefix=BYTECODE
// RUN: not pock-opt %t.does-not-exist 2>&1 | FileCheck %s --check-prefix=MISSING
// RUN: not pock-opt %S 2>&1 | FileCheck %s --check-prefix=DIRECTORY
// RUN: not pock-opt %s -o %t.no-directory/out.mlir 2>&1 | FileCheck %s --check-prefix=OUTPUT

// UNKNOWN: pock-opt: Unknown command line argument '--nope'.  Try: 'pock-opt --help'
// SIMILAR: pock-opt: Did you mean '--test-rename-functions'?
// TWO-INPUTS: pock-opt: Too many positional arguments specified!
// BOOL: pock-opt: for the --verify-each option: 'maybe' is invalid value for boolean argument! Try 0 or 1
// INT: pock-opt: for the --mlir-elide-elementsattrs-if-larger option: '-1' value invalid for uint argument!
// NO-VALUE: pock-opt: for the -o option: requires a value!
// BOTH: pock-opt: --pass-pipeline cannot be combined with individual passes
// BEFORE: pock-opt: for the --mlir-print-ir-before option: Cannot find option named 'nope'!
// BYTECODE: pock-opt: --emit-bytecode cannot be combined with --split-input-file
// MISSING: cannot open input file '{{.*}}does-not-exist': No such file or directory
// DIRECTORY: cannot open input file '{{.*}}': Is a directory
// OUTPUT: cannot open output file '{{.*}}out.mlir': No such file or directory
module {
}
