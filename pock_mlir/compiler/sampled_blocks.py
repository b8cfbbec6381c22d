"""Blocks that are trained a few at a time, in a compilation."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from pock_mlir.bundle import SamplingSpec
from pock_mlir.contract import symbol_of
from pock_mlir.errors import CompileError, SchemeError
from pock_mlir.fields import write_record
from pock_mlir.lisa import Lisa
from pock_mlir.methods import Method
from pock_mlir.optimizers import Optimizer
from pock_mlir.passes.machinery.calls import PassCall, call
from pock_mlir.precision import Precision
from pock_mlir.schemes import Scheme


@dataclass(frozen=True)
class SampledBlocks:
    """The blocks of a plan of which some are trained at a time: `blocks` are the symbols of what is trained in each."""

    lisa: Lisa
    blocks: tuple[tuple[str, ...], ...]

    @staticmethod
    def of(
        method: Method | None, trained: Collection[str], optimizer: Optimizer, precision: Precision
    ) -> SampledBlocks | None:
        """Those of a method, if it samples. Raises SchemeError, and CompileError for what cannot be with it."""
        if method is None or not isinstance(method.options, Lisa):
            return None
        name, lisa = method.scheme.name, method.options
        blocks = [tuple(symbol_of(each) for each in block if symbol_of(each) in trained) for block in method.blocks]
        if not 1 <= lisa.k <= len(blocks):
            raise SchemeError(f"scheme '{name}': k must be between 1 and the model's number of blocks, {len(blocks)}")
        sizes = {len(block) for block in blocks}
        if len(sizes) > 1 or 0 in sizes:
            raise SchemeError(
                f"scheme '{name}': the model's blocks are not alike: they have {', '.join(map(str, sorted(sizes)))} "
                "trained parameters, where all must have as many, of the same shapes, to share the optimizer's states"
            )
        if optimizer.clip_norm is not None or precision.scales_loss:
            raise CompileError(
                f"scheme '{name}': clip_norm and loss scaling (precision 'f16') look at all gradients, also at those "
                "of blocks that are not trained just then: leave them out"
            )
        return SampledBlocks(lisa, tuple(blocks))

    def sharing(self) -> PassCall:
        """The pass that makes the blocks share states."""
        symbols = [symbol for block in self.blocks for symbol in block]
        return call("pock-share-states", symbols=symbols, blocks=len(self.blocks), active=self.lisa.k)

    @property
    def spec(self) -> SamplingSpec:
        return SamplingSpec(len(self.blocks), self.lisa.k, self.lisa.every, self.lisa.seed)

    def describe(self, scheme: Scheme) -> dict[str, Any]:
        """The scheme as a manifest has it."""
        return scheme.to_json() | {"lisa": write_record(self.lisa)}
