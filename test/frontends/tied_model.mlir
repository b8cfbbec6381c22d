// A model of two modules that share a weight, with buffers and a dict of outputs, as the frontend imports it.
// RUN: %python %S/Inputs/tied_model.py | FileCheck %s

// Each tensor of the model once, under its first name; a buffer outside of the state dictionary is a constant.
// CHECK: "pock.parameter"() {aliases = ["decoder.weight"], kind = "parameter", sym_name = "embedding.weight", trained = false, type = tensor<9x4xf32>}
// CHECK-NOT: sym_name = "decoder.weight"
// CHECK: "pock.parameter"() {kind = "parameter", sym_name = "decoder.bias",
// CHECK: "pock.parameter"() {kind = "parameter", sym_name = "unused.weight",
// CHECK: "pock.parameter"() {kind = "buffer", sym_name = "scale",
// CHECK: "pock.parameter"() {kind = "constant", sym_name = "offset",

// The training step takes inputs and targets and returns the loss; locations name the module and the line in its code.
// CHECK-LABEL: func.func @train_step(
// CHECK-SAME: %[[IDS:.*]]: !torch.vtensor<[2],si64>{{.*}}, %[[TARGET:.*]]: !torch.vtensor<[2],si64>{{.*}}) -> !torch.vtensor<[],f32>
// CHECK: %[[READ:.*]] = "pock.read"() {symbol = @embedding.weight} : () -> tensor<9x4xf32> loc("embedding.weight")
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
