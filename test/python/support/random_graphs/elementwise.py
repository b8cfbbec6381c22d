"""Elementwise ops, on arguments that keep them in range."""

from __future__ import annotations

from .builder import Builder

UNARY = (
    "{x} * 0.5",
    "-{x}",
    "{x} + 1",
    "2 - {x}",
    "{x}.abs()",
    "{x}.square()",
    "{x} ** 3",
    "({x} * {x} + 0.5) ** 1.5",
    "1.5 ** {x}",
    "torch.exp({x} * 0.25)",
    "torch.expm1({x} * 0.25)",
    "torch.exp2({x} * 0.25)",
    "torch.log({x} * {x} + 0.5)",
    "torch.log1p({x} * {x})",
    "torch.log2({x} * {x} + 0.5)",
    "torch.sqrt({x} * {x} + 0.5)",
    "torch.rsqrt({x} * {x} + 0.5)",
    "torch.reciprocal({x} * {x} + 0.5)",
    "torch.sin({x})",
    "torch.cos({x})",
    "torch.sinh({x} * 0.25)",
    "torch.cosh({x} * 0.25)",
    "torch.tan(torch.tanh({x}))",
    "torch.tanh({x})",
    "torch.sigmoid({x})",
    "torch.erf({x})",
    "torch.erfc({x})",
    "torch.clamp({x}, -0.625, 0.875)",
    "torch.clamp({x}, min=-0.125)",
    "torch.clamp({x}, max=0.375)",
    "F.relu({x})",
    "F.relu6({x} * 4)",
    "F.gelu({x})",
    "F.gelu({x}, approximate='tanh')",
    "F.silu({x})",
    "F.elu({x}, 0.75)",
    "F.selu({x})",
    "F.celu({x}, 0.75)",
    "F.mish({x})",
    "F.leaky_relu({x}, 0.125)",
    "F.softplus({x})",
    "F.softplus({x}, beta=2, threshold=1)",
    "F.softsign({x})",
    "F.logsigmoid({x})",
    "F.tanhshrink({x})",
    "F.softshrink({x}, 0.375)",
    "F.hardshrink({x}, 0.375)",
    "F.hardtanh({x}, -0.5, 0.75)",
    "F.hardsigmoid({x} * 2)",
    "F.hardswish({x} * 2)",
    "F.threshold({x}, 0.125, -0.25)",
    "{x}.detach() * {x}",
    "torch.floor({x}) + {x}",
    "torch.ceil({x}) * {x}",
    "torch.round({x}) - {x}",
    "torch.trunc({x} * 2) + {x}",
    "torch.sign({x}) * {x}",
    "torch.remainder({x}, 0.75)",
    "torch.fmod({x}, 0.75)",
    "torch.nan_to_num({x})",
    "torch.ones_like({x}) - {x}",
    "torch.zeros_like({x}) + {x}",
    "torch.full_like({x}, 0.5) * {x}",
)

BINARY = (
    "{x} + {y}",
    "{x} - {y}",
    "{x} * {y}",
    "torch.add({x}, {y}, alpha=0.5)",
    "torch.rsub({x}, {y}, alpha=2)",
    "{x} / ({y} * {y} + 0.5)",
    "torch.maximum({x}, {y})",
    "torch.minimum({x}, {y})",
    "torch.clamp({x}, {y}, {y} + 0.5)",
    "({x} * {x} + 0.5) ** ({y} * 0.5)",
    "torch.remainder({x}, {y} * {y} + 0.5)",
    "torch.div({x}, {y} * {y} + 0.5, rounding_mode='floor') + {x}",
    "torch.lerp({x}, {y}, 0.25)",
    "torch.addcmul({x}, {x}, {y}, value=0.5)",
    "torch.addcdiv({x}, {y}, {y} * {y} + 0.5)",
    "torch.logaddexp({x}, {y})",
)

COMPARISONS = (
    "{x} > {y}",
    "{x} <= {y}",
    "{x} != {y}",
    "torch.eq({x}, {y})",
    "({x} < {y}) | ({x} > 0.5)",
    "~({x} >= {y})",
)


def unary(b: Builder) -> None:
    b.emit(b.choice(UNARY).format(x=b.operand()))


def binary(b: Builder) -> None:
    x = b.operand()
    b.emit(b.choice(BINARY).format(x=x, y=b.partner(x)))


def where(b: Builder) -> None:
    x = b.operand()
    template = b.choice(("torch.where({m}, {x}, {y})", "torch.where({m}, {x}, 0.5)", "torch.where({m}, -1.0, {x})"))
    b.emit(template.format(m=b.mask(x), x=x, y=b.partner(x)))


def masked_fill(b: Builder) -> None:
    x = b.operand()
    b.emit(f"{x}.masked_fill({b.mask(x)}, {b.choice((0.0, -2.0))})")


def compare(b: Builder) -> None:
    x = b.operand()
    b.emit(b.choice(COMPARISONS).format(x=x, y=b.partner(x)))


def cast(b: Builder) -> None:
    """Bools and integers take part as numbers."""
    x = b.operand()
    b.emit(b.choice(("{m} * {x}", "{m}.to({x}.dtype) + {x}", "{m}.to(torch.int64) * {x}")).format(m=b.mask(x), x=x))


OPS = (unary, binary, unary, binary, where, masked_fill, compare, cast)
