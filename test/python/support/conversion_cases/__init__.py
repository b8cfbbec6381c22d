"""Cases for the conversions of torch ops, by family. Each module has a list `CASES`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from support.conversions import Case

from . import (
    attention,
    complex_numbers,
    composite,
    convolution,
    creation,
    elementwise,
    indexing,
    linear,
    logic,
    loss,
    normalization,
    order,
    placement,
    quantization,
    reduction,
    shape,
    special_values,
    volume,
    without_elements,
)

FAMILIES: Mapping[str, Sequence[Case]] = {
    family.__name__.rpartition(".")[2]: family.CASES
    for family in (
        attention,
        complex_numbers,
        composite,
        convolution,
        creation,
        elementwise,
        indexing,
        linear,
        logic,
        loss,
        normalization,
        order,
        placement,
        quantization,
        reduction,
        shape,
        volume,
        without_elements,
        special_values,
    )
}
