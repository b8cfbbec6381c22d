"""Parameters and buffers that lie in one memory: PyTorch changes all of them by changing one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

import torch

from pock_mlir.compat.torch import storage_key
from pock_mlir.contract import name_of, owner_of
from pock_mlir.errors import CompileError
from pock_mlir.frontends.owners import described, path_of
from pock_mlir.frontends.torch.named_state import named_state

Named = tuple[str, str, torch.Tensor]
"""The kind, the symbol and the value of a parameter or buffer."""


@dataclass(frozen=True)
class View:
    """How a parameter or buffer lies in the memory of another one, `of` (its symbol), which has the same elements.

    It is `of.permute(order).reshape(sizes)` of the `shape` that `permute(axes)` then gives: first in the order of the
    memory, then in its own.
    """

    of: str
    order: tuple[int, ...]
    shape: tuple[int, ...]
    axes: tuple[int, ...]


def shared_views(model: torch.nn.Module, loss: object, trained: Collection[str]) -> dict[str, View]:
    """By symbol each parameter and buffer that is a view of another one's whole memory, where training changes any of
    those in it (`trained`, symbols); the first of them, in the model's order, is what the others are views of. Tied
    parameters, one object under several names, are one.

    Raises CompileError where they share only part of their elements, are of different dtypes, or one is the model's and
    another the loss's.
    """
    trained = set(trained)
    named = list(named_state(model, loss))
    position = {name: index for index, (_, name, _) in enumerate(named)}
    partners: dict[str, dict[str, Named]] = {}
    for first, second in _pairs(_by_storage(named)):
        if not _overlap(first[2], second[2]):
            continue
        for each, other in ((first, second), (second, first)):
            partners.setdefault(each[1], {each[1]: each})[other[1]] = other
    views: dict[str, View] = {}
    for members in partners.values():
        if not trained.intersection(members):
            continue
        root, *others = sorted(members.values(), key=lambda member: position[member[1]])
        for member in others:
            if owner_of(root[1]) != owner_of(member[1]):
                raise _of_both(root, member)
            if not _is_whole(root[2], member[2]):
                raise _partial(root, member)
            views[member[1]] = _view(root, member)
    return views


def sharing_memory(model: torch.nn.Module, loss: object) -> list[str]:
    """The parameters and buffers of which others have the memory, or a part of it, by their paths."""
    named = list(named_state(model, loss))
    found = {name for pair in _pairs(_by_storage(named)) if _overlap(pair[0][2], pair[1][2]) for _, name, _ in pair}
    return [path_of(name) for _, name, _ in named if name in found]


def _by_storage(named: Iterable[Named]) -> list[list[Named]]:
    groups: dict[int, list[Named]] = {}
    for kind, name, tensor in named:
        if tensor.layout is torch.strided and tensor.numel():
            groups.setdefault(storage_key(tensor), []).append((kind, name, tensor))
    return list(groups.values())


def _partial(first: Named, second: Named) -> CompileError:
    (kind, name, _), (other_kind, other, _) = first, second
    return CompileError(
        f"{kind} {described(name)} and {other_kind} {described(other)} are views of the same memory, but not both of "
        f"all of it, and PyTorch would change both at once; tie them as one parameter ({name_of(other)} = "
        f"{name_of(name)}, with the slice or view in forward), or give one of them a copy (.clone())"
    )


def _of_both(first: Named, second: Named) -> CompileError:
    (kind, name, _), (other_kind, other, _) = first, second
    return CompileError(
        f"{kind} {described(name)} of the model and {other_kind} {described(other)} are views of the same memory, "
        "which PyTorch would change for both at once; give the loss the model's parameter itself, with the slice or "
        "view in forward, or a copy (.clone())"
    )


def _is_whole(a: torch.Tensor, b: torch.Tensor) -> bool:
    """Whether two tensors have the same elements, each once."""
    return a.dtype == b.dtype and _bytes(a) == _bytes(b) and _is_dense(a) and _is_dense(b)


def _is_dense(x: torch.Tensor) -> bool:
    """Whether the elements of x lie side by side, each once, in some order of its dimensions."""
    start, end = _bytes(x)
    if (end - start) != x.numel() * x.element_size():
        return False
    return x.permute(_memory_order(x)).is_contiguous()


def _memory_order(x: torch.Tensor) -> tuple[int, ...]:
    """The dimensions of x from that of the largest stride on."""
    return tuple(sorted(range(x.ndim), key=lambda d: (-x.stride(d) if x.shape[d] > 1 else 0, d)))


def _view(root: Named, member: Named) -> View:
    order, own = _memory_order(root[2]), _memory_order(member[2])
    axes = tuple(own.index(d) for d in range(len(own)))
    return View(root[1], order, tuple(member[2].shape), axes)


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
