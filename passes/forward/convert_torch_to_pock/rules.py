"""The table of conversions from the torch dialect."""

from pock_mlir.passes.machinery.rules import RuleTable

torch_op = RuleTable("conversion to pock")
"""`@torch_op("torch.aten.relu") def relu(c: Conversion, x: ir.Value) -> ir.Value`: what an op becomes.

Operands arrive as builtin tensors and as Python data (numbers, strings, lists, None); `c` knows the types of the op's
results. Returns the value of the only result (a list where that is a list of tensors), or a list with one for each."""

complex_op = RuleTable("conversion of complex numbers")
"""As `torch_op`, for an op of which some operand is a `Complex`."""
