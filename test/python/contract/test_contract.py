"""The contract between compiler and runtime: no name of a user's is one of ours, and ours stand in one place."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from fnmatch import fnmatch
from itertools import product
from pathlib import Path

import ml_dtypes  # noqa: F401 - gives numpy the dtype bfloat16
import numpy as np
import pytest
import torch
from torch_mlir import ir

from pock_mlir import contract
from pock_mlir.contract import (
    ACCUMULATED_GRADIENT,
    APPLY_GRADIENTS,
    DTYPES,
    ELEMENTS,
    OWN_STATES,
    OWNERS,
    PREDICT,
    TRAIN_STEP,
    free_prefix,
    function_name,
    getter,
    loss_prefix,
    name_of,
    owner_of,
    role_of,
    setter,
    slot_symbol,
    symbol_of,
    update_name,
)
from pock_mlir.dialects import load_dialects
from pock_mlir.optimizers import SGD, Adagrad, Adam, AdamW, Lion, Optimizer, RMSprop
from pock_mlir.passes.analyses.functions import states_of
from pock_mlir.passes.machinery.calls import call
from pock_mlir.passes.machinery.pipeline import run_pipeline

ROOT = Path(__file__).resolve().parents[3]

FUNCTIONS = [
    APPLY_GRADIENTS,
    *(function_name(role, index) for role, index in product((TRAIN_STEP, PREDICT), range(3))),
    *(setter(state) for state in OWN_STATES),
]
STEP = """
"pock.parameter"() {kind = "parameter", sym_name = "model.w", update = "full", type = tensor<3xf32>} : () -> ()
"pock.state"() {sym_name = "loss_scale", init = 1.0 : f64, type = tensor<f32>} : () -> ()
"pock.state"() {sym_name = "loss_scale.steps", init = 0.0 : f64, type = tensor<f32>} : () -> ()
func.func @train_step(%g: tensor<3xf32>) {
  "pock.gradient"(%g) {parameter = @model.w} : (tensor<3xf32>) -> ()
  return
}
"""
OPTIMIZERS = [
    SGD(momentum=0.9, accumulate=2),
    Adam(amsgrad=True, accumulate=2),
    AdamW(amsgrad=True),
    Lion(),
    RMSprop(momentum=0.9, centered=True),
    Adagrad(),
]


def _slots(optimizer: Optimizer) -> set[str]:
    """The slots of all states that the optimizer's pass gives a parameter."""
    context = ir.Context()
    load_dialects(context)
    with context, ir.Location.unknown():
        module = ir.Module.parse(STEP)
        run_pipeline(module, [call(optimizer.pass_name, **optimizer.pass_options())])
        states = states_of(module.operation)
        assert {name for name, op in states.items() if op.slot is None} <= set(OWN_STATES)
        slots = {op.slot.value for op in states.values() if op.slot is not None}
        assert {slot_symbol(slot, "model.w") for slot in slots} == set(states) - set(OWN_STATES)
    return slots


SLOTS = sorted(set().union(*map(_slots, OPTIMIZERS)))
OURS = [*OWN_STATES, *SLOTS, *FUNCTIONS, *(getter(state) for state in OWN_STATES), "get", "set", "update", "rng", ""]
NAMES = [
    *OURS,
    *(symbol_of(name, owner) for name in OURS for owner in OWNERS),
    *(slot_symbol(slot, symbol_of("w")) for slot in SLOTS),
    *(update_name(symbol_of("w")), getter(symbol_of("w"))),
    *("w", "w.1", "a.b", "loss/w", "optimizer/w"),
]


def test_slots_are_those_of_the_optimizers() -> None:
    assert {ACCUMULATED_GRADIENT, "momentum_buffer", "max_exp_avg_sq", "grad_avg", "sum"} <= set(SLOTS)


def test_no_name_of_a_user_meets_another_symbol() -> None:
    users = [symbol_of(name, owner) for name in dict.fromkeys(NAMES) for owner in OWNERS]
    states = [*OWN_STATES, *users, *(slot_symbol(slot, user) for slot in SLOTS for user in users)]
    module = [*FUNCTIONS, *states, *map(getter, states), *map(update_name, states)]
    assert len(set(module)) == len(module)


def test_first_parts_of_our_names_are_no_owners_and_differ_by_kind() -> None:
    kinds = [
        set(OWNERS),
        {role_of(state) for state in OWN_STATES},
        set(SLOTS),
        {role_of(name("w")) for name in (getter, setter, update_name)},
        {TRAIN_STEP, PREDICT, APPLY_GRADIENTS},
    ]
    assert sum(map(len, kinds)) == len(set().union(*kinds))
    assert [slot for slot in SLOTS if "." in slot] == []


@pytest.mark.parametrize("owner", OWNERS)
def test_a_symbol_says_name_and_owner(owner: contract.Owner) -> None:
    assert [(name_of(symbol_of(name, owner)), owner_of(symbol_of(name, owner))) for name in NAMES] == [
        (name, owner) for name in NAMES
    ]


def test_a_function_says_its_role() -> None:
    assert {role_of(function_name(TRAIN_STEP, index)) for index in range(12)} == {TRAIN_STEP}
    assert {role_of(function_name(PREDICT, index)) for index in range(12)} == {PREDICT}
    assert len({function_name(TRAIN_STEP, index) for index in range(12)}) == 12


