"""Which parameters are weights of contractions: of matrix products and convolutions alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from torch_mlir import ir
from torch_mlir.dialects import arith

from pock_mlir.dialects.base import shape_of
from pock_mlir.dialects.conv2d import Conv2dOp, Window
from pock_mlir.dialects.matmul import MatmulOp
from pock_mlir.dialects.state import ParameterOp, ReadOp
from pock_mlir.passes.analyses.functions import functions_of, operations_of, parameters_of, views_of


@dataclass
class WeightUses:
    """The contractions of which a parameter is the second operand, in all functions; `obstacle` says what else it is
    used for, or why it is no weight of its own, if anything.
    """

    contractions: list[MatmulOp | Conv2dOp] = field(default_factory=list)
    obstacle: str = ""

    @property
    def adapter_obstacle(self) -> str:
        """Why the weight can have no adapter of low rank, if so."""
        for op in self.contractions:
            if isinstance(op, Conv2dOp) and op.groups.value != 1:
                return f"is the weight of a convolution in {op.groups.value} groups"
            if isinstance(op, Conv2dOp) and Window.of(op).dilations != (1, 1):
                return "is the weight of a dilated convolution"  # PEFT's adapters are not dilated
        return self.obstacle


def weight_uses(module: ir.Operation, symbols: Sequence[str]) -> dict[str, WeightUses]:
    """How the module uses these parameters."""
    parameters, uses = parameters_of(module), {symbol: WeightUses() for symbol in symbols}
    shared = {op.of.value for op in views_of(module).values()}
    for function in functions_of(module):
        for op in operations_of(function):
            if isinstance(op, ReadOp) and op.symbol.value in uses:
                _look_at(op.result, uses[op.symbol.value])
    for symbol, found in uses.items():
        found.obstacle = found.obstacle or _obstacle(parameters[symbol], found, symbol in shared)
    return uses


def _look_at(value: ir.Value, found: WeightUses) -> None:
    for use in value.uses:
        op = use.owner.operation.opview
        if isinstance(op, arith.ExtFOp | arith.TruncFOp):
            _look_at(op.result, found)
        elif isinstance(op, Conv2dOp | MatmulOp) and use.operand_number == 1:
            found.contractions.append(op)
            if isinstance(op, MatmulOp) and len(shape_of(op.rhs)) != 2:
                found.obstacle = "is a batch of matrices"
        else:
            found.obstacle = f"is used by '{use.owner.operation.name}'"


def _obstacle(parameter: ParameterOp, found: WeightUses, is_shared: bool) -> str:
    if parameter.aliases is not None and len(parameter.aliases):
        return f"is tied: it is {parameter.aliases[0]}, too"
    if is_shared:
        return "shares its memory with another parameter"
    return "" if found.contractions else "is used by nothing"
