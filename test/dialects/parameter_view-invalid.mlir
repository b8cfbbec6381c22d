// RUN: pock-opt %s --split-input-file --verify-diagnostics

// expected-error @+1 {{'pock.parameter_view' op attribute 'kind' must be one of parameter, buffer, constant, got 'weight'}}
"pock.parameter_view"() {axes = array<i64: 0>, kind = "weight", of = @a, order = array<i64: 0>, shape = array<i64: 6>, sym_name = "b", update = "full"} : () -> ()
// -----
// expected-error @+1 {{'pock.parameter_view' op attribute 'order' must permute 2 dimensions, got [0, 2]}}
"pock.parameter_view"() {axes = array<i64: 0>, kind = "parameter", of = @a, order = array<i64: 0, 2>, shape = array<i64: 6>, sym_name = "b", update = "full"} : () -> ()
// -----
// expected-error @+1 {{'pock.parameter_view' op attribute 'axes' must have 1 elements, got [0, 1]}}
"pock.parameter_view"() {axes = array<i64: 0, 1>, kind = "parameter", of = @a, order = array<i64: 0>, shape = array<i64: 6>, sym_name = "b", update = "full"} : () -> ()
// -----
// expected-error @+1 {{'pock.parameter_view' op expects attribute 'of'}}
"pock.parameter_view"() {axes = array<i64: 0>, kind = "parameter", order = array<i64: 0>, shape = array<i64: 6>, sym_name = "b", update = "full"} : () -> ()
// -----
func.func @read() {
  // expected-error @+1 {{'pock.read' op attribute 'view' must be a symbol, got "b"}}
  %0 = "pock.read"() {symbol = @a, view = "b"} : () -> tensor<2xf32>
  return
}
// -----
"pock.parameter"() {kind = "parameter", sym_name = "w", type = tensor<2xf32>, update = "full"} : () -> ()
// expected-error @+1 {{'pock.parameter_view' op attribute 'update' must be one of frozen, full, got 'half'}}
"pock.parameter_view"() {axes = array<i64: 0>, kind = "parameter", of = @w, order = array<i64: 0>, shape = array<i64: 2>, sym_name = "v", update = "half"} : () -> ()
