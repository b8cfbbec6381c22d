// RUN: pock-opt %s --convert-torch-to-pock | FileCheck %s

// A loss depends on what is overwritten, masked, sliced away or drawn from, not on what is only compared, of which only
// the shape counts, or of which the conversion says so (the norm of order 0).
"pock.parameter"() {kind = "parameter", sym_name = "compared", type = tensor<3xf32>, update = "frozen"} : () -> ()
"pock.parameter"() {kind = "parameter", sym_name = "counted", type = tensor<3xf32>, update = "frozen"} : () -> ()
"pock.parameter"() {kind = "parameter", sym_name = "drawn", type = tensor<3xf32>, update = "frozen"} : () -> ()
"pock.parameter"() {kind = "parameter", sym_name = "filled", type = tensor<3xf32>, update = "frozen"} : () -> ()
"pock.parameter"() {kind = "parameter", sym_name = "like", type = tensor<3xf32>, update = "frozen"} : () -> ()
"pock.parameter"() {kind = "parameter", sym_name = "sliced", type = tensor<3xf32>, update = "frozen"} : () -> ()
"pock.parameter"() {kind = "parameter", sym_name = "unused", type = tensor<3xf32>, update = "frozen"} : () -> ()
// CHECK: func.func @train_step() -> tensor<f32> attributes {pock.loss_depends_on = ["drawn", "filled", "sliced"]}
func.func @train_step() -> !torch.vtensor<[],f32> {
  %false = torch.constant.bool false
  %none = torch.constant.none
  %zero = torch.constant.int 0
  %one = torch.constant.int 1
  %compared0 = "pock.read"() {symbol = @compared} : () -> tensor<3xf32>
  %compared = torch_c.from_builtin_tensor %compared0 : tensor<3xf32> -> !torch.vtensor<[3],f32>
  %counted0 = "pock.read"() {symbol = @counted} : () -> tensor<3xf32>
  %counted = torch_c.from_builtin_tensor %counted0 : tensor<3xf32> -> !torch.vtensor<[3],f32>
  %drawn0 = "pock.read"() {symbol = @drawn} : () -> tensor<3xf32>
  %drawn = torch_c.from_builtin_tensor %drawn0 : tensor<3xf32> -> !torch.vtensor<[3],f32>
  %filled0 = "pock.read"() {symbol = @filled} : () -> tensor<3xf32>
  %filled = torch_c.from_builtin_tensor %filled0 : tensor<3xf32> -> !torch.vtensor<[3],f32>
  %like0 = "pock.read"() {symbol = @like} : () -> tensor<3xf32>
  %like = torch_c.from_builtin_tensor %like0 : tensor<3xf32> -> !torch.vtensor<[3],f32>
  %sliced0 = "pock.read"() {symbol = @sliced} : () -> tensor<3xf32>
  %sliced = torch_c.from_builtin_tensor %sliced0 : tensor<3xf32> -> !torch.vtensor<[3],f32>
  %unused0 = "pock.read"() {symbol = @unused} : () -> tensor<3xf32>
  %unused = torch_c.from_builtin_tensor %unused0 : tensor<3xf32> -> !torch.vtensor<[3],f32>

  %bernoulli = torch.aten.bernoulli %drawn, %none : !torch.vtensor<[3],f32>, !torch.none -> !torch.vtensor<[3],f32>
  %full = torch.aten.fill.Scalar %filled, %one : !torch.vtensor<[3],f32>, !torch.int -> !torch.vtensor<[3],f32>
  %zeros = torch.aten.zeros_like %like, %none, %none, %none, %none, %none : !torch.vtensor<[3],f32>, !torch.none, !torch.none, !torch.none, !torch.none, !torch.none -> !torch.vtensor<[3],f32>
  %positive = torch.aten.gt.Scalar %compared, %zero : !torch.vtensor<[3],f32>, !torch.int -> !torch.vtensor<[3],i1>
  %chosen = torch.aten.where.self %positive, %bernoulli, %full : !torch.vtensor<[3],i1>, !torch.vtensor<[3],f32>, !torch.vtensor<[3],f32> -> !torch.vtensor<[3],f32>
  %nothing = torch.aten.slice.Tensor %sliced, %zero, %zero, %zero, %one : !torch.vtensor<[3],f32>, !torch.int, !torch.int, !torch.int, !torch.int -> !torch.vtensor<[0],f32>
  %order = torch.constant.int 0
  %norm = torch.aten.linalg_vector_norm %counted, %order, %none, %false, %none : !torch.vtensor<[3],f32>, !torch.int, !torch.none, !torch.bool, !torch.none -> !torch.vtensor<[],f32>
  %sum0 = torch.aten.add.Tensor %chosen, %zeros, %one : !torch.vtensor<[3],f32>, !torch.vtensor<[3],f32>, !torch.int -> !torch.vtensor<[3],f32>
  %sum1 = torch.aten.sum %sum0, %none : !torch.vtensor<[3],f32>, !torch.none -> !torch.vtensor<[],f32>
  %sum2 = torch.aten.sum %nothing, %none : !torch.vtensor<[0],f32>, !torch.none -> !torch.vtensor<[],f32>
  %sum3 = torch.aten.add.Tensor %sum1, %sum2, %one : !torch.vtensor<[],f32>, !torch.vtensor<[],f32>, !torch.int -> !torch.vtensor<[],f32>
  %loss = torch.aten.add.Tensor %sum3, %norm, %one : !torch.vtensor<[],f32>, !torch.vtensor<[],f32>, !torch.int -> !torch.vtensor<[],f32>
  return %loss : !torch.vtensor<[],f32>
}

// An op that gives back its operand and leaves out another one leads to the other one only from its own result; each
// tensor of a list that is broadcast is one's own.
// CHECK: func.func @same_value() -> tensor<f32> attributes {pock.loss_depends_on = ["like"]}
func.func @same_value() -> !torch.vtensor<[],f32> {
  %none = torch.constant.none
  %like0 = "pock.read"() {symbol = @like} : () -> tensor<3xf32>
  %like = torch_c.from_builtin_tensor %like0 : tensor<3xf32> -> !torch.vtensor<[3],f32>
  %unused0 = "pock.read"() {symbol = @unused} : () -> tensor<3xf32>
  %unused = torch_c.from_builtin_tensor %unused0 : tensor<3xf32> -> !torch.vtensor<[3],f32>
  %filled0 = "pock.read"() {symbol = @filled} : () -> tensor<3xf32>
  %filled = torch_c.from_builtin_tensor %filled0 : tensor<3xf32> -> !torch.vtensor<[3],f32>
  %false = torch.constant.bool false
  %copy = torch.aten.copy %filled, %like, %false : !torch.vtensor<[3],f32>, !torch.vtensor<[3],f32>, !torch.bool -> !torch.vtensor<[3],f32>
  %list = torch.prim.ListConstruct %like, %unused : (!torch.vtensor<[3],f32>, !torch.vtensor<[3],f32>) -> !torch.list<vtensor>
  %both = torch.aten.broadcast_tensors %list : !torch.list<vtensor> -> !torch.list<vtensor>
  %first, %second = torch.prim.ListUnpack %both : !torch.list<vtensor> -> !torch.vtensor<[3],f32>, !torch.vtensor<[3],f32>
  %loss = torch.aten.sum %first, %none : !torch.vtensor<[3],f32>, !torch.none -> !torch.vtensor<[],f32>
  return %loss : !torch.vtensor<[],f32>
}
