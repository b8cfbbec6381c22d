// RUN: pock-opt %s --pock-apply-scheme | FileCheck %s --check-prefix=ALL
// RUN: pock-opt %s --pock-apply-scheme='train=*.bias' | FileCheck %s --check-prefix=BIAS
// RUN: pock-opt %s --pass-pipeline='builtin.module(pock-apply-scheme{train=head.*,"blocks.[[]0].weight"})' | FileCheck %s --check-prefix=SOME
// RUN: pock-opt %s --pass-pipeline='builtin.module(pock-apply-scheme{symbols={loss.head.bias}})' | FileCheck %s --check-prefix=LOSS
// RUN: pock-opt %s --pass-pipeline='builtin.module(pock-apply-scheme{symbols={"blocks.[0].weight","a \"*\\,}"}})' | FileCheck %s --check-prefix=EXACT

// By default every parameter of a floating-point type is trained; buffers, constants and integers never are.
// ALL: sym_name = "blocks.[0].weight", trained = true
// ALL: sym_name = "blocks.[0].bias", trained = true
// ALL: sym_name = "head.weight", trained = true
// ALL: sym_name = "head.table", trained = false
// ALL: sym_name = "head.running_mean", trained = false
// ALL: sym_name = "head.position_ids", trained = false

// What matches no pattern is frozen, also what was trained before.
// BIAS: sym_name = "blocks.[0].weight", trained = false
// BIAS: sym_name = "blocks.[0].bias", trained = true
// BIAS: sym_name = "head.weight", trained = false

// SOME: sym_name = "blocks.[0].weight", trained = true
// SOME: sym_name = "blocks.[0].bias", trained = false
// SOME: sym_name = "head.weight", trained = true
// SOME: sym_name = "head.table", trained = false

// Symbols are looked up as they are, with whatever characters they have; patterns are matched with the framework's names.
// EXACT: sym_name = "blocks.[0].weight", trained = true
// EXACT: sym_name = "blocks.[0].bias", trained = false
// EXACT: sym_name = "head.weight", trained = false
// EXACT: framework_name = "named.bias", kind = "parameter", sym_name = "a \22*\\,}", trained = true
// EXACT: sym_name = "a x", trained = false
// BIAS: sym_name = "a \22*\\,}", trained = true

// A loss's own parameters are trained whatever the patterns, which are on the model's names; with symbols, those alone.
// ALL: owner = "loss", sym_name = "loss.head.bias", trained = true
// ALL: owner = "loss", sym_name = "loss.scale", trained = false
// BIAS: owner = "loss", sym_name = "loss.head.bias", trained = true
// SOME: owner = "loss", sym_name = "loss.head.bias", trained = true
// EXACT: owner = "loss", sym_name = "loss.head.bias", trained = false
// LOSS: sym_name = "blocks.[0].bias", trained = false
// LOSS: owner = "loss", sym_name = "loss.head.bias", trained = true

"pock.parameter"() {kind = "parameter", sym_name = "blocks.[0].weight", trained = false, type = tensor<2x3xf32>} : () -> ()
"pock.parameter"() {kind = "parameter", sym_name = "blocks.[0].bias", trained = false, type = tensor<2xf32>} : () -> ()
"pock.parameter"() {kind = "parameter", sym_name = "head.weight", trained = true, type = tensor<2xf64>} : () -> ()
"pock.parameter"() {kind = "parameter", sym_name = "head.table", trained = false, type = tensor<4xi32>} : () -> ()
"pock.parameter"() {kind = "buffer", sym_name = "head.running_mean", trained = false, type = tensor<2xf32>} : () -> ()
"pock.parameter"() {kind = "constant", sym_name = "head.position_ids", trained = false, type = tensor<4xf32>} : () -> ()
"pock.parameter"() {framework_name = "named.bias", kind = "parameter", sym_name = "a \22*\5C,}", trained = false, type = tensor<2xf32>} : () -> ()
"pock.parameter"() {kind = "parameter", sym_name = "a x", trained = false, type = tensor<2xf32>} : () -> ()
"pock.parameter"() {framework_name = "head.bias", kind = "parameter", owner = "loss", sym_name = "loss.head.bias", trained = false, type = tensor<2xf32>} : () -> ()
"pock.parameter"() {framework_name = "scale", kind = "buffer", owner = "loss", sym_name = "loss.scale", trained = false, type = tensor<2xf32>} : () -> ()
