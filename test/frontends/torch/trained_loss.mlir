// A loss with a parameter and a buffer of its own, and a parameter that is the model's, as the frontend imports it.
// RUN: %python %S/Inputs/trained_loss.py | FileCheck %s

// Names of model and loss are apart; what both have is the model's.
// CHECK: "pock.parameter"() {framework_name = "weight", kind = "parameter", loss_names = ["table"], sym_name = "model.weight",
// CHECK: "pock.parameter"() {framework_name = "bias", kind = "parameter", sym_name = "model.bias",
// CHECK: "pock.parameter"() {framework_name = "bias", kind = "parameter", owner = "loss", sym_name = "loss.bias",
// CHECK-NOT: sym_name = "loss.table"
// CHECK: "pock.parameter"() {framework_name = "calls", kind = "buffer", owner = "loss", sym_name = "loss.calls",

// CHECK-LABEL: func.func @train_step(
// CHECK-DAG: "pock.read"() {symbol = @model.weight} : () -> tensor<2x3xf32> loc("weight")
// CHECK-DAG: "pock.read"() {symbol = @loss.bias} : () -> tensor<2xf32> loc("loss.bias")
// CHECK: torch.aten.mse_loss {{.*}} loc("loss"("{{.*}}trained_loss.py":[[#]]:0))
// CHECK: "pock.assign"(%{{.*}}) {symbol = @loss.calls}

// CHECK-LABEL: func.func @predict(
// CHECK-NOT: @loss
