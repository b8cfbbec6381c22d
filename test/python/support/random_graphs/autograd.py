"""What stops a gradient, or changes a value behind its back."""

from __future__ import annotations

from .builder import Builder

RANKS = (1, 2, 3, 4)


def detach(b: Builder) -> None:
    b.emit(f"{b.operand(RANKS)}.detach()")


def region(b: Builder) -> None:
    """A product under no_grad, of which no operand gets a gradient."""
    x = b.operand(RANKS)
    b.emit(f"without_gradient(lambda x, y: x * y + x, {x}, {b.partner(x)})")


def gated(b: Builder) -> None:
    """One way has a gradient, the other has none."""
    x = b.operand(RANKS)
    b.emit(f"{x} * without_gradient(torch.sigmoid, {x})")


def changed(b: Builder) -> None:
    x = b.operand(RANKS)
    b.emit(b.choice((f"changed({x}, 0.5)", f"changed_by_data({x}, -2)")))


OPS = (detach, region, gated, changed)
