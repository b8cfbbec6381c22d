"""Random graphs of supported torch ops, as a hypothesis strategy.

A graph has up to ten ops, small shapes, parameters and inputs at random places, values that are used several times or
never, and a loss over some of its values. An op is a function of the `Builder`, from which it draws operands and
attributes; those before others in a list are what a failing graph shrinks to.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from . import autograd, elementwise, images, linear, reductions, shapes
from .builder import Builder
from .graph import Graph, GraphModule

__all__ = ["Graph", "GraphModule", "graphs"]

FAMILIES = (elementwise.OPS, shapes.OPS, reductions.OPS, linear.OPS, images.OPS, autograd.OPS)


@st.composite
def graphs(draw: Callable[..., Any]) -> Graph:
    """A graph of 1 to 10 ops."""
    builder = Builder(draw)
    builder.leaf("parameter", builder.sizes((2, 3, 4, 1, 0)))
    for _ in range(builder.integer(1, 10)):
        builder.choice(builder.choice(FAMILIES))(builder)
    return builder.finish()
