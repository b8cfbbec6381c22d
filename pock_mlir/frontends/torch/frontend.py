"""The frontend of PyTorch, as the compiler sees it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pock_mlir.frontends.frontend import Frontend, Measure
from pock_mlir.frontends.torch.examples import check_calibration, check_examples
from pock_mlir.frontends.torch.source import TorchSource, trace_model
from pock_mlir.schemes import Scheme


class TorchFrontend:
    """Models that are a `torch.nn.Module`."""

    def trace(
        self,
        model: Any,
        inputs: Any,
        targets: Any,
        loss: Any,
        predict_inputs: Any,
        scheme: str | Path | Scheme,
        measure: Measure,
        calibration: Any = None,
    ) -> TorchSource:
        examples, batches = check_examples(inputs, targets, predict_inputs), check_calibration(calibration)
        return trace_model(model, examples, loss, scheme, measure, batches)


FRONTEND: Frontend = TorchFrontend()
