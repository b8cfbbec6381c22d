"""Decompositions of our own for ops that torch takes apart wrongly or too far, or that hide what they change."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch

from pock_mlir.compat.torch import OpOverload, decomposition_table, schema_of

aten = torch.ops.aten
MOST_REFLECTIONS = 64


def corrections() -> dict[OpOverload, Callable[..., Any]]:
    """By op, to be used in the place of torch's own."""
    table: dict[OpOverload, Callable[..., Any]] = {
        aten.bilinear.default: _bilinear,
        aten.cosine_similarity.default: _cosine_similarity,
        aten.instance_norm.default: _instance_norm,
        aten.linalg_householder_product.default: _householder_product,
        aten.zero.default: _zero,
    }
    for op in (aten.lstm, aten.gru, aten.rnn_tanh, aten.rnn_relu):
        table[op.input] = _recurrent(op.input, leading=1)
        table[op.data] = _recurrent(op.data, leading=2)
    return table


def _instance_norm(
    x: torch.Tensor,
    weight: torch.Tensor | None,
    bias: torch.Tensor | None,
    mean: torch.Tensor | None,
    variance: torch.Tensor | None,
    use_input_stats: bool,
    momentum: float,
    eps: float,
    cudnn_enabled: bool,
) -> torch.Tensor:
    """Instance normalisation of x [N, C, d...] (arXiv:1607.08022).

    The op changes the running statistics, but its schema does not say so: kept whole, it would lose them. They move
    towards the mean over the batch of the images' own statistics, the variance being the unbiased one.
    """
    if not use_input_stats:
        return aten.batch_norm(x, weight, bias, mean, variance, False, momentum, eps, cudnn_enabled)
    if mean is not None and variance is not None:
        own_variance, own_mean = torch.var_mean(x.detach(), list(range(2, x.ndim)))
        for running, own in ((mean, own_mean), (variance, own_variance)):
            running.copy_((1.0 - momentum) * running + momentum * own.mean(0))
    return aten.group_norm(x, x.shape[1], weight, bias, eps, cudnn_enabled)


def _bilinear(a: torch.Tensor, b: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None = None) -> torch.Tensor:
    """a [..., I] and b [..., J] by weight [O, I, J]: a product by the weight as a matrix, and then one by b."""
    outputs, rows, columns = weight.shape
    product = a.reshape(-1, rows) @ weight.permute(1, 0, 2).reshape(rows, outputs * columns)
    result = (product.view(-1, outputs, columns) * b.reshape(-1, 1, columns)).sum(-1)
    result = result.view(*a.shape[:-1], outputs)
    return result if bias is None else result + bias


def _cosine_similarity(a: torch.Tensor, b: torch.Tensor, dim: int = 1, eps: float = 1e-8) -> torch.Tensor:
    """The cosine between a and b along `dim`, each norm at least `eps`, of which the gradient knows nothing.

    The op raises its norms in a region without gradients, which is lost where its decomposition is recorded.
    """
    dtype = torch.promote_types(a.dtype, b.dtype)
    a, b = torch.broadcast_tensors(a.to(dtype), b.to(dtype))

    def direction(x: torch.Tensor) -> torch.Tensor:
        norm = torch.linalg.vector_norm(x, 2, dim, keepdim=True)
        at_eps = eps + (norm - norm.detach())
        return x / torch.where(norm < eps, at_eps, norm)

    return (direction(a) * direction(b)).sum(dim)


def _zero(x: torch.Tensor) -> torch.Tensor:
    """Zeros in the place of x (zero_), which then has a gradient of zeros; of zeros like x it has none."""
    return aten.fill.Scalar(x, 0)


def _householder_product(vectors: torch.Tensor, factors: torch.Tensor) -> Any:
    """The first columns of (I - f1 v1 v1^T) (I - f2 v2 v2^T) ..., as in orthogonal parametrizations.

    Vector i is column i of `vectors` [..., M, N] below the diagonal, where it is 1; the reflections are written out.
    """
    rows, columns = vectors.shape[-2:]
    count = factors.shape[-1]
    if count > MOST_REFLECTIONS:
        return NotImplemented
    result = torch.eye(rows, columns, dtype=vectors.dtype, device=vectors.device).expand(vectors.shape)
    below = torch.tril(vectors, -1) + torch.eye(rows, columns, dtype=vectors.dtype, device=vectors.device)
    for i in reversed(range(count)):
        vector = below[..., i : i + 1]
        result = result - factors[..., i : i + 1, None] * vector @ (vector.mT @ result)
    return result


def _recurrent(op: OpOverload, leading: int) -> Callable[..., Any]:
    """A recurrent network with dropout between its layers, which torch's decomposition forgets: layer by layer.

    `leading` counts the operands before the states: the input, and for a packed one the batch sizes.
    """
    apart = decomposition_table[op]
    of_lists = schema_of(op).name == "aten::lstm"

    def decomposed(*arguments: Any) -> Any:
        *inputs, states, weights, has_biases, layers, dropout, train, bidirectional = arguments[: leading + 7]
        batch_first = arguments[leading + 7 :]
        if not train or dropout == 0.0 or layers == 1:
            return apart(*arguments)
        x, rest = inputs[0], inputs[1:]
        final = []
        for layer in range(layers):
            own = [_share(state, layer, layers) for state in states] if of_lists else _share(states, layer, layers)
            mine = _share(weights, layer, layers)
            x, *ends = apart(x, *rest, own, mine, has_biases, 1, 0.0, train, bidirectional, *batch_first)
            final.append(ends)
            if layer < layers - 1:
                x = torch.dropout(x, dropout, True)
        return (x, *(torch.cat(ends) for ends in zip(*final, strict=True)))

    return decomposed


def _share(values: Any, layer: int, layers: int) -> Any:
    """A layer's part of what is given for all layers: a tensor's rows, or a list's elements."""
    count = len(values) // layers if isinstance(values, Sequence) else values.shape[0] // layers
    return values[layer * count : (layer + 1) * count]
