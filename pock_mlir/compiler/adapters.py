"""Adapters of low rank in a compilation: which weights have them, and what they start from."""

from __future__ import annotations

import dataclasses
import math
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from torch_mlir import ir

from pock_mlir.bundle import AdapterSpec, ParameterSpec
from pock_mlir.contract import LORA_A, LORA_B, adapter_name, name_of, symbol_of
from pock_mlir.dialects.matmul import MatmulOp
from pock_mlir.errors import SchemeError
from pock_mlir.fields import write_record
from pock_mlir.lora import Lora
from pock_mlir.methods import Method
from pock_mlir.passes.analyses.contracted_weights import weight_uses
from pock_mlir.passes.analyses.functions import parameters_of
from pock_mlir.passes.machinery.calls import PassCall, call
from pock_mlir.schemes import Scheme


@dataclass(frozen=True)
class Adapters:
    """The adapters of a plan: `weights` are the symbols of what they adapt; `candidates` of all that the model was
    traced for on their account.
    """

    lora: Lora
    weights: tuple[str, ...]
    candidates: tuple[str, ...] = field(repr=False)

    @staticmethod
    def of(method: Method | None, module: ir.Operation) -> Adapters | None:
        """Those of a method, if it has any, in a module of forward programs. Raises SchemeError."""
        if method is None or not isinstance(method.options, Lora):
            return None
        candidates = tuple(map(symbol_of, method.weights))
        if not method.chooses:
            return Adapters(method.options, candidates, candidates)
        uses = weight_uses(module, [symbol for symbol in candidates if symbol in parameters_of(module)])
        fit = tuple(symbol for symbol, found in uses.items() if not found.adapter_obstacle)
        if not fit:
            raise SchemeError(
                f"scheme '{method.scheme.name}': no weight of the model's blocks is that of a matrix product or plain "
                "convolution alone; name targets"
            )
        return Adapters(method.options, fit, candidates)

    @property
    def factors(self) -> tuple[str, ...]:
        """The symbols of A and B of each adapter."""
        return tuple(symbol for weight in self.weights for symbol in factors_of(weight))

    def describe(self, scheme: Scheme) -> dict[str, Any]:
        """The scheme as a manifest has it: the rules are on what is trained in full, beside the adapters."""
        rules = [rule for rule in scheme.rules if symbol_of(rule.match) not in self.candidates]
        kept = dataclasses.replace(scheme, rules=rules, unfreeze=[rule.match for rule in rules])
        return kept.to_json() | {"lora": write_record(self.lora)}

    def insertion(self) -> PassCall:
        """The pass that adds them."""
        return call("pock-insert-lora", r=self.lora.r, factor=self.lora.factor, symbols=self.weights)

    def specs(self, module: ir.Operation) -> tuple[AdapterSpec, ...]:
        """What a manifest says of them; `module` is that of forward programs."""
        uses, parameters = weight_uses(module, self.weights), parameters_of(module)
        specs = []
        for weight in self.weights:
            op, permutation = uses[weight].contractions[0], parameters[weight].permutation
            is_stored_so = isinstance(op, MatmulOp) and not op.transpose_rhs.value
            is_permuted = isinstance(op, MatmulOp) and permutation is not None and list(permutation) == [1, 0]
            specs.append(AdapterSpec(weight, *factors_of(weight), self.lora.factor, is_stored_so != is_permuted))
        return tuple(specs)


def factors_of(weight: str) -> tuple[str, str]:
    """The symbols of A and B beside a weight's."""
    a, b = (symbol_of(adapter_name(name_of(weight), factor)) for factor in (LORA_A, LORA_B))
    return a, b


class AdaptedValues(Mapping[str, np.ndarray]):
    """A model's values with those that its adapters start from: A uniform within 1 / sqrt(in), B zeros, as in PEFT
    (kaiming_uniform of a linear layer, https://github.com/huggingface/peft).

    `factors` are A and B of each. What an A is depends on its symbol and the seed alone.
    """

    def __init__(self, values: Mapping[str, np.ndarray], factors: Sequence[ParameterSpec], seed: int) -> None:
        self._values, self._factors, self._seed = values, {spec.symbol: spec for spec in factors}, seed

    def __getitem__(self, symbol: str) -> np.ndarray:
        spec = self._factors.get(symbol)
        if spec is None:
            return self._values[symbol]
        if symbol.endswith(LORA_B):
            return np.zeros(spec.shape, spec.dtype)
        bound = 1 / math.sqrt(math.prod(spec.shape[1:]))
        random = np.random.Generator(np.random.PCG64([self._seed, zlib.crc32(symbol.encode())]))
        return random.uniform(-bound, bound, spec.shape).astype(spec.dtype)

    def __iter__(self) -> Iterator[str]:
        yield from self._values
        yield from self._factors

    def __len__(self) -> int:
        return len(self._values) + len(self._factors)
