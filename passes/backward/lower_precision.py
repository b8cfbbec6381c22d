"""pock-lower-precision: tensors are stored in bfloat16 or float16, computed with in float32."""

from __future__ import annotations

from typing import Literal

from torch_mlir import ir

from pock_mlir.contract import BF16, F16, PARAMETER
from pock_mlir.dialects import state
from pock_mlir.dialects.base import ranked
from pock_mlir.dialects.custom_vjp import CotangentOp
from pock_mlir.dialects.rewriting import rebuild
from pock_mlir.dialects.traits import ReadsWide, Selects, has_trait
from pock_mlir.dialects.upstream import convert_float, with_element
from pock_mlir.passes.analyses.functions import functions_of, operations_of, parameters_of, trained_parameters
from pock_mlir.passes.machinery.registry import register_pass
from pock_mlir.passes.updates.unused import remove_unused

TYPES = {BF16: ir.BF16Type, F16: ir.F16Type}


@register_pass("pock-lower-precision")
def lower_precision(
    module: ir.Operation, *, type: Literal["bf16", "f16"] = "bf16", master_weights: bool = True
) -> None:
    """Stores matrices and larger tensors of float32 in a narrow type, `bf16` or `f16`.

    Each op still computes in float32: its operands are widened before, its result is rounded after. Of frozen
    parameters only the narrow form is kept; trained ones stay float32 (`master-weights`) and are rounded where they are
    read, or are narrow, too. Vectors (biases, scales, statistics), what depends on no floating-point input or
    parameter (masks), and what only softmax reads stay float32. Run it after pock-apply-scheme.
    """
    with module.context:
        narrow = TYPES[type].get()
    stored = _narrow_parameters(module, narrow, master_weights)
    for function in functions_of(module):
        _Narrowing(narrow, stored).run(function)


def _is_matrix(type: ir.Type) -> bool:
    """Whether values of the type are worth narrowing."""
    if not isinstance(type, ir.RankedTensorType):
        return False
    tensor = ir.RankedTensorType(type)
    return isinstance(tensor.element_type, ir.F32Type) and tensor.rank >= 2


def _narrow_parameters(module: ir.Operation, narrow: ir.Type, master_weights: bool) -> set[str]:
    """Gives parameters their stored type; returns the names of those that are narrow."""
    names, trained = set(), trained_parameters(module)
    for name, op in parameters_of(module).items():
        if _is_matrix(op.type.value) and not (name in trained and master_weights) and op.kind.value == PARAMETER:
            with op.operation.location:
                op.framework_element = ir.F32Type.get()
                op.operation.attributes["type"] = ir.TypeAttr.get(with_element(op.type.value, narrow))
            names.add(name)
    return names


class _Narrowing:
    """Rewrites one function: `narrow` maps float32 values to their stored forms."""

    def __init__(self, element: ir.Type, stored: set[str]) -> None:
        self.element, self.stored = element, stored
        self.narrow: dict[ir.Value, ir.Value] = {}
        self.is_data: set[ir.Value] = set()

    def run(self, function: ir.Operation) -> None:
        block = function.regions[0].blocks[0]
        operations = operations_of(function)
        with ir.InsertionPoint(operations[0]), function.location:
            for argument in block.arguments:
                if isinstance(ranked(argument).element_type, ir.FloatType):
                    self.is_data.add(argument)
                if _is_matrix(argument.type):
                    self.narrow[argument] = convert_float(argument, self.element)
        for op in operations:
            self._rewrite(op)
        remove_unused(function)

    def _rewrite(self, op: ir.OpView) -> None:
        operation = op.operation
        if isinstance(op, state.ReadOp):
            self._read(op)
            return
        operands = list(operation.operands)
        depends = any(value in self.is_data for value in operands)
        if depends:
            self.is_data.update(r for r in operation.results if isinstance(r.type, ir.RankedTensorType))
        with operation.location:
            if depends and has_trait(op, Selects) and self._can_move(operation):
                self._move(operation)
                return
            with ir.InsertionPoint(operation):
                for index, value in enumerate(operands):
                    if value in self.narrow:
                        operation.operands[index] = convert_float(self.narrow[value], ranked(value).element_type)
            if depends and not isinstance(op, CotangentOp):  # what takes its place is rounded where it comes from
                self._round_results(operation)

    def _read(self, op: ir.OpView) -> None:
        operation, value = op.operation, op.result
        if not isinstance(ranked(value).element_type, ir.FloatType):
            return
        self.is_data.add(value)
        if not _is_matrix(value.type):
            return
        with ir.InsertionPoint.after(operation), operation.location:
            if op.symbol.value in self.stored:
                read = state.read_as(op, with_element(value.type, self.element))
                self.narrow[value] = read
            else:
                self.narrow[value] = convert_float(value, self.element)

    def _can_move(self, operation: ir.Operation) -> bool:
        """Whether all floating-point operands have stored forms, and the result is to have one."""
        floats = [v for v in operation.operands if isinstance(ranked(v).element_type, ir.FloatType)]
        return all(v in self.narrow for v in floats) and _is_matrix(operation.results[0].type)

    def _move(self, operation: ir.Operation) -> None:
        value = operation.results[0]
        operands = [self.narrow.get(v, v) for v in operation.operands]
        with ir.InsertionPoint(operation):
            moved = rebuild(operation, operands, [with_element(value.type, self.element)])
        self.narrow[value] = moved.results[0]

    def _round_results(self, operation: ir.Operation) -> None:
        with ir.InsertionPoint.after(operation):
            for value in operation.results:
                if _is_matrix(value.type) and not all(has_trait(use.owner, ReadsWide) for use in value.uses):
                    self.narrow[value] = convert_float(value, self.element)
