"""Arithmetic and activation functions, with scalars, broadcasting and mixed types."""

from __future__ import annotations

import torch
from support.conversions import Case, normal
from torch.nn import functional

X = normal(3, 4)
Y = normal(3, 4, seed=1)
ROW = normal(4, seed=2)
COLUMN = normal(3, 1, seed=3)
POSITIVE = X.abs() + 0.5
WIDE = torch.linspace(-12, 12, 49)
KINKS = torch.tensor([-4.0, -3.0, -1.0, -0.0, 0.0, 1.0, 3.0, 6.0, 7.0])
INTEGERS = torch.tensor([[3, -2, 0, 7]])
MASK = torch.tensor([[True, False, True, True]])

CASES = [
    Case("add", lambda x, y: x + y, [X, Y]),
    Case("add-row", lambda x, y: x + y, [X, ROW]),
    Case("add-column", lambda x, y: x + y, [X, COLUMN]),
    Case("add-row-and-column", lambda x, y: x + y, [ROW, COLUMN]),
    Case("add-number", lambda x: x + 2, [X]),
    Case("add-scaled", lambda x, y: torch.add(x, y, alpha=0.5), [X, Y]),
    Case("add-integers", lambda x, i: x + i, [X, INTEGERS]),
    Case("integers-plus-integers", lambda i: i + 2 * i, [INTEGERS]),
    Case("integers-plus-fraction", lambda i: i + 0.5, [INTEGERS]),
    Case("times-boolean", lambda x, m: x * m, [X, MASK]),
    Case("in-place", lambda x, y: (x * 1).add_(y).mul_(y).sub_(1).div_(2), [X, Y]),
    Case("sub", lambda x, y: x - y, [X, COLUMN]),
    Case("sub-scaled", lambda x, y: torch.sub(x, y, alpha=3), [X, Y]),
    Case("one-minus", lambda x: 1 - x, [X]),
    Case("rsub-tensor", lambda x, y: torch.rsub(x, y, alpha=2), [X, Y]),
    Case("integers-from-number", lambda i: 5 - i, [INTEGERS]),
    Case("mul", lambda x, y: x * y, [X, ROW]),
    Case("mul-number", lambda x: 0.25 * x, [X]),
    Case("div", lambda x, y: x / y, [X, POSITIVE]),
    Case("div-number", lambda x: x / 3, [X]),
    Case("div-integers", lambda i: i / 2, [INTEGERS]),
    Case("one-over", lambda x: 1 / x, [POSITIVE]),
    Case("maximum", torch.maximum, [X, Y]),
    Case("minimum", torch.minimum, [X, ROW]),
    Case("maximum-of-integers", lambda i: torch.maximum(i, -i), [INTEGERS]),
    Case("minimum-of-integers", lambda i: torch.minimum(i, -i), [INTEGERS]),
    Case("clamp", lambda x: x.clamp(-3, 3), [KINKS]),
    Case("clamp-integers", lambda i: i.clamp(0, 5), [INTEGERS]),
    Case("clamp-one-side", lambda x: (x.clamp(min=-1), x.clamp(max=1)), [KINKS]),
    Case("clamp-min", lambda x: torch.clamp_min(x, 0.0), [KINKS]),
    Case("clamp-max", lambda x: torch.clamp_max(x, 3.0), [KINKS]),
    Case("neg", lambda x, i: (-x, -i), [X, INTEGERS]),
    Case("abs", lambda x, i: (x.abs(), i.abs()), [KINKS, INTEGERS]),
    Case("positive", lambda x: +x, [X]),
    Case("square", torch.square, [X]),
    Case("powers", lambda x: (x**1, x**2, x**3, x**4, x**5, x**6), [X], tolerance=4e-6),
    Case("negative-powers", lambda x: (x**-1, x**-2, x**-3), [X.sign() * POSITIVE], tolerance=4e-6),
    Case("roots", lambda x: (x**0.5, x**-0.5, x**1.5, x**0), [POSITIVE]),
    Case("power-of-tensors", torch.pow, [POSITIVE, Y]),
    Case("power-of-number", lambda x: 2**x, [X]),
    Case("exp", lambda x: (x.exp(), x.expm1()), [X]),
    Case("log", lambda x: (x.log(), x.log1p()), [POSITIVE]),
    Case("sqrt", lambda x: (x.sqrt(), x.rsqrt(), x.reciprocal()), [POSITIVE]),
    Case("sin", lambda x: (x.sin(), x.cos()), [X]),
    Case("tanh", torch.tanh, [WIDE]),
    Case("erf", torch.erf, [WIDE]),
    Case("sigmoid", torch.sigmoid, [WIDE]),
    Case("sigmoid-of-integers", torch.sigmoid, [INTEGERS]),
    Case("relu", torch.relu, [KINKS]),
    Case("relu-in-place", lambda x: functional.relu(x * 1, inplace=True), [KINKS]),
    Case("relu6", functional.relu6, [KINKS]),
    Case("hardtanh", functional.hardtanh, [KINKS]),
    Case("hardsigmoid", functional.hardsigmoid, [KINKS]),
    Case("hardswish", functional.hardswish, [KINKS]),
    Case("hardswish-in-place", lambda x: functional.hardswish(x * 1, inplace=True), [KINKS]),
    Case("silu", functional.silu, [WIDE]),
    Case("silu-in-place", lambda x: functional.silu(x * 1, inplace=True), [WIDE]),
    Case("gelu", lambda x: (functional.gelu(x), functional.gelu(x, approximate="tanh")), [WIDE], tolerance=4e-6),
    Case("leaky-relu", lambda x: (functional.leaky_relu(x), functional.leaky_relu(x, 0.3)), [KINKS]),
    Case("elu", lambda x: (functional.elu(x), functional.elu(x, 0.7)), [torch.cat([KINKS, WIDE * 10])]),
    Case("softplus", lambda x: (functional.softplus(x), functional.softplus(x, 2.0, 5.0)), [WIDE * 3]),
    Case("dropout-of-nothing", lambda x: functional.dropout(x, 0.0, training=True), [X]),
    Case("dropout-in-evaluation", lambda x: functional.dropout(x, 0.5, training=False), [X]),
    Case("feature-dropout-in-evaluation", lambda x: torch.feature_dropout(x, 0.5, False), [X]),
    Case("detach", lambda x: x.detach() * x, [X]),
    Case("copies", lambda x: x.clone() + x.contiguous() + x.to("cpu"), [X]),
    Case("to-integers", lambda x: (3 * x).long(), [X]),
    Case("to-booleans", lambda i: i.bool(), [INTEGERS]),
    Case("from-integers", lambda i: i.float(), [INTEGERS]),
    Case("from-booleans", lambda m: (m.float(), m.long(), m.int()), [MASK]),
    Case("to-the-type-of-another", lambda x, i: (i.type_as(x), i.to(x)), [X, INTEGERS]),
    Case("narrower-integers", lambda i: i.int() * 2, [INTEGERS]),
    Case("whole-number-tensor", lambda x: x * torch.tensor([1, 2, 3, 4]), [X]),
    Case("constant-tensor", lambda x: x * torch.tensor([1.0, 0.5, -2.0, 0.0]), [X]),
    Case("larger-and-smaller", lambda x, y: (torch.max(x, y), torch.min(x, y)), [X, Y]),
    Case(
        "larger-and-smaller-of-integers", lambda i: (torch.max(i, -i), torch.min(i, torch.full_like(i, 2))), [INTEGERS]
    ),
    Case("clamp-between-tensors", lambda x, low, high: torch.clamp(x, low, high), [X, -ROW.abs(), COLUMN.abs()]),
    Case("clamp-above-a-tensor", lambda x, low: torch.clamp(x, min=low), [X, ROW]),
    Case("log-of-integers", lambda i: (i.abs() + 1).log(), [INTEGERS]),
    Case("powers-of-integers", lambda i: (i**2, i**5, i**0), [INTEGERS]),
    Case("logarithms", lambda x: (x.log2(), x.log10(), x.exp2()), [POSITIVE]),
    Case("hyperbolic", lambda x: (x.sinh(), x.cosh(), x.tan()), [X]),
    Case("erfc", torch.erfc, [X]),
    Case("softshrink", lambda x: functional.softshrink(x, 1.0), [KINKS]),
    Case(
        "rounding",
        lambda x: (x.floor() * x, x.ceil() + x, x.round() - x, x.trunc() * x),
        [torch.cat([KINKS, KINKS / 2])],
    ),
    Case("rounding-of-integers", lambda i: (i.floor(), i.ceil(), i.round(), i.trunc()), [INTEGERS]),
    Case("sign", lambda x, i: (x.sign() * x, x.sgn(), i.sign()), [KINKS, INTEGERS]),
    Case(
        "quotients",
        lambda x: (x.detach() // 2, torch.div(x, -1.5, rounding_mode="trunc") + x, torch.div(x, x)),
        [POSITIVE],
    ),
    Case(
        "quotients-of-integers",
        lambda i: (
            i // 2,
            i // -3,
            torch.div(i, 2, rounding_mode="trunc"),
            torch.div(i, i.abs() + 1, rounding_mode="floor"),
        ),
        [INTEGERS],
    ),
    Case(
        "floor-divide",
        lambda x, y, i: (torch.floor_divide(x.detach(), y.detach()), torch.floor_divide(i, 2)),
        [X, POSITIVE, INTEGERS],
    ),
    Case(
        "remainders",
        lambda x, y: (x % 2, x % -1.5, x % y, x.fmod(1.5), x.fmod(y), torch.remainder(2.5, y.detach())),
        [X, POSITIVE],
    ),
    Case("remainders-of-integers", lambda i: (i % 3, i % -3, i.fmod(3), i % (i + 4), torch.fmod(i, i - 8)), [INTEGERS]),
    Case("constant-number", lambda x: x * torch.tensor(2.5) + torch.tensor(1), [X]),
]
