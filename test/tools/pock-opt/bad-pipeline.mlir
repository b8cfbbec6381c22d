// RUN: not pock-opt %s --pass-pipeline='builtin.module(cse,nope)' 2>&1 | FileCheck %s --check-prefix=UNKNOWN
// RUN: not pock-opt %s --pass-pipeline='builtin.module(func.func(cse,nope))' 2>&1 | FileCheck %s --check-prefix=NESTED
// RUN: not pock-opt %s --pass-pipeline='builtin.module(cse' 2>&1 | FileCheck %s --check-prefix=OPEN
// RUN: not pock-opt %s --pass-pipeline='builtin.module(cse))' 2>&1 | FileCheck %s --check-prefix=CLOSED
// RUN: not pock-opt %s --pass-pipeline='test-print-options{count=1' 2>&1 | FileCheck %s --check-prefix=BRACE
// RUN: not pock-opt %s --pass-pipeline='cse,' 2>&1 | FileCheck %s --check-prefix=EMPTY
// RUN: not pock-opt %s --test-recursive-pipeline 2>&1 | FileCheck %s --check-prefix=RECURSIVE
// RUN: not pock-opt %s --pass-pipeline='test-rename-functions(cse)' 2>&1 | FileCheck %s --check-prefix=NOT-NESTING
// RUN: not pock-opt %s --pass-pipeline='any(any(test-rename-functions))' 2>&1 | FileCheck %s --check-prefix=ANY

// UNKNOWN: <unknown>:0: error: MLIR Textual PassPipeline Parser:1:20: error: 'nope' does not refer to a registered pass or pass pipeline
// UNKNOWN-NEXT: builtin.module(cse,nope)
// UNKNOWN-NEXT: {{^                   \^$}}
// NESTED: Parser:1:30: error: 'nope' does not refer to a registered pass or pass pipeline
// OPEN: Parser:1:15: error: missing closing ')' of a nested pipeline
// CLOSED: Parser:1:20: error: expected ',' after parsing pipeline
// BRACE: Parser:1:19: error: missing closing '}' while processing pass options
// EMPTY: Parser:1:5: error: expected the name of a pass, of a pipeline or of an operation
// RECURSIVE: error: pipeline 'test-recursive-pipeline' contains itself
// NOT-NESTING: error: 'test-rename-functions' is a pass and takes no nested pipeline
// ANY: error: the Python pass 'test-rename-functions' cannot run on 'any' operation
module {
}
