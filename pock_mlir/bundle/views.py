"""Parameters that lie in another one's memory, as a manifest describes them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pock_mlir.fields import Size


@dataclass(frozen=True)
class ViewSpec:
    """A further name of a parameter's memory, all of it in other dimensions, in the framework's layouts:
    `view = parameter.transpose(order).reshape(sizes).transpose(axes)`, which has the shape `shape`.

    `trained`: training changes the memory through this name.
    """

    name: str
    shape: tuple[Size, ...]
    order: tuple[Size, ...]
    axes: tuple[Size, ...]
    trained: bool = False

    @property
    def _sizes(self) -> list[int]:
        return [self.shape[self.axes.index(d)] for d in range(len(self.shape))]

    def of_parameter(self, array: np.ndarray) -> np.ndarray:
        """The view's array, contiguous, from the parameter's."""
        return np.asarray(array.transpose(self.order).reshape(self._sizes).transpose(self.axes), order="C")

    def to_parameter(self, array: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
        """The parameter's array, of that shape, from the view's."""
        memory = array.transpose(np.argsort(self.axes)).reshape([shape[d] for d in self.order])
        return np.asarray(memory.transpose(np.argsort(self.order)), order="C")
