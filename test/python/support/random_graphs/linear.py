"""Products of matrices, attention and normalisation."""

from __future__ import annotations

import math

from .builder import Builder


def linear(b: Builder) -> None:
    x = b.operand((1, 2, 3, 4))
    features, size = b.shape(x)[-1], b.integer(1, 6)
    bias = b.weight(size) if b.flag() else None
    b.emit(f"F.linear({x}, {b.weight(size, features)}, {bias})")


def matmul(b: Builder) -> None:
    """All combinations of ranks from 1; batch dimensions broadcast."""
    x = b.operand((1, 2, 3, 4))
    *batch, inner = b.shape(x)
    batch = [size if b.flag() else 1 for size in batch[:-1]]
    batch = batch[b.integer(0, len(batch)) :]
    shape = (inner,) if b.flag() else (*batch, inner, b.integer(1, 4))
    y = b.weight(*shape)
    b.emit(b.choice((f"{x} @ {y}", f"torch.matmul({x}, {y})")))


def gram(b: Builder) -> None:
    """Both operands come from one value."""
    x = b.operand((2, 3, 4))
    b.emit(b.choice(("{x} @ {x}.mT", "{x}.mT @ {x}")).format(x=x))


def bmm(b: Builder) -> None:
    x = b.operand((3,))
    batch, rows, inner = b.shape(x)
    y = b.weight(batch, inner, b.integer(1, 4))
    columns = b.shape(y)[-1]
    c = b.weight(*((columns,) if b.flag() else (batch, rows, columns)))
    b.emit(b.choice((f"torch.bmm({x}, {y})", f"torch.baddbmm({c}, {x}, {y}, beta=0.5, alpha=0.75)")))


def addmm(b: Builder) -> None:
    x = b.operand((2,))
    y = b.weight(b.shape(x)[1], b.integer(1, 4))
    columns = b.shape(y)[1]
    c = b.weight(*b.choice(((columns,), (b.shape(x)[0], columns), (1, columns))))
    b.emit(b.choice((f"torch.mm({x}, {y})", f"torch.addmm({c}, {x}, {y}, beta=0.5, alpha=2)")))


def einsum(b: Builder) -> None:
    x = b.operand((3,))
    i, j, k = b.shape(x)
    term, shape = b.choice(
        (("ijk,kl->ijl", (k, 3)), ("ijk,ljk->il", (2, j, k)), ("ijk,ij->jk", (i, j)), ("ijk,k->ji", (k,)))
    )
    b.emit(f"torch.einsum('{term}', {x}, {b.weight(*shape)})")


def outer(b: Builder) -> None:
    x = b.operand((1,))
    size = b.shape(x)[0]
    b.emit(b.choice((f"torch.outer({x}, {b.weight(3)})", f"torch.dot({x}, {b.weight(size)})")))


def attention(b: Builder) -> None:
    q = b.operand((3, 4))
    *batch, length, depth = b.shape(q)
    keys = b.integer(1, 4)
    k, v = b.weight(*batch, keys, depth), b.weight(*batch, keys, b.integer(1, 4))
    mask = b.choice(("", "causal", "float", "bool"))
    options = {
        "": "",
        "causal": ", is_causal=True",
        "float": f", attn_mask={b.weight(length, keys)}" if mask == "float" else "",
        # A row without any key has no defined result: the first key always stays.
        "bool": f", attn_mask=torch.ones({length}, {keys}, dtype=torch.bool).tril()" if mask == "bool" else "",
    }[mask]
    scale = b.choice(("", ", scale=0.5"))
    b.emit(f"F.scaled_dot_product_attention({q}, {k}, {v}{options}{scale})")


def layer_norm(b: Builder) -> None:
    x = b.operand((1, 2, 3, 4))
    shape = b.shape(x)
    shape = shape[b.integer(0, len(shape) - 1) :]
    w, bias = (b.weight(*shape) if b.flag() else None for _ in range(2))
    b.emit(f"F.layer_norm({x}, {shape}, {w}, {bias}, eps=0.01)")


def rms_norm(b: Builder) -> None:
    x = b.operand((1, 2, 3))
    shape = b.shape(x)[-1:]
    b.emit(f"F.rms_norm({x}, {shape}, {b.weight(*shape) if b.flag() else None}, eps=0.01)")


def group_norm(b: Builder) -> None:
    x = b.operand((2, 3, 4))
    channels = b.shape(x)[1]
    # torch refuses statistics of one element.
    most = channels if math.prod(b.shape(x)) > channels else channels // 2
    divisors = [g for g in range(1, most + 1) if channels % g == 0]
    if not divisors:
        return
    groups = b.choice(divisors)
    # torch fails on a bias without a weight.
    w, bias = (b.weight(channels), b.weight(channels)) if b.flag() else (None, None)
    b.emit(f"F.group_norm({x}, {groups}, {w}, {bias}, eps=0.01)")


def batch_norm(b: Builder) -> None:
    """By the batch's statistics, or by given ones."""
    x = b.operand((2, 3, 4))
    batch, channels, *rest = b.shape(x)
    w, bias = (b.weight(channels) if b.flag() else None for _ in range(2))
    mean, training = None, True
    if (batch == 1 and all(size == 1 for size in rest)) or b.flag():
        mean, training = b.leaf("float", (channels,)), False
    variance = f"{mean} * {mean} + 0.5" if mean else None
    b.emit(f"F.batch_norm({x}, {mean}, {variance}, {w}, {bias}, {training}, eps=0.01)")


def instance_norm(b: Builder) -> None:
    x = b.operand((3, 4))
    if all(size == 1 for size in b.shape(x)[2:]):
        return
    w, bias = (b.weight(b.shape(x)[1]) if b.flag() else None for _ in range(2))
    b.emit(f"F.instance_norm({x}, weight={w}, bias={bias}, eps=0.01)")


def normalize(b: Builder) -> None:
    x = b.operand((1, 2, 3))
    b.emit(f"F.normalize({x} + 0.125, dim={b.dim(len(b.shape(x)))})")


OPS = (
    linear, matmul, gram, bmm, addmm, einsum, outer, attention,
    layer_norm, rms_norm, group_norm, batch_norm, instance_norm, normalize,
)  # fmt: skip
