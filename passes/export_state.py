"""pock-export-state: gives the runtime access to the state."""

from __future__ import annotations

from torch_mlir import ir
from torch_mlir.dialects import func

from pock_mlir.dialects import state
from pock_mlir.passes.functions import parameters_of, states_of
from pock_mlir.passes.registry import register_pass

LEARNING_RATE = "lr"


@register_pass("pock-export-state")
def export_state(module: ir.Operation) -> None:
    """Adds a function `get.<name>` for each trained parameter and state, and `set.lr`."""
    trained = {name: op for name, op in parameters_of(module).items() if op.trained.value}
    states = states_of(module)
    with ir.InsertionPoint(module.regions[0].blocks[0]), module.location:
        for name, op in {**trained, **states}.items():
            _getter(name, op.type.value)
        if LEARNING_RATE in states:
            _setter(LEARNING_RATE, states[LEARNING_RATE].type.value)


def _getter(name: str, type: ir.Type) -> None:
    function = func.FuncOp(f"get.{name}", ([], [type]))
    with ir.InsertionPoint(function.add_entry_block()):
        func.ReturnOp([state.read(name, type)])


def _setter(name: str, type: ir.Type) -> None:
    function = func.FuncOp(f"set.{name}", ([type], []))
    block = function.add_entry_block()
    with ir.InsertionPoint(block):
        state.assign(name, block.arguments[0])
        func.ReturnOp([])
