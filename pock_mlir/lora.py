"""LoRA, as data: adapters of low rank beside frozen weights (arXiv:2106.09685), in the terms of PEFT."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from pock_mlir.contract import module_path
from pock_mlir.errors import SchemeError
from pock_mlir.fields import MAY_LACK, Count, Positive, check_fields

ALL_LINEAR = "all-linear"
"""As a target: every matrix product and plain convolution of the model's blocks."""

USUAL_TARGETS = (
    ("q_proj", "v_proj"),
    ("query", "value"),
    ("q_lin", "v_lin"),
    ("c_attn",),
    ("query_key_value",),
    ("qkv_proj",),
    ("Wqkv",),
    ("q", "v"),
)
"""Where no targets are named: the first of these that a model has all of, queries and values (section 7.1 of the paper;
those of PEFT's models). A model with none of them is adapted in all its blocks.
"""


@dataclass(frozen=True, kw_only=True)
class Lora:
    """Adapters of rank `r` beside the weights of the modules that `targets` names, by their path or its end.

    What they add is multiplied by `alpha` / `r`, with `rslora` by `alpha` / sqrt(`r`) (arXiv:2312.03732). The modules
    that `modules_to_save` names are trained in full, beside the adapters. Raises SchemeError.
    """

    r: Count = field(default=8, metadata=MAY_LACK)
    alpha: Positive = field(default=8, metadata=MAY_LACK)
    targets: tuple[str, ...] = field(default=(), metadata=MAY_LACK)
    rslora: bool = field(default=False, metadata=MAY_LACK)
    modules_to_save: tuple[str, ...] = field(default=(), metadata=MAY_LACK)

    def __post_init__(self) -> None:
        check_fields(self, SchemeError)
        if ALL_LINEAR in self.targets and len(self.targets) > 1:
            raise SchemeError(f"Lora: '{ALL_LINEAR}' stands for all targets; name no others beside it")

    @property
    def factor(self) -> float:
        """What multiplies the product of both factors."""
        return self.alpha / (math.sqrt(self.r) if self.rslora else self.r)

    @property
    def chooses_targets(self) -> bool:
        """Whether what is adapted depends on what weights are used for."""
        return self.targets == (ALL_LINEAR,)

    def with_targets(self, owners: Mapping[str, str]) -> Lora:
        """With the usual targets of the model where none are named; `owners` has every name of its parameters."""
        if self.targets:
            return self
        ends = {module_path(name).rpartition(".")[2] for name in owners if _is_weight(name)}
        usual = next((targets for targets in USUAL_TARGETS if ends.issuperset(targets)), (ALL_LINEAR,))
        return replace(self, targets=usual)

    def adapted(self, owners: Mapping[str, str], of_blocks: Sequence[str]) -> list[str]:
        """The weights that have adapters, or with `ALL_LINEAR` may have; by their first names, in the model's order.

        `owners` has by every name of a parameter its first one, `of_blocks` are those of its blocks. Raises SchemeError
        for a target that names nothing.
        """
        if self.chooses_targets:
            meant = set(of_blocks or owners.values())
            return list(dict.fromkeys(first for name, first in owners.items() if _is_weight(name) and first in meant))
        chosen = {first for target in self.targets for first in _named(target, owners)}
        return [first for first in dict.fromkeys(owners.values()) if first in chosen]

    def saved(self, owners: Mapping[str, str]) -> list[str]:
        """The parameters that are trained in full. Raises SchemeError for a module that is none."""
        chosen: list[str] = []
        for module in self.modules_to_save:
            found = [first for name, first in owners.items() if any(ends_in(path, module) for path in _paths(name))]
            if not found:
                raise SchemeError(f"lora: no module with parameters is called '{module}' (modules_to_save)")
            chosen += found
        return list(dict.fromkeys(chosen))


def ends_in(path: str, module: str) -> bool:
    """Whether a module's path is, or ends in, what names it."""
    return path == module or path.endswith(f".{module}")


def _named(target: str, owners: Mapping[str, str]) -> list[str]:
    found = [first for name, first in owners.items() if _is_weight(name) and ends_in(module_path(name), target)]
    if not found:
        weights = [module_path(name) for name in owners if _is_weight(name)]
        like = f"; modules with weights are called like '{weights[-1]}'" if weights else ""
        raise SchemeError(f"lora: no module with a weight is called '{target}'{like}")
    return found


def _is_weight(name: str) -> bool:
    return name.rpartition(".")[2] == "weight"


def _paths(name: str) -> list[str]:
    """The paths of the module that has a parameter, and of those around it."""
    parts = name.split(".")[:-1]
    return [".".join(parts[:count]) for count in range(1, len(parts) + 1)]
