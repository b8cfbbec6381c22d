"""The contract between compiler and runtime: every name, and every small vocabulary, that more than one layer speaks.

A compiled module and its manifest are read by other code than wrote them, on other machines and in later versions, so
that what is called how stands here, once: functions, states, scopes, symbols, kinds, styles, dtypes (docs/bundle.md).
Nothing is imported from the layers: all may import this.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

# Whose a parameter or buffer is. Model and loss are children of the module that is traced; the names there are the
# symbols in the compiled module too, so that none of them is a name of ours, or of the other's.
Owner = Literal["model", "loss"]
MODEL: Owner = "model"
LOSS: Owner = "loss"
OWNERS = (MODEL, LOSS)

PARAMETER, BUFFER, CONSTANT = "parameter", "buffer", "constant"
PARAMETER_KINDS = (PARAMETER, BUFFER, CONSTANT)
"""What a `pock.parameter` is; a constant is a buffer that is no part of a state dictionary."""

FROZEN, FULL, SLICE = "frozen", "full", "slice"
UPDATES = (FROZEN, FULL)
"""What training changes of a parameter: nothing, or all of it; a slice is some of its channels."""

# Where the runtime's values of a module's globals come from, by symbol.
PARAMETER_SCOPE, STATE_SCOPE = "parameter", "state"

POSITIONAL, KEYWORD = "positional", "keyword"
INPUT_STYLES = (POSITIONAL, KEYWORD)
"""How a session takes the inputs."""
SINGLE, TUPLE, DICT = "single", "tuple", "dict"
OUTPUT_STYLES = (SINGLE, TUPLE, DICT)
"""How `predict` returns the outputs."""

# The module's functions.
TRAIN_STEP, PREDICT, APPLY_GRADIENTS = "train_step", "predict", "apply_gradients"

# The states that belong to no parameter.
LEARNING_RATE = "lr"
STEP = "step"
"""The number of updates, where the optimizer counts them."""
SEED, RANDOM_STEP = "rng.seed", "rng.step"
LOSS_SCALE, LOSS_SCALE_STEPS = "loss_scale", "loss_scale.steps"
LISA_STEP, LISA_BLOCKS = "lisa.step", "lisa.blocks"
"""The number of updates since blocks were sampled, and the numbers of those blocks."""
OWN_STATES = (LEARNING_RATE, STEP, SEED, RANDOM_STEP, LOSS_SCALE, LOSS_SCALE_STEPS, LISA_STEP, LISA_BLOCKS)
SETTABLE_STATES = (LEARNING_RATE, SEED, LISA_STEP, LISA_BLOCKS)

ACCUMULATED_GRADIENT = "accumulated_gradient"
"""The slot in which a parameter's gradients add up over several steps."""

# What stands before names in a checkpoint, beside those of the model.
LOSS_PREFIX, STATE_PREFIX = "loss/", "optimizer/"

COMPILER_CUT, BACKEND_CUT = "compiler's", "backend's"
"""Whose cut of a step into what runs as one piece it is."""

# What values are stored as between ops: the names of precisions, and of MLIR's element types.
F32, BF16, F16 = "f32", "bf16", "f16"

BFLOAT16, FLOAT16, UINT8 = "bfloat16", "float16", "uint8"
STORED_DTYPES = (BFLOAT16, FLOAT16)
"""The dtypes that a parameter's values may be narrowed to."""

DTYPES: Mapping[str, str] = {
    F32: "float32",
    "f64": "float64",
    F16: FLOAT16,
    BF16: BFLOAT16,
    "i64": "int64",
    "i32": "int32",
    "i16": "int16",
    "i8": "int8",
    "i1": "bool",
}
"""The dtypes of numpy and the framework by MLIR's (signless) element types; unsigned bytes are i8 too."""

ELEMENTS: Mapping[str, str] = {dtype: element for element, dtype in DTYPES.items()} | {UINT8: "i8"}
"""MLIR's element types, of state and of arrays at the module's boundary, by the dtypes of numpy and the framework."""


def function_name(role: str, index: int) -> str:
    """The name of the training step or prediction for the `index`-th combination of shapes."""
    return role if index == 0 else f"{role}.{index}"


def role_of(function: str) -> str:
    """What a function is for: `TRAIN_STEP` of "train_step.1"."""
    return function.partition(".")[0]


def getter(symbol: str) -> str:
    """The function that returns a parameter's or state's current value."""
    return f"get.{symbol}"


def setter(symbol: str) -> str:
    """The function that sets a state."""
    return f"set.{symbol}"


def update_name(symbol: str) -> str:
    """The function in a module's IR that updates a parameter or state in its place."""
    return f"update.{symbol}"


def dispatch_name(kind: str) -> str:
    """The function in a module's IR that is a piece of a step, before it is numbered."""
    return f"dispatch.{kind}"


def symbol_of(name: str, owner: Owner = MODEL) -> str:
    """The symbol of a parameter or buffer, from its name in the model or the loss."""
    return f"{owner}.{name}"


def owner_of(symbol: str) -> Owner:
    return LOSS if symbol.partition(".")[0] == LOSS else MODEL


def name_of(symbol: str) -> str:
    """The name in the model or the loss; "" for these themselves."""
    return symbol.partition(".")[2]


def slot_symbol(slot: str, parameter: str) -> str:
    """The symbol of a parameter's state: the slot comes first, so that no parameter has it."""
    return f"{slot}.{parameter}"


LORA_A, LORA_B = "lora_A.weight", "lora_B.weight"
"""What an adapter's two factors are called beside the weight that they adapt, as PEFT calls them."""


def module_path(name: str) -> str:
    """The path of the module that has a parameter: "encoder.query" of "encoder.query.weight"; "" for the model."""
    return name.rpartition(".")[0]


def adapter_name(weight: str, factor: str) -> str:
    """The name of a factor of the adapter beside a weight."""
    path = module_path(weight)
    return f"{path}.{factor}" if path else factor


def lane_symbol(slot: str, lane: int, name: str) -> str:
    """The symbol of a state that blocks share, of what is called `name` in each: no parameter's begins so."""
    return f"{slot}.lisa.{lane}.{name}"


def free_prefix(prefix: str, names: Iterable[str]) -> str:
    """A prefix like the given one with which none of the names begins."""
    taken = tuple(names)
    while any(name.startswith(prefix) for name in taken):
        prefix = "/" + prefix
    return prefix


def loss_prefix(model_names: Iterable[str]) -> str:
    """What stands before the names of the loss, beside a model whose parameters and buffers have these first names."""
    return free_prefix(LOSS_PREFIX, model_names)
