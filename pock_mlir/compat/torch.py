"""What we use of PyTorch that is private to it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple

import torch
import torch._functorch.eager_transforms as _transforms
import torch.fx.graph
from torch._decomp import decomposition_table as decomposition_table
from torch._ops import OpOverload as OpOverload
from torch._subclasses.fake_tensor import FakeTensor as FakeTensor
from torch._subclasses.fake_tensor import unset_fake_temporarily as unset_fake_temporarily
from torch.nn.modules.batchnorm import _BatchNorm
from torch.utils import _pytree as pytree

__all__ = [
    "BACKWARD_HOOK",
    "FORMAT_TARGET",
    "FUNC_GRAD",
    "FUNC_JVP",
    "FUNC_VJP",
    "PAD_PACKED_SEQUENCE",
    "BatchNorm",
    "FakeTensor",
    "OpOverload",
    "Replaceable",
    "accumulated_gradient_hooks",
    "changes_of",
    "changes_one_of_several",
    "decomposition_table",
    "depends_on_data",
    "gradient_hooks",
    "has_full_backward_hooks",
    "has_global_backward_hooks",
    "is_into_aten",
    "mixes_dtypes",
    "module_backward_hooks",
    "module_backward_pre_hooks",
    "native_functions",
    "own_buffers",
    "own_modules",
    "own_parameters",
    "pytree",
    "schema_of",
    "source_lines",
    "storage_key",
    "unset_fake_temporarily",
]

# Ops and their decompositions.

# OpOverload: the class of an op of an exported program, such as torch.ops.aten.add.Tensor; `torch.ops` has only ops.
# decomposition_table: how torch takes ops apart, by op. `torch.export.default_decompositions` has only those into core
# aten, not what lies beyond.


def schema_of(op: Any) -> Any:
    """The schema of an op: `name` ("aten::add"), `overload_name` ("Tensor"), `arguments`, `returns`, `is_mutable`; None
    for what has none. Public is only the name of an op.
    """
    return getattr(op, "_schema", None)


def is_into_aten(rule: Callable[..., Any]) -> bool:
    """Whether a rule of `decomposition_table` leads into ops of aten; the others, torch's references, lead into a lower
    set of ops (prims). Only the module in which a rule stands says so.
    """
    return rule.__module__ == "torch._decomp.decompositions"


native_functions: Any = torch._VF
"""The functions in C++ (`lstm`, `gru`, `einsum`, ...) that torch's own Python code calls, looked up here at each call.
Public are the same functions in `torch`, where torch does not look.
"""

# Trees of tensors.

# pytree: torch.export names what a model takes and gives by it; the public package that it became, optree, is another.

# Tensors.

# FakeTensor: what tensors are in a trace. unset_fake_temporarily: numbers of constants can be read for a while.


def changes_of(tensor: torch.Tensor) -> int:
    """How often a tensor was changed in place. Public is nothing of it."""
    return tensor._version


def storage_key(tensor: torch.Tensor) -> int:
    """The same for tensors in one storage. Public is its address, which storages on the meta device do not have."""
    return tensor.untyped_storage()._cdata


def gradient_hooks(tensor: torch.Tensor) -> list[Callable[..., Any]]:
    """What was given to `register_hook`. Public is only how to add and remove one."""
    return list((tensor._backward_hooks or {}).values())


def accumulated_gradient_hooks(tensor: torch.Tensor) -> list[Callable[..., Any]]:
    """What was given to `register_post_accumulate_grad_hook`; public as for `gradient_hooks`."""
    return list((getattr(tensor, "_post_accumulate_grad_hooks", None) or {}).values())


# Modules.

BatchNorm = _BatchNorm
"""What all layers of batch normalisation are, SyncBatchNorm and a user's own included; public are only some of them."""


def own_parameters(module: torch.nn.Module) -> dict[str, torch.nn.Parameter | None]:
    """The dictionary of a module's own parameters. Public are iterators, and attributes, which a module's `__setattr__`
    may refuse; what is put here is what forward sees.
    """
    return module._parameters


def own_buffers(module: torch.nn.Module) -> dict[str, torch.Tensor | None]:
    """The dictionary of a module's own buffers; public as for `own_parameters`."""
    return module._buffers


def own_modules(module: torch.nn.Module) -> dict[str, torch.nn.Module | None]:
    """The dictionary of a module's own submodules; public as for `own_parameters`."""
    return module._modules


def module_backward_hooks(module: torch.nn.Module) -> list[Callable[..., Any]]:
    """What was given to `register_full_backward_hook` or `register_backward_hook`; public as for `gradient_hooks`."""
    return list(module._backward_hooks.values())


def module_backward_pre_hooks(module: torch.nn.Module) -> list[Callable[..., Any]]:
    """What was given to `register_full_backward_pre_hook`; public as for `gradient_hooks`."""
    return list(module._backward_pre_hooks.values())


def has_full_backward_hooks(module: torch.nn.Module) -> bool:
    """Whether a module's backward hooks are full ones; public is nothing of it."""
    return bool(module._is_full_backward_hook)


def has_global_backward_hooks() -> bool:
    """Whether any were registered for all modules; public as for `gradient_hooks`."""
    of_modules: Any = torch.nn.modules.module
    return bool(of_modules._global_backward_hooks or of_modules._global_backward_pre_hooks)


# What torch looks up at each call, so that it can be another for a while.


class Replaceable(NamedTuple):
    """An attribute that torch looks up whenever it uses it."""

    owner: Any
    name: str


BACKWARD_HOOK = Replaceable(torch.nn.modules.module, "BackwardHook")
"""What a call of a module makes for its backward hooks: `(module, hooks, pre-hooks)` to an object with
`setup_input_hook` and `setup_output_hook`. torch.export traces no hook of a module.
"""

FORMAT_TARGET = Replaceable(torch.fx.graph, "_format_target")
"""How generated code reads the attribute of a dotted name: `(base, target)` to an expression; no option."""

PAD_PACKED_SEQUENCE = Replaceable(native_functions, "_pad_packed_sequence")
"""What `pad_packed_sequence` calls; that function itself may have been imported by name before."""

FUNC_GRAD = Replaceable(_transforms, "grad_and_value_impl")
FUNC_VJP = Replaceable(_transforms, "_vjp_with_argnums")
FUNC_JVP = Replaceable(_transforms, "_jvp_with_argnums")
"""What `torch.func.grad`, `vjp` (and `jacrev`), `jvp` (and `jacfwd`) come down to; as for `PAD_PACKED_SEQUENCE`."""

# Why torch.export fails: by a word of the text, as the exceptions are of many classes, or of one for everything.


def depends_on_data(error: BaseException) -> bool:
    """Whether what the model does depends on the values of its inputs."""
    return "data-dependent" in str(error)


def mixes_dtypes(error: BaseException) -> bool:
    """Whether a value is of another dtype than when it was traced, as where autocast is lost."""
    return "Tensor dtype mismatch" in str(error)


def changes_one_of_several(error: BaseException) -> bool:
    """Whether forward changes a tensor in place of which it has several, by aliases."""
    return "expected compiled_fn to be GraphModule" in str(error)


# Traced programs.

_FRAME = re.compile(r'File "([^"]+)", line (\d+)')


def source_lines(node: torch.fx.Node) -> list[tuple[str, int]]:
    """The files and lines of the stack in which a node was traced, outermost first; the export keeps it as text."""
    return [(file, int(line)) for file, line in _FRAME.findall(node.meta.get("stack_trace") or "")]
