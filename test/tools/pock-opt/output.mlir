// RUN: pock-opt %s -o %t.mlir > %t.stdout
// RUN: cmp %t.stdout /dev/null
// RUN: FileCheck %s < %t.mlir
// RUN: pock-opt %s -o - | FileCheck %s
// RUN: pock-opt %s --mlir-print-op-generic | FileCheck %s --check-prefix=GENERIC
// RUN: pock-opt %s --mlir-print-debuginfo | FileCheck %s --check-prefix=DEBUG
// RUN: pock-opt %s --mlir-print-debuginfo --mlir-print-local-scope | FileCheck %s --check-prefix=LOCAL
// RUN: pock-opt %s --mlir-elide-elementsattrs-if-larger=2 | FileCheck %s --check-prefix=ELIDED
// RUN: pock-opt %s --mlir-elide-elementsattrs-if-larger 4 | FileCheck %s --check-prefix=NOT-ELIDED

// CHECK: arith.constant dense<[1, 2, 3]>
// GENERIC: "func.func"() <{
// DEBUG: return %{{.*}} loc(#[[LOCATION:.+]])
// DEBUG: #[[LOCATION]] = loc("{{.*}}output.mlir":[[#@LINE+7]]:3)
// LOCAL: return %{{.*}} loc("{{.*}}output.mlir":[[#@LINE+6]]:3)
// ELIDED: dense_resource<__elided__>
// NOT-ELIDED: dense<[1, 2, 3]>

func.func @f() -> tensor<3xi32> {
  %0 = arith.constant dense<[1, 2, 3]> : tensor<3xi32>
  return %0 : tensor<3xi32>
}
