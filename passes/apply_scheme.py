"""pock-apply-scheme: marks which parameters training changes."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase

from torch_mlir import ir

from pock_mlir.passes.functions import parameters_of
from pock_mlir.passes.registry import PassFailure, register_pass


@register_pass("pock-apply-scheme")
def apply_scheme(module: ir.Operation, *, train: Sequence[str] = ("*",)) -> None:
    """Trains the floating-point parameters whose names match one of the patterns, and freezes all others."""
    unmatched = set(train)
    # The compiler gives every name in full: those are looked up, not tried one by one.
    wildcards = {pattern for pattern in train if any(character in pattern for character in "*?[")}
    names = set(train) - wildcards
    trained = 0
    for name, op in parameters_of(module).items():
        matching = {pattern for pattern in wildcards if fnmatchcase(name, pattern)} | (names & {name})
        unmatched -= matching
        floating = isinstance(ir.RankedTensorType(op.type.value).element_type, ir.FloatType)
        chosen = bool(matching) and floating and op.kind.value == "parameter"
        op.operation.attributes["trained"] = ir.BoolAttr.get(chosen)
        trained += chosen
    if unmatched:
        raise PassFailure(module.location, f"no parameter matches the scheme's pattern '{min(unmatched)}'")
    if not trained:
        raise PassFailure(module.location, "the scheme trains no parameter")
