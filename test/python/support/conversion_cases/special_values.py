"""The points where a formula has no value or no derivative, or rounds to none, and the framework defines one.

Logarithms of 0, 0 / 0, ties, bounds, saturation, infinities, NaN.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from support.conversions import Case
from torch.nn import functional as F

INF, NAN = torch.inf, torch.nan

POINTS = torch.tensor(
    [-INF, -1e30, -100, -88, -20, -3, -1, -0.5, -1e-8, -0.0, 0.0, 1e-8, 0.5, 1, 3, 6, 20, 20.5, 88, 100, 1e30, INF]
)
FINITE = torch.tensor([-100.0, -20, -3, -1, -0.5, -0.0, 0.0, 0.5, 1, 3, 6, 20, 100])
WITH_NAN = torch.cat([POINTS, torch.tensor([NAN])])
# What PyTorch computes 16 or 32 at a time, as most of a tensor, it may not compute like the last few.
NAN_FIRST = torch.cat([torch.tensor([NAN]), POINTS, POINTS])
WAVES = torch.cat([FINITE, torch.tensor([-1e-8, 1e-8, -88, 1000, -8191, 32767, 1e6])])
ZEROS = torch.zeros(2, 3)
TIES = torch.tensor([[1.0, 1, 0], [2, 2, 2], [-INF, -INF, -INF], [INF, INF, 0]])
LOGITS = torch.tensor([[-INF, 0, 1], [0, -INF, 1], [1e4, 0, -1e4]])
PROBABILITIES = torch.tensor([0.0, 0, 1, 1, 0.25, 1e-30])
OUTCOMES = torch.tensor([0.0, 1, 0, 1, 0.5, 1])


def _of_each(*functions: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *inputs: tuple(function(*inputs) for function in functions)


def _powers(*exponents: float) -> list[Callable[..., Any]]:
    return [lambda x, exponent=exponent: x**exponent for exponent in exponents]


def _clamped(*bounds: tuple[float | None, float | None]) -> list[Callable[..., Any]]:
    return [
        lambda x, pair=pair: torch.clamp(x, *(None if bound is None else torch.tensor(bound) for bound in pair))
        for pair in bounds
    ]


ELEMENTWISE: dict[str, tuple[torch.Tensor, Sequence[Callable[..., Any]]]] = {
    "clamp": (
        NAN_FIRST,
        [lambda x: x.clamp(-1, 3), lambda x: x.clamp(min=0), lambda x: x.clamp(max=6), lambda x: x.clamp(1, 1)],
    ),
    "clamp-by-crossing-bounds": (NAN_FIRST, [lambda x: x.clamp(3, 1), lambda x: x.clamp(NAN, 1)]),
    "clamp-by-tensors": (
        NAN_FIRST,
        _clamped((-1.0, 3.0), (3.0, 1.0), (1.0, 1.0), (NAN, 1.0), (1.0, NAN), (0.0, None), (None, 6.0)),
    ),
    "kinks": (NAN_FIRST, [F.relu, F.relu6, F.hardtanh, F.leaky_relu, lambda x: F.threshold(x, 0.5, 7.0)]),
    "exponential-units": (NAN_FIRST, [F.elu, F.selu, lambda x: F.celu(x, 0.7)]),
    "sigmoids": (POINTS, [torch.sigmoid, F.logsigmoid, F.softplus, torch.tanh]),
    "gates": (POINTS, [F.silu, F.mish]),
    "gelu": (POINTS[:-1], [F.gelu, lambda x: F.gelu(x, approximate="tanh")]),
    "piecewise": (NAN_FIRST, [F.hardsigmoid, F.hardswish, F.hardshrink, F.softshrink, F.softsign, F.tanhshrink]),
    "error-function": (POINTS, [torch.erf, torch.erfc]),
    "exponentials": (POINTS, [torch.exp, torch.expm1, torch.exp2, torch.sinh, torch.cosh]),
    "logarithms": (POINTS, [torch.log, torch.log1p, torch.log2, torch.log10]),
    "roots": (POINTS, [torch.sqrt, torch.rsqrt, torch.reciprocal]),
    "waves": (WAVES, [torch.sin, torch.cos, torch.tan]),
    "magnitude": (POINTS, [torch.abs, torch.sign, torch.floor, torch.round, torch.square]),
    "fractions": (FINITE, [torch.frac, torch.trunc]),
    "numbers-for-nan": (WITH_NAN, [torch.nan_to_num, lambda x: torch.nan_to_num(x, 1.0, 2.0, 3.0)]),
    "sinc": (torch.tensor([0.0, 0.5, 1, -1, 1e-5, 2.5]), [torch.sinc]),
    "entropy": (torch.tensor([0.0, 0.5, 1, 2, -1]), [torch.special.entr]),
    "logit": (torch.tensor([0.0, 1, 0.5, 1e-4, -1, 2, NAN]), [torch.logit, lambda x: torch.logit(x, eps=1e-3)]),
    "small-powers": (POINTS, _powers(0, 1, 2, 3, 4)),
    "inverse-powers": (POINTS, _powers(-1, -2)),
    "other-powers": (POINTS[1:], _powers(0.5, 1.5, 2.5, 5)),
    "reciprocal-root": (torch.tensor([0.0, 4, 1e30, INF]), _powers(-0.5)),
    "powers-of-numbers": (torch.tensor([0.0, 1, 2, 0.5, -1]), [lambda y: 2.0**y, lambda y: torch.pow(0.0, y)]),
    "powers-of-one": (WITH_NAN, [lambda y: 1.0**y]),
    "where": (
        torch.tensor([0.0, 1, -1]),
        [lambda x: torch.where(x > 0, x.log(), x), lambda x: torch.where(x > 0, x.sqrt(), 0.0)],
    ),
    "norms-of-zeros": (
        ZEROS,
        [lambda x: x.norm(), lambda x: x.norm(dim=1), lambda x: x.norm(p=1, dim=1), lambda x: x.norm(p=INF, dim=1)],
    ),
    "extrema": (TIES, [lambda x: x.amax(1), lambda x: x.amin(1), lambda x: x.max(1)[0], lambda x: x.min(1)[0]]),
    "extrema-of-all": (TIES, [torch.max, torch.min, torch.median]),
    "extrema-of-all-with-nan": (torch.tensor([[1.0, NAN], [NAN, 3]]), [torch.max, torch.min, torch.median]),
    "inverse-functions": (
        torch.tensor([-2.0, -1, -0.5, 0, 0.5, 1, 2]),
        [torch.asin, torch.acos, torch.atan, torch.asinh, torch.acosh, torch.atanh],
    ),
    "products": (
        torch.tensor([[0.0, 2, 3], [0, 0, 3], [1, 2, 0], [1, 0, 0]]),
        [lambda x: x.prod(1), lambda x: x.prod(), lambda x: x.cumprod(1), lambda x: x.cumprod(0)],
    ),
    "deviation-of-one": (
        torch.tensor([[2.0], [3.0]]),
        [lambda x: x.std(1), lambda x: x.var(1), lambda x: x.std(1, correction=0), lambda x: x.var(1, correction=0)],
    ),
    "deviation-and-mean-of-one": (torch.tensor([2.0]), [lambda x: torch.stack([*torch.std_mean(x), x.var()])]),
    "log-of-sums": (torch.tensor([[-INF, -INF], [0, -INF], [INF, 0]]), [lambda x: x.logsumexp(1)]),
    "softmax": (LOGITS, [lambda x: x.softmax(1), lambda x: x.log_softmax(1), lambda x: F.softmin(x, 1)]),
    "normalised": (torch.tensor([[0.0, 0, 0], [1, 1, 1], [3, 4, 0]]), [F.normalize, lambda x: F.layer_norm(x, (3,))]),
    "normalised-alone": (
        torch.tensor([[0.0], [1.0]]),
        [lambda x: F.layer_norm(x, (1,)), lambda x: F.rms_norm(x, (1,))],
    ),
    "cross-entropy": (LOGITS, [lambda x: F.cross_entropy(x, torch.tensor([2, 0, 0]), reduction="none")]),
    "binary-cross-entropy": (
        PROBABILITIES,
        [
            lambda p: F.binary_cross_entropy(p, OUTCOMES),
            lambda p: F.binary_cross_entropy(p, OUTCOMES, reduction="none"),
            lambda p: F.binary_cross_entropy(p, OUTCOMES, weight=OUTCOMES + 1, reduction="sum"),
        ],
    ),
    "binary-cross-entropy-with-logits": (
        torch.tensor([-200.0, -200, 200, 200, 0, -0.0]),
        [lambda x: F.binary_cross_entropy_with_logits(x, OUTCOMES, reduction="none")],
    ),
    "hinges": (
        torch.tensor([1.0, 1, 3]),
        [
            lambda x: F.hinge_embedding_loss(x, torch.tensor([1.0, -1, -1])),
            lambda x: F.margin_ranking_loss(x, x.flip(0).detach(), torch.tensor([1.0, -1, 1])),
        ],
    ),
    "poisson": (
        torch.tensor([0.0, 1, 3]),
        [
            lambda x: F.poisson_nll_loss(x, torch.tensor([0.0, 1, 3]), full=True),
            lambda x: F.poisson_nll_loss(x, torch.tensor([0.0, 1, 3]), log_input=False),
        ],
    ),
    "gated-linear": (torch.tensor([1.0, -1, 100, -100]), [lambda x: F.glu(x, 0)]),
}
"""Per case the points, and the functions of one tensor that are looked at there."""

PAIRS: dict[str, tuple[list[float], list[float], Sequence[Callable[..., Any]]]] = {
    "larger-and-smaller": (
        [1, 2, NAN, 1, 0, -0.0, INF, -INF],
        [1, 1, 1, NAN, -0.0, 0, INF, 0],
        [torch.maximum, torch.minimum, torch.max, torch.fmax, torch.fmin],
    ),
    "x-log-y": (
        [0, 0, 0, 1, 2, 0, 0],
        [0, 1, INF, 0, 3, NAN, -1],
        [torch.xlogy, torch.special.xlog1py],
    ),
    "x-log-number": ([0, 1, 0, 2], [0, 1, 3, 0], [lambda x, y: torch.xlogy(x, 2.0), lambda x, y: torch.xlogy(0.0, y)]),
    "powers": (
        [0, 0, 0, 0, 0, -2, -2, -2, 2, INF, -INF, -INF],
        [0, 1, 2, 0.5, -1, 2, 3, 0.5, 0, 0, 1.5, -1],
        [torch.pow],
    ),
    "quotients": (
        [0, 1, -1, -7, 7, 1e-8],
        [0, 0, 0, 2, -2, -1],
        [
            torch.div,
            lambda a, b: torch.div(a, b, rounding_mode="floor"),
            lambda a, b: torch.div(a, b, rounding_mode="trunc"),
        ],
    ),
    "remainders": ([5, -5, 5, -5, 6, -6, 0, 1], [3, 3, -3, -3, 3, 3, 3, 0], [torch.remainder, torch.fmod]),
    "signs": ([1, -1, 0, -0.0, 2], [-1, 1, -0.0, 2, -INF], [torch.copysign]),
    "logarithms-of-sums": (
        [0, -INF, 1, INF, -INF],
        [0, 1, 1, INF, -INF],
        [torch.logaddexp, torch.logaddexp2, lambda a, b: torch.lerp(a, b, 0.5)],
    ),
    "hypotenuse": ([0, 3, 1e30, -INF, 0], [0, 4, 1e30, 1, -2], [torch.hypot]),
    "distances": (
        [1, 2, 3, 0],
        [1, 1, 3, 1],
        [F.l1_loss, F.smooth_l1_loss, F.huber_loss, lambda a, b: F.smooth_l1_loss(a, b, beta=0.0), torch.dist],
    ),
    "divergence": ([-1, -2, -INF, -1], [0, 0.5, 0, 1], [lambda x, t: F.kl_div(x, t, reduction="none")]),
    "divergence-of-logarithms": (
        [-1, -2, -3, -1],
        [-INF, -0.5, 0, 1],
        [lambda x, t: F.kl_div(x, t, reduction="none", log_target=True)],
    ),
}
"""Per case the points of two operands, and the functions."""

VECTORS = (torch.tensor([[0.0, 0], [1, 0], [1, 2]]), torch.tensor([[1.0, 0], [0, 0], [1, 2]]))
INTEGERS = (torch.tensor([5, -5, 5, -5, 6, -6, 0]), torch.tensor([3, 3, -3, -3, 3, 3, 3]))

CASES = [
    *(Case(name, _of_each(*functions), [x], 5e-6) for name, (x, functions) in ELEMENTWISE.items()),
    *(
        Case(name, _of_each(*functions), [torch.tensor(a, dtype=torch.float32), torch.tensor(b, dtype=torch.float32)])
        for name, (a, b, functions) in PAIRS.items()
    ),
    Case("cosine-of-zeros", lambda a, b: F.cosine_similarity(a, b, dim=1), VECTORS),
    Case("distance-of-equals", F.pairwise_distance, VECTORS),
    Case(
        "remainders-of-integers",
        lambda a, b: (
            torch.remainder(a, b),
            torch.fmod(a, b),
            torch.div(a, b, rounding_mode="floor"),
            torch.div(a, b, rounding_mode="trunc"),
        ),
        INTEGERS,
    ),
    Case("kinds-of-numbers", lambda x: (x == x, x != x, x.isnan(), x.isinf(), x.isfinite()), [WITH_NAN]),
    Case(
        "nan-goes-through",
        lambda x: _of_each(
            F.relu, F.relu6, F.elu, F.gelu, lambda x: x.clamp(-1, 1), torch.amax, torch.sign, torch.tanh
        )(x.detach()),
        [torch.tensor([0.0, NAN, 1, 20, NAN])],
    ),
]
