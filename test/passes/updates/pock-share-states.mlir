// RUN: pock-opt %s --pass-pipeline='builtin.module(pock-insert-sgd{lr=0.5 momentum=0.9},pock-share-states{symbols=b.0.w,b.1.w blocks=2 active=1})' | FileCheck %s
// RUN: pock-opt %s --pass-pipeline='builtin.module(pock-insert-adam{lr=0.5},pock-share-states{symbols=b.0.w,b.1.w blocks=2 active=2})' | FileCheck %s --check-prefix=TWO
// RUN: not pock-opt %s --pass-pipeline='builtin.module(pock-insert-sgd{momentum=0.9},pock-share-states{symbols=b.0.w,h blocks=2})' 2>&1 | FileCheck %s --check-prefix=UNLIKE
// RUN: not pock-opt %s --pass-pipeline='builtin.module(pock-insert-sgd,pock-share-states{symbols=b.0.w,b.1.w,h blocks=2})' 2>&1 | FileCheck %s --check-prefix=COUNT

// One momentum buffer for both blocks, none of their own; the head keeps its.
// CHECK-NOT: sym_name = "momentum_buffer.b
// CHECK-DAG: sym_name = "momentum_buffer.h"
// CHECK-DAG: sym_name = "lisa.step", type = tensor<f32>
// CHECK-DAG: sym_name = "lisa.blocks", type = tensor<1xf32>
// CHECK-DAG: sym_name = "momentum_buffer.lisa.0.w", type = tensor<3xf32>

// Each block's update changes something only where it has the lane.
// CHECK: "pock.update"
// CHECK: arith.cmpf oeq, %{{.*}}, %cst{{.*}} : f32
// CHECK: arith.select
// CHECK: states = [@b.0.w, @momentum_buffer.lisa.0.w]
// CHECK: states = [@b.1.w, @momentum_buffer.lisa.0.w]
// CHECK: states = [@h, @momentum_buffer.h]
// CHECK: states = [@lisa.step]

// With two lanes each block has two updates; bias correction counts from when the blocks were sampled.
// TWO-DAG: sym_name = "exp_avg.lisa.1.w"
// TWO: %[[STEP:.*]] = "pock.read"() {symbol = @lisa.step}
// TWO: arith.addf %[[STEP]], %
// TWO: states = [@b.0.w, @exp_avg.lisa.0.w, @exp_avg_sq.lisa.0.w]
// TWO: states = [@b.0.w, @exp_avg.lisa.1.w, @exp_avg_sq.lisa.1.w]
// TWO: states = [@b.1.w, @exp_avg.lisa.0.w, @exp_avg_sq.lisa.0.w]

// UNLIKE: error: the blocks are not alike: 'h' is tensor<2xf32>, 'b.0.w' is tensor<3xf32>
// COUNT: error: 3 parameters are not equally many in 2 blocks

"pock.parameter"() {kind = "parameter", sym_name = "b.0.w", type = tensor<3xf32>, update = "full"} : () -> ()
"pock.parameter"() {kind = "parameter", sym_name = "b.1.w", type = tensor<3xf32>, update = "full"} : () -> ()
"pock.parameter"() {kind = "parameter", sym_name = "h", type = tensor<2xf32>, update = "full"} : () -> ()
func.func @train_step(%a: tensor<3xf32>, %b: tensor<3xf32>, %h: tensor<2xf32>) {
  "pock.gradient"(%a) {parameter = @b.0.w} : (tensor<3xf32>) -> ()
  "pock.gradient"(%b) {parameter = @b.1.w} : (tensor<3xf32>) -> ()
  "pock.gradient"(%h) {parameter = @h} : (tensor<2xf32>) -> ()
  return
}
