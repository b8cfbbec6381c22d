"""The tables of lowerings to linalg: of ops that have one, and of those that have several. convert-pock-to-linalg fills
them, in a file for each family of ops.
"""

from pock_mlir.passes.machinery.alternatives import AlternativeTable
from pock_mlir.passes.machinery.rules import RuleTable

lowering = RuleTable("lowering to linalg")
"""`@lowering("pock.relu") def relu(op: ReluOp) -> ir.Value`: builds upstream ops before `op` (the insertion point and
location are set) and returns what replaces its result; for an op with several results, a list."""

alternative = AlternativeTable()
"""`@alternative("pock.matmul", "outer-product", is_outer) def ...`: the same for an op that has several lowerings, by a
name and for ops of which `is_outer(op)` holds. Which one is taken by default stands in lowering_heuristics.py."""
