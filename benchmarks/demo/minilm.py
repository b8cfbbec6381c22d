"""all-MiniLM-L6-v2 on Reuters R8: the whole model and a sparse scheme, against PyTorch and a linear probe."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from data import reuters
from data.downloads import MINILM, REUTERS
from data.packages import CACHE
from data.split import Split

from .example import Data, Example, Show, Variant, option
from .results import Check, Results, checkpoint_check, losses_check

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True, kw_only=True)
class MiniLM(Example):
    title: ClassVar[str] = "all-MiniLM-L6-v2 on Reuters R8"
    description: ClassVar[str] = (
        "Fine-tune all-MiniLM-L6-v2 on Reuters R8 with PyTorch and with pock_mlir, and compare."
    )
    command: ClassVar[str] = "make demo"
    packages: ClassVar = (MINILM, REUTERS)
    model_module: ClassVar[str] = "minilm_r8"
    extra: ClassVar = {"probe": "Frozen encoder with a linear probe"}

    steps: int = option(100, "training steps", least=1)
    batch: int = option(16, "documents per step", least=1)
    scheme: str = option("last-blocks:2", "update scheme of the sparse variant")
    output: str = option(str(CACHE.parent), "output folder")
    test_limit: int | None = option(None, "evaluate only so many test documents (default: all)", least=1)
    length: int = 64
    learning_rate: float = 2e-4
    sparse_learning_rate: float = 5e-4
    warmup: int = 10
    timing_rounds: int = 15

    def variants(self) -> dict[str, Variant]:
        return {
            "full": Variant("pock, full", "full", "full", self.learning_rate),
            "sparse": Variant("pock, sparse", "sparse", self.scheme, self.sparse_learning_rate),
        }

    def prepare(self) -> Data:
        train, test, classes = reuters.load(self.cache, self.length)
        return Data(train, test, {"classes": classes})

    def build_model(self, facts: Mapping[str, Any]) -> torch.nn.Module:
        from minilm_r8 import build_model

        return build_model(self.cache, len(facts["classes"]), self.seed)

    def steps_on(self, train: Split) -> int:
        return self.steps

    def learning_rate_at(self, step: int, steps: int, peak: float) -> float:
        """Up to `peak` over the warm-up, then straight down towards zero at the end."""
        warmup = min(self.warmup, steps)
        return peak * (step + 1) / warmup if step < warmup else peak * (steps - step) / (steps - warmup + 1)

    def run_extra(self, data: Data, show: Show) -> dict[str, Any]:
        from .probe import probe

        return probe(self, data, show)

    def checks(self, results: Results) -> list[Check]:
        full, probed = results.runs["full"]["accuracy"], results.runs["probe"]["accuracy"]
        return [
            # Float32 arithmetic in another order: the first losses agree far better than this, a wrong gradient far
            # worse. Later, rounding differences grow as in any training.
            losses_check(results, (10, 1e-4)),
            checkpoint_check(results, absolute=1e-3),
            Check(
                full > probed,
                f"fine-tuning beats the frozen encoder with a linear probe: {full:.1%} against {probed:.1%}",
            ),
        ]
