// RUN: pock-opt %s --pock-apply-scheme | FileCheck %s --check-prefix=ALL
// RUN: pock-opt %s --pock-apply-scheme='train=*.bias' | FileCheck %s --check-prefix=BIAS
// RUN: pock-opt %s --pass-pipeline='builtin.module(pock-apply-scheme{train=head.*,"blocks.[[]0].weight"})' | FileCheck %s --check-prefix=SOME
// RUN: pock-opt %s --pass-pipeline='builtin.module(pock-apply-scheme{symbols={loss.head.bias}})' | FileCheck %s --check-prefix=LOSS
// RUN: pock-opt %s --pass-pipeline='builtin.module(pock-apply-scheme{symbols={"blocks.[0].weight","a \"*\\,}"}})' | FileCheck %s --check-prefix=EXACT

// By default every parameter of a floating-point type is trained; buffers, constants and integers never are.
// ALL: sym_name = "blocks.[0].weight", {{.*}}update = "full"
// ALL: sym_name = "blocks.[0].bias", {{.*}}update = "full"
// ALL: sym_name = "head.weight", {{.*}}update = "full"
// ALL: sym_name = "head.table", {{.*}}update = "frozen"
// ALL: sym_name = "head.running_mean", {{.*}}update = "frozen"
// ALL: sym_name = "head.position_ids", {{.*}}update = "frozen"

// What matches no pattern is frozen, also what was trained before.
// BIAS: sym_name = "blocks.[0].weight", {{.*}}update = "frozen"
// BIAS: sym_name = "blocks.[0].bias", {{.*}}update = "full"
// BIAS: sym_name = "head.weight", {{.*}}update = "frozen"

// SOME: sym_name = "blocks.[0].weight", {{.*}}update = "full"
// SOME: sym_name = "blocks.[0].bias", {{.*}}update = "frozen"
// SOME: sym_name = "head.weight", {{.*}}update = "full"
// SOME: sym_name = "head.table", {{.*}}update = "frozen"

// Symbols are looked up as they are, with whatever characters they have; patterns are matched with the framework's names.
// EXACT: sym_name = "blocks.[0].weight", {{.*}}update = "full"
// EXACT: sym_name = "blocks.[0].bias", {{.*}}update = "frozen"
// EXACT: sym_name = "head.weight", {{.*}}update = "frozen"
// EXACT: framework_name = "named.bias", kind = "parameter", sym_name = "a \22*\\,}", {{.*}}update = "full"
// EXACT: sym_name = "a x", {{.*}}update = "frozen"
// BIAS: sym_name = "a \22*\\,}", {{.*}}update = "full"

// A loss's own parameters are trained whatever the patterns, which are on the model's names; with symbols, those alone.
// ALL: owner = "loss", sym_name = "loss.head.bias", {{.*}}update = "full"
// ALL: owner = "loss", sym_name = "loss.scale", {{.*}}update = "frozen"
// BIAS: owner = "loss", sym_name = "loss.head.bias", {{.*}}update = "full"
// SOME: owner = "loss", sym_name = "loss.head.bias", {{.*}}update = "full"
// EXACT: owner = "loss", sym_name = "loss.head.bias", {{.*}}update = "frozen"
// LOSS: sym_name = "blocks.[0].bias", {{.*}}update = "frozen"
// LOSS: owner = "loss", sym_name = "loss.head.bias", {{.*}}update = "full"

"pock.parameter"() {kind = "parameter", sym_name = "blocks.[0].weight", type = tensor<2x3xf32>, update = "frozen"} : () -> ()
"pock.parameter"() {kind = "parameter", sym_name = "blocks.[0].bias", type = tensor<2xf32>, update = "frozen"} : () -> ()
"pock.parameter"() {kind = "parameter", sym_name = "head.weight", type = tensor<2xf64>, update = "full"} : () -> ()
"pock.parameter"() {kind = "parameter", sym_name = "head.table", type = tensor<4xi32>, update = "frozen"} : () -> ()
"pock.parameter"() {kind = "buffer", sym_name = "head.running_mean", type = tensor<2xf32>, update = "frozen"} : () -> ()
"pock.parameter"() {kind = "constant", sym_name = "head.position_ids", type = tensor<4xf32>, update = "frozen"} : () -> ()
"pock.parameter"() {framework_name = "named.bias", kind = "parameter", sym_name = "a \22*\5C,}", type = tensor<2xf32>, update = "frozen"} : () -> ()
"pock.parameter"() {kind = "parameter", sym_name = "a x", type = tensor<2xf32>, update = "frozen"} : () -> ()
"pock.parameter"() {framework_name = "head.bias", kind = "parameter", owner = "loss", sym_name = "loss.head.bias", type = tensor<2xf32>, update = "frozen"} : () -> ()
"pock.parameter"() {framework_name = "scale", kind = "buffer", owner = "loss", sym_name = "loss.scale", type = tensor<2xf32>, update = "frozen"} : () -> ()
