// RUN: pock-opt %s --pock-apply-scheme='symbols={w,b} slices={w=0:0+4/6+2,conv=1:1+2}' | FileCheck %s --check-prefix=SOME
// RUN: pock-opt %s --pock-apply-scheme='slices={b=0:0+8}' | FileCheck %s --check-prefix=WHOLE
// RUN: not pock-opt %s --pock-apply-scheme='slices={w=0:0+9}' 2>&1 | FileCheck %s --check-prefix=BEYOND
// RUN: not pock-opt %s --pock-apply-scheme='slices={w=2:0+1}' 2>&1 | FileCheck %s --check-prefix=AXIS
// RUN: not pock-opt %s --pock-apply-scheme='slices={w=0:first}' 2>&1 | FileCheck %s --check-prefix=TEXT
// RUN: not pock-opt %s --pock-apply-scheme='slices={v=0:0+1}' 2>&1 | FileCheck %s --check-prefix=UNKNOWN
// RUN: not pock-opt %s --pock-apply-scheme='slices={mean=0:0+1}' 2>&1 | FileCheck %s --check-prefix=BUFFER
// RUN: not pock-opt %s --pock-apply-scheme='slices={shared=0:0+1}' 2>&1 | FileCheck %s --check-prefix=SHARED
// RUN: not pock-opt %s --pock-apply-scheme='slices={view=0:0+1}' 2>&1 | FileCheck %s --check-prefix=SHARED

// Of the parameters that slices name only these channels are trained, whether other options name them or not. The axis
// is one of the framework's layout: of a convolution [F, C, KH, KW], which is stored [KH, KW, C, F], 1 is stored as 2.
// SOME: axis = 0 : i64, {{.*}}ranges = array<i64: 0, 4, 6, 2>, sym_name = "w", {{.*}}update = "slice"
// SOME: sym_name = "b", {{.*}}update = "full"
// SOME: axis = 2 : i64, {{.*}}ranges = array<i64: 1, 2>, sym_name = "conv", {{.*}}update = "slice"

// All channels are the whole.
// WHOLE: sym_name = "w", {{.*}}update = "full"
// WHOLE: {kind = "parameter", sym_name = "b", type = tensor<8xf32>, update = "full"}

// BEYOND: error: the slice of 'fc.weight', axis 0 up to channel 9, does not fit its 8 channels
// AXIS: error: the slice of 'fc.weight', axis 2 up to channel 1, does not fit its 2 dimensions
// TEXT: error: the slice 'w=0:first': expected a slice, axis:start+size/start+size such as 0:0+4/8+2, got '0:first'
// UNKNOWN: error: no parameter has the symbol 'v'
// BUFFER: error: 'mean' cannot be trained: it is no parameter
// SHARED: error: a slice of a parameter that shares its memory with 'view' cannot be trained: train it whole, or freeze it

"pock.parameter"() {framework_name = "fc.weight", kind = "parameter", sym_name = "w", type = tensor<8x3xf32>, update = "frozen"} : () -> ()
"pock.parameter"() {kind = "parameter", sym_name = "b", type = tensor<8xf32>, update = "frozen"} : () -> ()
"pock.parameter"() {kind = "parameter", permutation = array<i64: 2, 3, 1, 0>, sym_name = "conv", type = tensor<3x3x4x6xf32>, update = "frozen"} : () -> ()
"pock.parameter"() {kind = "buffer", sym_name = "mean", type = tensor<8xf32>, update = "frozen"} : () -> ()
"pock.parameter"() {kind = "parameter", sym_name = "shared", type = tensor<2x3xf32>, update = "frozen"} : () -> ()
"pock.parameter_view"() {axes = array<i64: 0, 1>, kind = "parameter", of = @shared, order = array<i64: 1, 0>, shape = array<i64: 3, 2>, sym_name = "view", update = "frozen"} : () -> ()
