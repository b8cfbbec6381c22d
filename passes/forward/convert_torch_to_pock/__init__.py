"""convert-torch-to-pock: imported torch programs to pock and upstream ops on builtin tensors."""

from __future__ import annotations

import importlib
import pkgutil
from typing import Any

from torch_mlir import ir
from torch_mlir.dialects import func

from pock_mlir.compositions.complex import Complex
from pock_mlir.contract import RANDOM_STEP, SEED
from pock_mlir.dialects.state import state
from pock_mlir.dialects.torch_types import UNSIGNED, boundary_tensor, is_unsigned
from pock_mlir.passes.analyses import dependence
from pock_mlir.passes.analyses.functions import after_state, functions_of, operations_of, parameters_of
from pock_mlir.passes.machinery.diagnostics import blamed
from pock_mlir.passes.machinery.registry import PassFailure, fail, register_pass

from .boundary import entered, returned
from .complex import register_complex
from .conversion import Conversion, Failure, Missing, op_key
from .reached import parameters_of_loss
from .rules import torch_op

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")
register_complex()

__all__ = ["convert_function", "convert_torch_to_pock", "torch_op"]

# Checks that torch.export leaves behind; the shapes and dtypes they assert are static here.
ASSERTIONS = frozenset(
    {"torch.aten._assert_tensor_metadata", "torch.aten._assert_async.msg", "torch.aten._assert_scalar"}
)


@register_pass("convert-torch-to-pock")
def convert_torch_to_pock(module: ir.Operation, *, seed: int = 0) -> None:
    """Converts the torch dialect to pock and upstream ops on builtin tensors; reports all unsupported ops.

    Where the program draws random numbers, their seed and step become states.
    """
    failures = [failure for function in list(functions_of(module)) for failure in convert_function(function).failures]
    fail([PassFailure(failure.location, failure.message) for failure in failures])
    _declare_random_state(module, seed)


def _declare_random_state(module: ir.Operation, seed: int) -> None:
    read = {
        op.symbol.value for f in functions_of(module) for op in operations_of(f) if op.operation.name == "pock.read"
    }
    scalar = ir.RankedTensorType.get([], ir.IntegerType.get_signless(32))
    for name, init in ((SEED, seed), (RANDOM_STEP, 0)):
        if name not in read:
            continue
        if name in parameters_of(module):
            raise PassFailure(module.location, f"the name '{name}' of the random numbers' state is taken by the model")
        with after_state(module), module.location:
            state(name, scalar, float(init))


def convert_function(function: ir.Operation, *, survey: bool = False) -> Conversion:
    """Builds the converted function beside the old one, which it then replaces; returns what came of each op.

    Placeholders stand in for what could not be converted.
    """
    operations = operations_of(function)
    needed = _needed(operations)
    arguments = list(function.regions[0].blocks[0].arguments)
    types = [boundary_tensor(a.type) or a.type for a in arguments]
    c = Conversion(survey)
    name = ir.StringAttr(function.attributes["sym_name"])
    with ir.InsertionPoint(function), function.location:
        new = func.FuncOp(name.value, (types, []))
        block = new.add_entry_block([a.location for a in arguments])
    with ir.InsertionPoint(block):
        for argument, value in zip(arguments, block.arguments, strict=True):
            with value.location:
                c.values[argument] = entered(value, argument.type)
        for op, is_needed in zip(operations[:-1], needed, strict=False):
            if is_needed:
                with blamed(op.operation, op_key(op.operation).removeprefix("torch.")):
                    c.convert(op)
        results, torch_types = _return(operations[-1].operation, c)
    new.attributes["function_type"] = ir.TypeAttr.get(ir.FunctionType.get(types, [v.type for v in results]))
    for attribute in ("arg_attrs", "res_attrs"):
        if attribute in function.attributes:
            new.attributes[attribute] = function.attributes[attribute]
    _mark_unsigned(new, "arg_attrs", [a.type for a in arguments])
    _mark_unsigned(new, "res_attrs", torch_types)
    if results and not c.failures and _is_loss(results[0]):
        loss = operations[-1].operation.operands[0]
        dependence.mark(new.operation, parameters_of_loss(c, operations, loss))
    function.erase()
    return c


def _is_loss(value: ir.Value) -> bool:
    return dependence.is_float(value) and list(value.type.shape) == []


def _mark_unsigned(function: ir.OpView, attribute: str, types: list[ir.Type]) -> None:
    """Says of the arrays of unsigned bytes, among a function's arguments or results, that they are."""
    if not any(map(is_unsigned, types)):
        return
    before = list(function.attributes[attribute]) if attribute in function.attributes else [{}] * len(types)
    marks = [{named.name: named.attr for named in ir.DictAttr(b)} if b else {} for b in before]
    for mark, type in zip(marks, types, strict=True):
        if is_unsigned(type):
            mark[UNSIGNED] = ir.UnitAttr.get()
    function.attributes[attribute] = ir.ArrayAttr.get([ir.DictAttr.get(mark) for mark in marks])


def _needed(operations: list[ir.OpView]) -> list[bool]:
    """Whether the function's results depend on each op: exported programs carry dead shape and mask computations."""
    used: set[Any] = set()
    needed = [False] * len(operations)
    for index in range(len(operations) - 1, -1, -1):
        operation = operations[index].operation
        key = op_key(operation)
        if key in ASSERTIONS or key.split(".default")[0] in ASSERTIONS:
            continue
        if index == len(operations) - 1 or not operation.results or any(r in used for r in operation.results):
            needed[index] = True
            used.update(operation.operands)
    return needed


def _return(terminator: ir.Operation, c: Conversion) -> tuple[list[ir.Value], list[ir.Type]]:
    """What is no tensor (None, a number) is not returned."""
    values = [c.values.get(v, v) for v in terminator.operands]
    for value in values:
        if isinstance(value, Complex):
            reason = "a result of complex numbers; return torch.view_as_real of it"
            c.failures.append(Failure(terminator.location, "return", reason))
        elif isinstance(value, Missing):
            c.failures.append(Failure(terminator.location, "return", value.reason))
    typed = zip(values, [v.type for v in terminator.operands], strict=True)
    values = [(value, type) for value, type in typed if isinstance(value, ir.Value)]
    with terminator.location:
        results = [returned(value, type) for value, type in values]
        func.ReturnOp(results)
    return results, [type for _, type in values]
