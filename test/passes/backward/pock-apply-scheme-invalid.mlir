// RUN: not pock-opt %s --pock-apply-scheme='train=*.weight,*.scale' 2>&1 | FileCheck %s --check-prefix=UNMATCHED
// RUN: not pock-opt %s --pock-apply-scheme='train=mean' 2>&1 | FileCheck %s --check-prefix=NOTHING
// RUN: not pock-opt %s --pock-apply-scheme='train={}' 2>&1 | FileCheck %s --check-prefix=NOTHING
// RUN: not pock-opt %s --pock-apply-scheme='symbols=head.*' 2>&1 | FileCheck %s --check-prefix=UNKNOWN

// UNKNOWN: error: no parameter has the symbol 'head.*'
// UNMATCHED: error: no parameter matches the scheme's pattern '*.scale'
// NOTHING: error: the scheme trains no parameter

"pock.parameter"() {kind = "parameter", sym_name = "head.weight", type = tensor<2xf32>, update = "frozen"} : () -> ()
"pock.parameter"() {kind = "buffer", sym_name = "mean", type = tensor<2xf32>, update = "frozen"} : () -> ()
