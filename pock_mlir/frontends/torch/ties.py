"""Tied parameters, buffers and modules, one object under several names, as one while a model is traced.

torch.export takes each name for an input of its own. It cannot trace a change of one then, which is a change of all.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch

from pock_mlir.compat.torch import own_buffers, own_modules, own_parameters

Table = dict[str, Any]


class Ties:
    """The further names of what is tied in a model."""

    def __init__(self, model: torch.nn.Module) -> None:
        self._tied: list[tuple[Table, str, Table, str]] = []
        first: dict[int, tuple[Table, str]] = {}
        for module in model.modules():
            tables: tuple[Table, ...] = (own_parameters(module), own_buffers(module), own_modules(module))
            # A recurrent network has its parameters in lists as well.
            for table in () if isinstance(module, torch.nn.RNNBase) else tables:
                for name, value in table.items():
                    if value is None:
                        continue
                    owner, owner_name = first.setdefault(id(value), (table, name))
                    if owner is not table or owner_name != name:
                        self._tied.append((table, name, owner, owner_name))
        # Their names in order: what is removed and comes back comes back in its place.
        self._names = [(table, tuple(table)) for table in {id(t): t for t, _, _, _ in self._tied}.values()]

    @contextmanager
    def removed(self) -> Iterator[None]:
        """The model without those names: to be traced."""
        before = [dict(table) for table, _ in self._names]
        self._remove()
        try:
            yield
        finally:
            for (table, _), values in zip(self._names, before, strict=True):
                table.clear()
                table.update(values)

    @contextmanager
    def followed(self) -> Iterator[None]:
        """Inside of `removed`, while forward runs: the names are there, for what the first of them has now."""
        for table, name, owner, owner_name in self._tied:
            table[name] = owner[owner_name]
        for table, names in self._names:
            values = {name: table[name] for name in names}
            table.clear()
            table.update(values)
        try:
            yield
        finally:
            self._remove()

    def _remove(self) -> None:
        for table, name, _, _ in self._tied:
            table.pop(name, None)
