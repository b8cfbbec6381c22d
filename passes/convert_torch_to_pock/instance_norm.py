"""Instance normalisation: layer normalisation of each channel of each image."""

from __future__ import annotations

from torch_mlir import ir

from pock_mlir.dialects.base import shape_of
from pock_mlir.dialects.broadcast import broadcast
from pock_mlir.dialects.normalize import normalize
from pock_mlir.dialects.upstream import add, mul, reshape

from .conversion import Conversion
from .norm import batch_norm
from .rules import torch_op


@torch_op("torch.aten.instance_norm")
def instance_norm(
    c: Conversion, x, weight, bias, mean, variance, use_input_stats, momentum, eps, *options: object
) -> ir.Value:
    """By the input's own statistics (arXiv:1607.08022), or else as batch normalisation by the running ones."""
    if not use_input_stats:
        return batch_norm(c, x, weight, bias, mean, variance, False, momentum, eps)
    n, channels, *spatial = shape_of(x)
    size = 1
    for extent in spatial:
        size *= extent
    result = reshape(normalize(reshape(x, [n, channels, size]), [2], eps).result, shape_of(x))
    for parameter, build in ((weight, mul), (bias, add)):
        if parameter is not None:
            result = build(result, broadcast(reshape(parameter, [channels] + [1] * len(spatial)), shape_of(x)))
    return result
