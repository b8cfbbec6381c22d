"""Parameters that ask for gradients for a while."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import torch


@contextmanager
def asking_for_gradients(tensors: Iterable[torch.Tensor]) -> Iterator[None]:
    """These ask for gradients, frozen by the model or not."""
    changed = [tensor for tensor in tensors if not tensor.requires_grad]
    for tensor in changed:
        tensor.requires_grad_(True)
    try:
        yield
    finally:
        for tensor in changed:
            tensor.requires_grad_(False)
