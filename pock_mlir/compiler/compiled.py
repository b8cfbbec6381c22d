"""The last stage: a compiled step, to be saved as a bundle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from pock_mlir.bundle import Manifest, MemoryPlan, ParameterSpec, write_bundle


@dataclass(frozen=True)
class Compiled:
    """A compiled training step: the module, the parameters of model and loss, and what is known of both."""

    manifest: Manifest
    module: bytes = field(repr=False)
    parameters: Mapping[str, np.ndarray] = field(repr=False)
    """Every parameter and buffer by symbol, in the layout that the module stores; read from the model when needed."""
    seconds: Sequence[tuple[str, float]] = field(default=(), repr=False)
    """What the stages and passes of the compilation took, in their order."""
    verification: str = "off"
    """What was compared with the model in torch: "verified", "off", or "not verified: " and why."""

    @property
    def memory(self) -> MemoryPlan:
        """What a session will need on the device, in bytes, known without running."""
        return self.manifest.memory

    @property
    def trained(self) -> tuple[str, ...]:
        """The names of the model's parameters that training changes."""
        return self._trained(self.manifest.model_parameters)

    @property
    def loss_trained(self) -> tuple[str, ...]:
        """The names of the loss's own parameters that training changes."""
        return self._trained(self.manifest.loss_parameters)

    @staticmethod
    def _trained(specs: Sequence[ParameterSpec]) -> tuple[str, ...]:
        return tuple(each.name for spec in specs for each in (spec, *spec.views) if each.trained)

    def save(self, path: str | Path) -> Path:
        """Writes the bundle, a directory, whole or not at all; a bundle that is there is replaced.

        The parameters get the values that model and loss have now.
        """
        write_bundle(path, self.manifest, self.module, self.parameters)
        return Path(path)
