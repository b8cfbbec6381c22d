"""Ops that move values: shapes, pieces, indices."""

from __future__ import annotations

from .builder import Builder


def reshape(b: Builder) -> None:
    """Merges neighbouring dimensions, or splits one."""
    x = b.operand((1, 2, 3, 4))
    shape = list(b.shape(x))
    dim = b.integer(0, len(shape) - 1)
    if dim + 1 < len(shape):
        shape[dim : dim + 2] = [shape[dim] * shape[dim + 1]]
    else:
        factor = b.choice([f for f in range(1, shape[dim] + 1) if shape[dim] % f == 0])
        shape[dim:] = [factor, shape[dim] // factor]
    b.emit(b.choice((f"{x}.reshape({tuple(shape)})", f"{x}.reshape(-1)", f"{x}.flatten({dim})")))


def permute(b: Builder) -> None:
    x = b.operand((2, 3, 4))
    rank = len(b.shape(x))
    b.emit(b.choice((f"{x}.transpose({b.dim(rank)}, {b.dim(rank)})", f"{x}.permute({b.permutation(rank)})")))


def unsqueeze(b: Builder) -> None:
    x = b.operand((0, 1, 2, 3))
    b.emit(b.choice((f"{x}.unsqueeze({b.dim(len(b.shape(x)) + 1)})", f"{x}.squeeze()")))


def expand(b: Builder) -> None:
    x = b.operand((0, 1, 2, 3))
    shape = b.shape(x)
    repeats = tuple(b.integer(1, 2) for _ in range(len(shape) + b.integer(0, 1)))
    expanded = (b.integer(1, 3), *(b.integer(1, 3) if size == 1 else -1 for size in shape))
    b.emit(b.choice((f"{x}.expand({expanded})", f"{x}.repeat({repeats})" if repeats else f"{x}.expand({expanded})")))


def slice_(b: Builder) -> None:
    x = b.operand((1, 2, 3, 4))
    shape = b.shape(x)
    dim = b.integer(0, len(shape) - 1)
    start = b.integer(0, shape[dim] - 1)
    end, step = b.integer(start + 1, shape[dim]), b.integer(1, 2)
    before = ":, " * dim
    b.emit(b.choice((f"{x}[{before}{start}:{end}:{step}]", f"{x}[{before}{start}]", f"{x}[..., {-shape[-1]}]")))


def split(b: Builder) -> None:
    x = b.operand((1, 2, 3, 4))
    rank = len(b.shape(x))
    dim = b.dim(rank)
    size = b.shape(x)[dim]
    first = b.integer(1, size)
    kind = b.choice(("split", "unbind", "chunk"))
    if kind == "unbind":
        b.emit(f"{x}.unbind({dim})", size)
    elif kind == "chunk":
        b.emit(f"{x}.chunk(1, {dim})", 1)
    elif first < size:
        b.emit(f"{x}.split([{first}, {size - first}], {dim})", 2)
    else:
        b.emit(f"{x}.split({first}, {dim})", 1)


def cat(b: Builder) -> None:
    x = b.operand((1, 2, 3, 4))
    shape = b.shape(x)
    dim = b.dim(len(shape))
    others = [b.weight(*shape) for _ in range(b.integer(0, 2))]
    values = ", ".join([*others, x] if b.flag() else [x, *others])
    b.emit(b.choice((f"torch.cat([{values}], {dim})", f"torch.stack([{values}], {dim})")))


def pad(b: Builder) -> None:
    """By a constant, also negatively (which crops), by reflection, repetition or around."""
    x = b.operand((2, 3, 4))
    shape = b.shape(x)
    mode = b.choice(("constant", "reflect", "replicate", "circular")) if len(shape) > 2 else "constant"
    if mode == "constant":
        low = -1 if shape[-1] > 2 else 0
        pads = [b.integer(low, 2) for _ in range(2)]
        pads += [b.integer(0, 1) for _ in range(2)] if b.flag() else []
        b.emit(f"F.pad({x}, {pads}, value={b.choice((0.0, 0.5))})")
        return
    pads = [b.integer(0, min(2, size - 1)) for size in reversed(shape[2:]) for _ in range(2)]
    b.emit(f"F.pad({x}, {pads}, mode='{mode}')")


def rearrange(b: Builder) -> None:
    x = b.operand((1, 2, 3))
    rank = len(b.shape(x))
    dim = b.dim(rank)
    options = [f"{x}.flip({b.dims(rank)})", f"{x}.roll({b.integer(-2, 2)}, {dim})", f"{x}.repeat_interleave(2, {dim})"]
    if rank > 1:
        options += [f"{x}.tril({b.integer(-1, 1)})", f"{x}.triu({b.integer(-1, 1)})", f"{x}.diagonal(0, 0, 1)"]
    size = b.integer(1, b.shape(x)[dim])
    options += [f"{x}.unfold({dim}, {size}, {b.integer(1, 2)})"]
    b.emit(b.choice(options))


def embedding(b: Builder) -> None:
    table = b.operand((2,))
    index = b.leaf("int", b.sizes((1, 2)), b.shape(table)[0])
    b.emit(b.choice((f"F.embedding({index}, {table})", f"F.embedding({index}, {table}, padding_idx=0)")))


def take(b: Builder) -> None:
    x = b.operand((1, 2, 3))
    shape = b.shape(x)
    dim = b.integer(0, len(shape) - 1)
    kind = b.choice(("index_select", "gather", "index", "take_along_dim"))
    if kind in ("index_select", "index"):
        index = b.leaf("int", (b.integer(1, 4),), shape[dim])
        before = ":, " * dim
        b.emit(f"{x}.index_select({dim}, {index})" if kind == "index_select" else f"{x}[{before}{index}]")
        return
    sizes = [b.integer(1, 4) if d == dim else size for d, size in enumerate(shape)]
    index = b.leaf("int", sizes, shape[dim])
    b.emit(f"torch.gather({x}, {dim}, {index})" if kind == "gather" else f"torch.take_along_dim({x}, {index}, {dim})")


def index_pairs(b: Builder) -> None:
    x = b.operand((2, 3))
    shape, count = b.shape(x), b.integer(1, 4)
    first, second = (b.leaf("int", (count,), size) for size in shape[:2])
    b.emit(f"{x}[{first}, {second}]")


def scatter(b: Builder) -> None:
    """Writes one piece of a value."""
    x = b.operand((2, 3))
    shape = b.shape(x)
    b.emit(f"torch.select_scatter({x}, {b.weight(*shape[1:])}, 0, {b.integer(0, shape[0] - 1)})")


def meshgrid(b: Builder) -> None:
    x = b.operand((1,))
    b.emit(f"torch.meshgrid({x}, {b.weight(2)}, indexing='{b.choice(('ij', 'xy'))}')", 2)


def one_hot(b: Builder) -> None:
    x = b.operand((2,))
    index = b.leaf("int", b.shape(x)[:1], b.shape(x)[1])
    b.emit(f"F.one_hot({index}, {b.shape(x)[1]}) * {x}")


def arange(b: Builder) -> None:
    x = b.operand((1, 2))
    size = b.shape(x)[-1]
    b.emit(b.choice((f"torch.arange({size}) * {x}", f"(torch.arange({size}) % 2 == 0) * {x}")))


OPS = (
    reshape, permute, unsqueeze, expand, slice_, split, cat, pad, rearrange,
    embedding, take, index_pairs, scatter, meshgrid, one_hot, arange,
)  # fmt: skip
