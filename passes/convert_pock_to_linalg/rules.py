"""The table of lowerings to linalg."""

from pock_mlir.passes.rules import RuleTable

lowering = RuleTable("lowering to linalg")
"""`@lowering("pock.relu") def relu(op: ReluOp) -> ir.Value`: builds upstream ops before `op` (the insertion point and
location are set) and returns what replaces its result; for an op with several results, a list."""
