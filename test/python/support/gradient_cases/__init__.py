"""Cases for the gradient rules, by family. Each module has a list `CASES`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from support.gradients import Case

from . import (
    activation,
    arithmetic,
    broadcast,
    conv2d,
    cross_entropy,
    custom_vjp,
    embedding,
    functions,
    matmul,
    normalize,
    pool2d,
    random,
    reduce,
    shape,
    softmax,
    with_slope,
)

FAMILIES: Mapping[str, Sequence[Case]] = {
    family.__name__.rpartition(".")[2]: family.CASES
    for family in (
        activation,
        arithmetic,
        broadcast,
        conv2d,
        cross_entropy,
        custom_vjp,
        embedding,
        functions,
        normalize,
        matmul,
        pool2d,
        random,
        reduce,
        shape,
        softmax,
        with_slope,
    )
}
