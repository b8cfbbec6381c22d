"""pock-export-state: gives the runtime access to the state."""

from __future__ import annotations

from torch_mlir import ir
from torch_mlir.dialects import arith, func

from pock_mlir.contract import SETTABLE_STATES, getter, setter
from pock_mlir.dialects import state
from pock_mlir.dialects.upstream import with_element
from pock_mlir.passes.analyses.functions import mutable_parameters, parameters_of, states_of
from pock_mlir.passes.machinery.registry import register_pass


@register_pass("pock-export-state")
def export_state(module: ir.Operation) -> None:
    """Adds a function `get.<symbol>` for each parameter that changes and each state, and a function `set.<name>`
    for the states that the runtime sets (`contract.SETTABLE_STATES`), where there are such.
    """
    changing = mutable_parameters(module)
    parameters = {name: op for name, op in parameters_of(module).items() if name in changing}
    states = states_of(module)
    with ir.InsertionPoint(module.regions[0].blocks[0]), module.location:
        for name, op in {**parameters, **states}.items():
            _getter(name, op.type.value)
        for name in SETTABLE_STATES:
            if name in states:
                _setter(name, states[name].type.value)


def _getter(name: str, type: ir.Type) -> None:
    """The bits of bfloat16, which runtimes have no arrays of, come as i16."""
    is_bfloat16 = isinstance(ir.RankedTensorType(type).element_type, ir.BF16Type)
    result = with_element(type, ir.IntegerType.get_signless(16)) if is_bfloat16 else type
    function = func.FuncOp(getter(name), ([], [result]))
    with ir.InsertionPoint(function.add_entry_block()):
        value = state.read(name, type)
        func.ReturnOp([arith.BitcastOp(result, value).result if is_bfloat16 else value])


def _setter(name: str, type: ir.Type) -> None:
    function = func.FuncOp(setter(name), ([type], []))
    block = function.add_entry_block()
    with ir.InsertionPoint(block):
        state.assign(name, block.arguments[0])
        func.ReturnOp([])
