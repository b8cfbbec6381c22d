"""EfficientNet-Lite0 on MNIST's digits: all parameters, batch normalisation in train mode, against PyTorch."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from data import digits
from data.downloads import DIGITS, EFFICIENTNET
from data.packages import CACHE
from data.split import Split

from .example import Data, Example, Variant, option
from .results import Check, Results, checkpoint_check, losses_check

if TYPE_CHECKING:
    import torch

ACCURACY, ACCURACY_DIFFERENCE = 0.97, 0.005


@dataclass(frozen=True, kw_only=True)
class EfficientNet(Example):
    title: ClassVar[str] = "EfficientNet-Lite0 on MNIST"
    description: ClassVar[str] = (
        "Carry EfficientNet-Lite0 over to MNIST's digits with PyTorch and with pock_mlir, and compare."
    )
    command: ClassVar[str] = "make efficientnet"
    packages: ClassVar = (EFFICIENTNET, DIGITS)
    model_module: ClassVar[str] = "data.efficientnet"
    framework: ClassVar = ("torch", "numpy")

    epochs: int = option(3, "passes over the training images", least=1)
    batch: int = option(32, "images per step", least=1)
    size: int = option(64, "height and width to which the digits are scaled up", least=1)
    learning_rate: float = option(1e-3, "AdamW's peak learning rate")
    output: str = option(str(CACHE.parent / "efficientnet_mnist"), "output folder")
    warmup: int = 20
    test_share: float = 0.2
    timing_rounds: int = 10

    def variants(self) -> dict[str, Variant]:
        return {"pock": Variant("pock", "efficientnet", "full", self.learning_rate)}

    def prepare(self) -> Data:
        return Data(*digits.load(self.cache, self.size, self.test_share, self.seed), {})

    def build_model(self, facts: Mapping[str, Any]) -> torch.nn.Module:
        from data.efficientnet import pretrained

        return pretrained(self.cache, digits.CLASSES, self.seed)

    def steps_on(self, train: Split) -> int:
        return self.epochs * (len(train) // self.batch)

    def learning_rate_at(self, step: int, steps: int, peak: float) -> float:
        """Linear from 0 over the warm-up, then half a cosine down to 0."""
        warmup = min(self.warmup, steps)
        if step < warmup:
            return peak * (step + 1) / warmup
        return peak * 0.5 * (1 + math.cos(math.pi * (step - warmup + 1) / (steps - warmup + 1)))

    def checks(self, results: Results) -> list[Check]:
        ours, theirs = (results.runs[name]["accuracy"] for name in ("pock", "torch"))
        apart = abs(ours - theirs)
        return [
            losses_check(results, (3, 1e-3)),
            Check(ours >= ACCURACY, f"test accuracy {ours:.2%} (at least {ACCURACY:.0%})"),
            Check(
                apart <= ACCURACY_DIFFERENCE + 1e-9,
                f"PyTorch's is {theirs:.2%}, {apart * 100:.2f} points apart (at most {ACCURACY_DIFFERENCE * 100:.1f})",
            ),
            checkpoint_check(results, relative=1e-4),
        ]
