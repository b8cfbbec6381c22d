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
    for group in groups:
        for index, first in enumerate(group):
            for second in group[index + 1 :]:
                yield first, second


def _overlap(a: torch.Tensor, b: torch.Tensor) -> bool:
    """Whether two tensors of one storage share an element (or a byte, where their dtypes differ)."""
    (low, high), (other_low, other_high) = _bytes(a), _bytes(b)
    if high <= other_low or other_high <= low:
        return False
    if a.dtype != b.dtype:
        return True
    size = max(high, other_high) // a.element_size()
    taken = torch.zeros(size, dtype=torch.bool)
    taken.as_strided(a.shape, a.stride(), a.storage_offset()).fill_(True)
    return bool(taken.as_strided(b.shape, b.stride(), b.storage_offset()).any())


def _bytes(x: torch.Tensor) -> tuple[int, int]:
    """The first byte in the storage and the one behind the last."""
    start = int(x.storage_offset())
    last = start + sum((size - 1) * stride for size, stride in zip(x.shape, x.stride(), strict=True))
    return start * x.element_size(), int(last + 1) * x.element_size()
