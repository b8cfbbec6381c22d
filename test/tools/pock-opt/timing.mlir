// RUN: pock-opt %s --cse --test-rename-functions --mlir-timing -o %t 2>&1 | FileCheck %s

// CHECK: ... Execution time report ...
// CHECK-DAG: CSEPass
// CHECK-DAG: test-rename-functions
module {
}
