"""Reductions, scans and losses."""

from __future__ import annotations

from .builder import Builder

ALL = ("{x}.sum()", "{x}.mean()", "{x}.max()", "{x}.min()", "torch.amax({x})", "({x} * 0.5 + 1).prod()")
OVER_DIMS = (
    "{x}.sum({d}, keepdim={k})",
    "{x}.mean({d}, keepdim={k})",
    "torch.amax({x}, {d}, keepdim={k})",
    "torch.amin({x}, {d}, keepdim={k})",
    "torch.logsumexp({x}, {d}, keepdim={k})",
    "torch.var({x}, {d}, correction=0, keepdim={k})",
    "torch.std({x} * 2 + {c}, {d}, correction=0, keepdim={k}) + {x}.sum({d}, keepdim={k})",
    "torch.linalg.vector_norm({x} + 4, 2, {d}, {k})",
    "torch.linalg.vector_norm({x}, 1, {d}, {k})",
)
OVER_DIM = (
    "F.softmax({x}, {d})",
    "F.log_softmax({x}, {d})",
    "F.softmin({x}, {d})",
    "torch.cumsum({x}, {d})",
    "torch.cumprod({x} * 0.25 + 1, {d})",
    "({x} * 0.5 + 1).prod({d})",
    "torch.max({x}, {d}).values",
    "torch.min({x}, {d}, keepdim=True)[0]",
    "torch.sort({x}, {d}).values",
    "torch.sort({x}, {d}, descending=True)[0]",
    "torch.topk({x}, 1, {d}).values",
    "torch.argmax({x}, {d}, keepdim=True) * {x}",
    "torch.argmin({x}, {d}, keepdim=True) + {x}",
    "torch.cat([torch.diff({x}, dim={d}), {x}], {d})",
)
LOSSES = (
    "F.mse_loss({x}, {y}{r})",
    "F.l1_loss({x}, {y}{r})",
    "F.smooth_l1_loss({x}, {y}{r}, beta=0.5)",
    "F.huber_loss({x}, {y}{r}, delta=0.75)",
    "F.binary_cross_entropy_with_logits({x}, torch.sigmoid({y}){r})",
    "F.binary_cross_entropy(torch.sigmoid({x}), torch.sigmoid({y}){r})",
    "F.kl_div(F.log_softmax({x}, -1), F.softmax({y}, -1){r})",
    "F.soft_margin_loss({x}, torch.sign({y}.detach()){r})",
    "F.poisson_nll_loss({x} * 0.25, {y} * {y}{r})",
    "F.hinge_embedding_loss({x}, torch.sign({y}.detach()){r})",
)
REDUCTIONS = ("", ", reduction='sum'", ", reduction='none'")


def reduce_all(b: Builder) -> None:
    b.emit(b.choice(ALL).format(x=b.operand()))


def reduce_dims(b: Builder) -> None:
    x = b.operand((1, 2, 3, 4))
    d = b.dims(len(b.shape(x)))
    b.emit(b.choice(OVER_DIMS).format(x=x, d=d, k=b.flag(), c=b.weight(b.shape(x)[-1])))


def variance(b: Builder) -> None:
    """Unbiased, over more than one element."""
    x = b.operand((1, 2, 3, 4))
    dim = b.dim(len(b.shape(x)))
    if b.shape(x)[dim] > 1:
        b.emit(f"{x}.var({dim}, keepdim={b.flag()})")


def along_dim(b: Builder) -> None:
    x = b.operand((1, 2, 3, 4))
    b.emit(b.choice(OVER_DIM).format(x=x, d=b.dim(len(b.shape(x)))))


def loss(b: Builder) -> None:
    x = b.operand((1, 2, 3))
    b.emit(b.choice(LOSSES).format(x=x, y=b.weight(*b.shape(x)), r=b.choice(REDUCTIONS)))


def cross_entropy(b: Builder) -> None:
    x = b.operand((2, 3, 4))
    batch, classes, *rest = b.shape(x)
    reduction = b.choice(REDUCTIONS)
    weight = f", weight={b.leaf('float', (classes,))} ** 2 + 0.25" if b.flag() else ""
    smoothing = b.choice(("", ", label_smoothing=0.25"))
    ignored = b.choice(("", ", ignore_index=0")) if batch > 3 else ""
    kind = b.choice(("classes", "probabilities", "nll"))
    target = b.leaf("int", (batch, *rest), classes)
    if kind == "classes":
        b.emit(f"F.cross_entropy({x}, {target}{weight}{reduction}{smoothing}{ignored})")
    elif kind == "nll":
        b.emit(f"F.nll_loss(F.log_softmax({x}, 1), {target}{weight}{reduction}{ignored})")
    else:
        b.emit(f"F.cross_entropy({x}, F.softmax({b.weight(batch, classes, *rest)}, 1){weight}{reduction}{smoothing})")


def cosine(b: Builder) -> None:
    """Along several elements, with another value: of one element's direction, its sign, and of a value's cosine with
    itself all of the gradient is rounding.
    """
    x = b.operand((2, 3))
    dims = [dim for dim, size in enumerate(b.shape(x)) if size > 1]
    other = b.weight(*b.shape(x)) if dims else x
    if other != x:
        b.emit(f"F.cosine_similarity({x}, {other}, {b.choice(dims)}, eps=0.01)")


OPS = (reduce_all, reduce_dims, reduce_dims, variance, along_dim, along_dim, loss, cross_entropy, cosine)
