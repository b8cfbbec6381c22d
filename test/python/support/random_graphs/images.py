"""Convolutions, pooling and interpolation, in one and two dimensions."""

from __future__ import annotations

from .builder import Builder


def _signal(b: Builder) -> tuple[str, int]:
    """An operand with a batch and channels, and the number of its spatial dimensions."""
    x = b.operand((3, 4))
    return x, len(b.shape(x)) - 2


def _divisor(b: Builder, number: int) -> int:
    return b.choice([d for d in range(1, number + 1) if number % d == 0])


def convolution(b: Builder) -> None:
    x, dims = _signal(b)
    channels, spatial = b.shape(x)[1], b.shape(x)[2:]
    groups = _divisor(b, channels)
    features = groups * b.integer(1, 2)
    stride = tuple(b.integer(1, 2) for _ in spatial)
    dilation = tuple(b.integer(1, 2) for _ in spatial)
    padding = tuple(b.integer(0, 2) for _ in spatial)
    room = [(n + 2 * p - 1) // d + 1 for n, p, d in zip(spatial, padding, dilation, strict=True)]
    kernel = tuple(b.integer(1, min(3, n)) for n in room)
    bias = b.weight(features) if b.flag() else None
    weight = b.weight(features, channels // groups, *kernel)
    b.emit(f"F.conv{dims}d({x}, {weight}, {bias}, {stride}, {padding}, {dilation}, {groups})")


def same_convolution(b: Builder) -> None:
    x, dims = _signal(b)
    kernel = tuple(b.integer(1, 3) for _ in range(dims))
    b.emit(f"F.conv{dims}d({x}, {b.weight(2, b.shape(x)[1], *kernel)}, padding='same')")


def transposed_convolution(b: Builder) -> None:
    x, dims = _signal(b)
    channels = b.shape(x)[1]
    groups = _divisor(b, channels)
    features = b.integer(1, 2)
    kernel = tuple(b.integer(1, 3) for _ in range(dims))
    stride = tuple(b.integer(1, 2) for _ in range(dims))
    dilation = tuple(b.integer(1, 2) for _ in range(dims))
    padding = tuple(b.integer(0, (d * (k - 1)) // 2) for d, k in zip(dilation, kernel, strict=True))
    extra = tuple(b.integer(0, max(s, d) - 1) for s, d in zip(stride, dilation, strict=True))
    bias = b.weight(features * groups) if b.flag() else None
    weight = b.weight(channels, features, *kernel)
    b.emit(f"F.conv_transpose{dims}d({x}, {weight}, {bias}, {stride}, {padding}, {extra}, {groups}, {dilation})")


def pool(b: Builder) -> None:
    x, dims = _signal(b)
    spatial = b.shape(x)[2:]
    kernel = tuple(b.integer(1, min(3, n)) for n in spatial)
    stride = tuple(b.integer(1, 2) for _ in spatial)
    padding = tuple(b.integer(0, k // 2) for k in kernel)
    ceil = b.flag()
    if b.flag():
        b.emit(f"F.avg_pool{dims}d({x}, {kernel}, {stride}, {padding}, {ceil}, {b.flag()})")
    else:
        b.emit(f"F.max_pool{dims}d({x}, {kernel}, {stride}, {padding}, 1, {ceil})")


def adaptive_pool(b: Builder) -> None:
    """To sizes that divide the image's."""
    x, dims = _signal(b)
    sizes = tuple(_divisor(b, n) for n in b.shape(x)[2:])
    b.emit(f"F.adaptive_{b.choice(('avg', 'max'))}_pool{dims}d({x}, {sizes})")


def interpolate(b: Builder) -> None:
    x, dims = _signal(b)
    sizes = tuple(b.integer(1, 5) for _ in range(dims))
    mode = b.choice(("nearest", "nearest-exact", ("linear", "bilinear")[dims - 1], "corners"))
    if mode == "corners":
        mode = ("linear", "bilinear")[dims - 1]
        b.emit(f"F.interpolate({x}, size={sizes}, mode='{mode}', align_corners=True)")
    elif b.flag():
        b.emit(f"F.interpolate({x}, scale_factor={b.choice((2, 1.5))}, mode='{mode}')")
    else:
        b.emit(f"F.interpolate({x}, size={sizes}, mode='{mode}')")


def pixel_shuffle(b: Builder) -> None:
    x = b.operand((4,))
    channels, height, width = b.shape(x)[1:]
    if channels % 4 == 0:
        b.emit(f"F.pixel_shuffle({x}, 2)")
    elif height % 2 == 0 and width % 2 == 0:
        b.emit(f"F.pixel_unshuffle({x}, 2)")


OPS = (
    convolution, convolution, same_convolution, transposed_convolution, pool, pool, adaptive_pool, interpolate,
    pixel_shuffle,
)  # fmt: skip