def test_prefixes_in_a_checkpoint_are_free() -> None:
    names = [*NAMES, "/loss/w", "/optimizer/w", "//optimizer/w"]
    for prefix in (loss_prefix(names), free_prefix(contract.STATE_PREFIX, names)):
        assert [name for name in names if name.startswith(prefix)] == []
    assert loss_prefix(["w"]) == contract.LOSS_PREFIX


@pytest.mark.parametrize("dtype", ELEMENTS)
def test_dtypes_are_those_of_numpy_and_torch(dtype: str) -> None:
    bits = int(re.sub(r"\D", "", ELEMENTS[dtype]))
    assert getattr(torch, dtype).itemsize == max(bits // 8, 1)
    assert np.dtype(dtype).itemsize == getattr(torch, dtype).itemsize
    assert dtype == contract.UINT8 or DTYPES[ELEMENTS[dtype]] == dtype


# What stands for something else than in the contract, by file (a pattern) and why.
OTHERWISE = [
    ("dialects/torch_types.py", "types of the torch dialect", {*DTYPES}),
    ("pock_mlir/bundle/tensor_file.py", "the dtypes of safetensors files", {*ELEMENTS}),
    ("dialects/random.py", "an operand", {"step"}),
    ("dialects/state.py", "names of ops and attributes", {"parameter", "state"}),
    ("dialects/slice.py", "the name of an op", {"slice"}),
    ("passes/forward/convert_torch_to_pock/conversion.py", "a type of Python", {"bool"}),
    ("pock_mlir/tools/*", "a type of Python", {"bool"}),
    ("passes/forward/convert_torch_to_pock/shape.py", "a mode of padding", {"constant"}),
    ("passes/backward/lower_precision.py", "an option's type is spelled out", {"bf16", "f16"}),
    ("passes/pipelines.py", "an option's type is spelled out", {"f32", "bf16", "f16"}),
    ("pock_mlir/runtime/checkpoint.py", "keys of a checkpoint's metadata", {"lr", "step"}),
    ("pock_mlir/backends/iree/compiler/memory_plan.py", "a lifetime in IREE", {"constant"}),
    ("pock_mlir/frontends/*export.py", "a field of a model's output", {"loss"}),
    ("pock_mlir/frontends/*hidden_parameters.py", "a word of a message", {"parameter"}),
    ("pock_mlir/schedules.py", "names of schedules", {"step", "constant"}),
    ("pock_mlir/cli/*", "options, headings and commands", {"model", "loss", "step", "lr", "predict", "full", "frozen"}),
    ("pock_mlir/schemes/*", "a scheme's name", {"full"}),
    ("pock_mlir/compiler/driver.py", "a scheme's name", {"full"}),
    ("pock_mlir/compiler/stages.py", "a scheme's name", {"full"}),
]


def _is_contract(text: str) -> bool:
    """Whether a text is one of the contract's, or made or begun as it makes names."""
    return text in CONTRACT or re.fullmatch(r"(get|set|update|train_step|predict|model|loss)\.", text) is not None


def _texts(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value


def _contract() -> set[str]:
    tree = ast.parse(Path(contract.__file__).read_text(encoding="utf-8"))
    assigned = [node for node in tree.body if isinstance(node, ast.Assign | ast.AnnAssign)]
    return {text for node in assigned for _, text in _texts(node)} | set(FUNCTIONS)


CONTRACT = _contract()


def _spelled_out(file: str, source: str) -> list[tuple[int, str]]:
    """The lines and texts in a source that belong to the contract alone."""
    allowed = set().union(*(texts for pattern, _, texts in OTHERWISE if fnmatch(file, pattern)))
    return [(line, text) for line, text in _texts(ast.parse(source)) if _is_contract(text) and text not in allowed]


def _sources() -> Iterator[tuple[str, str]]:
    for folder in ("dialects", "passes", "pock_mlir"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            if path != Path(contract.__file__).resolve():
                yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")


def test_only_the_contract_spells_its_names_out() -> None:
    found = [f"{file}:{line}: {text!r}" for file, source in _sources() for line, text in _spelled_out(file, source)]
    assert found == [], "take them from pock_mlir.contract"


def test_what_is_spelled_otherwise_is_there() -> None:
    sources = dict(_sources())
    for pattern, why, texts in OTHERWISE:
        used = {text for file in sources if fnmatch(file, pattern) for _, text in _texts(ast.parse(sources[file]))}
        assert used & texts, f"{pattern} ({why}) needs no exception"


@pytest.mark.parametrize(
    "line", ["'rng.seed'", "f'get.{name}'", "{'f32': 1}", "call('apply_gradients')", "'model.' + x"]
)
def test_names_that_are_spelled_out_are_found(line: str) -> None:
    assert len(_spelled_out("passes/some.py", line)) == 1


def test_the_contract_imports_no_layer() -> None:
    tree = ast.parse(Path(contract.__file__).read_text(encoding="utf-8"))
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert imported <= {"__future__", "collections.abc", "typing", "pock_mlir.errors"}
    assert not any(isinstance(node, ast.Import) for node in ast.walk(tree))
