"""Parameters and buffers that lie in one memory without being one: PyTorch would change both by changing one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

import torch

from pock_mlir.errors import CompileError

Named = tuple[str, str, torch.Tensor]
"""The kind, the name and the value of a parameter or buffer."""


def check_storage(model: torch.nn.Module, trained: Collection[str]) -> None:
    """Raises CompileError where a trained parameter shares elements with another parameter or buffer: each would be
    updated for itself here, both at once in PyTorch. Tied parameters, one object under several names, are one.
    """
    trained = set(trained)
    named = [("parameter", *each) for each in model.named_parameters()]
    named += [("buffer", *each) for each in model.named_buffers()]
    by_storage: dict[int, list[Named]] = {}
    for kind, name, tensor in named:
        if tensor.layout is torch.strided and tensor.numel():
            by_storage.setdefault(tensor.untyped_storage()._cdata, []).append((kind, name, tensor))
    for (kind, name, tensor), (other_kind, other_name, other) in _pairs(by_storage.values()):
        if (name in trained or other_name in trained) and _overlap(tensor, other):
            raise CompileError(
                f"{kind} '{name}' and {other_kind} '{other_name}' are views of the same memory, which PyTorch would "
                f"update for both at once; tie them as one parameter ({other_name} = {name}, with a view or transpose "
                "in forward), or give one of them a copy (.clone())"
            )


def _pairs(groups: Iterable[list[Named]]) -> Iterator[tuple[Named, Named]]:
    """Those whose ranges of bytes overlap. A file of weights may be one storage: not every pair is looked at."""
    for group in groups:
        order = sorted(group, key=lambda named: _bytes(named[2]))
        for index, first in enumerate(order):
            end = _bytes(first[2])[1]
            for second in order[index + 1 :]:
                if _bytes(second[2])[0] >= end:
                    break
                yield first, second


def _overlap(a: torch.Tensor, b: torch.Tensor) -> bool:
    """Whether two tensors whose ranges overlap share an element; of different dtypes, they are taken to."""
    if a.dtype != b.dtype:
        return True
    size = max(_bytes(a)[1], _bytes(b)[1]) // a.element_size()
    taken = torch.zeros(size, dtype=torch.bool)
    taken.as_strided(a.shape, a.stride(), a.storage_offset()).fill_(True)
    return bool(taken.as_strided(b.shape, b.stride(), b.storage_offset()).any())


def _bytes(x: torch.Tensor) -> tuple[int, int]:
    """The first byte in the storage and the one behind the last."""
    start = int(x.storage_offset())
    last = start + sum((size - 1) * stride for size, stride in zip(x.shape, x.stride(), strict=True))
    return start * x.element_size(), int(last + 1) * x.element_size()
