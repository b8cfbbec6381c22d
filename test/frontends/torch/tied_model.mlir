// A model of two modules that share a weight, with buffers and a dict of outputs, as the frontend imports it.
// RUN: %python %S/Inputs/tied_model.py | FileCheck %s

// Each tensor of the model once, under its first name; a buffer outside of the state dictionary is a constant.
// CHECK: "pock.parameter"() {aliases = ["decoder.weight"], framework_name = "embedding.weight", kind = "parameter", sym_name = "model.embedding.weight", type = tensor<9x4xf32>, update = "frozen"}
// CHECK-NOT: sym_name = "model.decoder.weight"
// CHECK: "pock.parameter"() {framework_name = "decoder.bias", kind = "parameter", sym_name = "model.decoder.bias",
// CHECK: "pock.parameter"() {framework_name = "unused.weight", kind = "parameter", sym_name = "model.unused.weight",
// CHECK: "pock.parameter"() {framework_name = "scale", kind = "buffer", sym_name = "model.scale",
// CHECK: "pock.parameter"() {framework_name = "offset", kind = "constant", sym_name = "model.offset",

// The training step takes inputs and targets and returns the loss; locations name the module and the line in its code.
// CHECK-LABEL: func.func @train_step(
// CHECK-SAME: %[[IDS:.*]]: !torch.vtensor<[2],si64>{{.*}}, %[[TARGET:.*]]: !torch.vtensor<[2],si64>{{.*}}) -> !torch.vtensor<[],f32>
// CHECK: %[[READ:.*]] = "pock.read"() {symbol = @model.embedding.weight} : () -> tensor<9x4xf32> loc("embedding.weight")
// CHECK: %[[WEIGHT:.*]] = torch_c.from_builtin_tensor %[[READ]]
// CHECK: torch.aten.embedding %[[WEIGHT]], %[[IDS]], {{.*}} loc("embedding"(
// CHECK: torch.aten.add.Tensor {{.*}} loc("{{.*}}tied_model.py":[[#]]:0)
// CHECK: %[[LOGITS:.*]] = torch.aten.linear %{{.*}}, %[[WEIGHT]], {{.*}} loc("decoder"("{{.*}}tied_model.py":[[#]]:0))
// CHECK: %[[LOSS:.*]] = torch.aten.cross_entropy_loss %[[LOGITS]], %[[TARGET]],
// CHECK: return %[[LOSS]]

// Of an output with logits those are the prediction.
// CHECK-LABEL: func.func @predict(
// CHECK-SAME: -> !torch.vtensor<[2,9],f32>
// CHECK-NOT: cross_entropy
