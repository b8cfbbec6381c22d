"""The table of what is adapted to IREE."""

from pock_mlir.passes.machinery.rules import RuleTable

adaptation = RuleTable("adaptation to IREE")
"""`@adaptation("math.powf") def powf(op: math.PowFOp) -> ir.Value | None`: builds ops before `op` (the insertion point
and location are set) and returns what replaces its result, or None where it may stay."""
