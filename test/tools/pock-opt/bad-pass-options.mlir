// RUN: not pock-opt %s --pass-pipeline='builtin.module(test-print-options{nope=1})' 2>&1 | FileCheck %s --check-prefix=UNKNOWN
// RUN: not pock-opt %s --test-print-options=count=x 2>&1 | FileCheck %s --check-prefix=INT
// RUN: not pock-opt %s --test-print-options=ratio=x 2>&1 | FileCheck %s --check-prefix=FLOAT
// RUN: not pock-opt %s --test-print-options=verbose=maybe 2>&1 | FileCheck %s --check-prefix=BOOL
// RUN: not pock-opt %s --test-print-options=sizes=1,x 2>&1 | FileCheck %s --check-prefix=LIST
// RUN: not pock-opt %s --test-print-options=mode=max 2>&1 | FileCheck %s --check-prefix=CHOICE
// RUN: not pock-opt %s --test-print-options=count 2>&1 | FileCheck %s --check-prefix=NO-VALUE
// RUN: not pock-opt %s --test-pipeline=count=1 2>&1 | FileCheck %s --check-prefix=PIPELINE
// RUN: not pock-opt %s --pass-pipeline='builtin.module(cse{nope=1})' 2>&1 | FileCheck %s --check-prefix=NATIVE

// UNKNOWN: error: pass 'test-print-options' has no option 'nope' (options: count, ratio, title, verbose, names, sizes, mode, limit)
// INT: error: pass 'test-print-options': invalid value 'x' for option 'count': expected int
// FLOAT: error: pass 'test-print-options': invalid value 'x' for option 'ratio': expected float
// BOOL: error: pass 'test-print-options': invalid value 'maybe' for option 'verbose': expected bool
// LIST: error: pass 'test-print-options': invalid value 'x' for option 'sizes': expected list of int
// CHOICE: error: pass 'test-print-options': invalid value 'max' for option 'mode': expected one of sum, mean
// NO-VALUE: error: pass 'test-print-options': option 'count' needs a value (int)
// PIPELINE: error: pipeline 'test-pipeline' has no option 'count' (options: none)
// NATIVE: error: <Pass-Options-Parser>: no such option nope
module {
}
