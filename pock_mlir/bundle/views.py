"""Parameters that lie in another one's memory, as a manifest describes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from pock_mlir.bundle.fields import Fields


@dataclass(frozen=True)
class ViewSpec:
    """A further name of a parameter's memory, all of it in other dimensions, in the framework's layouts:
    `view = parameter.transpose(order).reshape(sizes).transpose(axes)`, which has the shape `shape`.

    `trained`: training changes the memory through this name.
    """

    name: str
    shape: tuple[int, ...]
    order: tuple[int, ...]
    axes: tuple[int, ...]
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

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "shape": list(self.shape),
            "order": list(self.order),
            "axes": list(self.axes),
            "trained": self.trained,
        }

    @staticmethod
    def from_json(fields: Fields, shape: tuple[int, ...]) -> ViewSpec:
        """`shape` is that of the parameter."""
        spec = ViewSpec(
            fields.text("name"),
            fields.shape("shape"),
            fields.shape("order"),
            fields.shape("axes"),
            fields.boolean("trained"),
        )
        for key, axes, rank in (("order", spec.order, len(shape)), ("axes", spec.axes, len(spec.shape))):
            if sorted(axes) != list(range(rank)):
                raise fields.error(key, f"{list(axes)} is not a permutation of the {rank} axes")
        if np.prod(spec.shape, dtype=object) != np.prod(shape, dtype=object):
            raise fields.error("shape", f"{list(spec.shape)} has not as many elements as the parameter, {list(shape)}")
        return spec
