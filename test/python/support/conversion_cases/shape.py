"""Views, permutations, slices, concatenation, padding."""

from __future__ import annotations

import torch
from support.conversions import Case, normal
from torch.nn import functional

X = normal(2, 3, 4)
ONES = normal(2, 1, 3, 1)
I = torch.arange(12).reshape(3, 4)  # noqa: E741


def _assigned(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """In-place assignments to parts of a copy."""
    result = x.clone()
    result[0] = y
    result[:, 1:] = 2.0
    result[:, 0, ::2] = y[0, :2]
    result[1, -1] *= 3
    return result


CASES = [
    Case(
        "empty-pieces",
        lambda x: (
            torch.cat([x[:, 3:], x], 1),
            torch.cat([x[:1].diff(n=2, dim=0), 2 * x[2:], x]),
            x[:, 3:].sum(1) + x.sum(1),
        ),
        [normal(2, 3, 4)],
    ),
    Case("view", lambda x: (x.view(6, 4), x.view(-1), x.view(2, -1, 2)), [X]),
    Case("reshape", lambda x: (x.reshape(4, 6), x.transpose(0, 2).reshape(6, 4)), [X]),
    Case("flatten", lambda x: (x.flatten(), x.flatten(1), x.flatten(0, 1)), [X]),
    Case("unflatten", lambda x: x.unflatten(-1, (2, 2)), [X]),
    Case("squeeze", lambda x: (x.squeeze(), x.squeeze(1), x.squeeze((1, 3)), x.squeeze(0)), [ONES]),
    Case("unsqueeze", lambda x: (x.unsqueeze(0), x.unsqueeze(-1), x[:, None]), [X]),
    Case("view-as", lambda x, y: x.view_as(y), [X, normal(6, 4)]),
    Case("permute", lambda x: (x.permute(2, 0, 1), x.permute(0, -1, 1)), [X]),
    Case("transpose", lambda x: (x.transpose(1, 2), x.transpose(-1, 0), x.mT, x.swapaxes(0, 1)), [X]),
    Case("matrix-transpose", lambda x: (x[0].t(), x[0].T, x[0, 0].t()), [X]),
    Case("movedim", lambda x: (x.movedim(0, -1), x.movedim(2, 0)), [X]),
    Case("expand", lambda x: (x.expand(2, 5, 3, 4), x.expand(-1, -1, -1, 2)), [ONES]),
    Case("expand-as", lambda x, y: (y.expand_as(x), torch.broadcast_to(y, (2, 3, 4))), [X, normal(3, 1)]),
    Case("repeat", lambda x: (x.repeat(2, 1, 3), x.repeat(2, 1, 1, 1)), [X]),
    Case("slice", lambda x: (x[:, 1:], x[..., :-1], x[:, -2:], x[1:, :2, 1:3]), [X]),
    Case("slice-with-step", lambda x: (x[..., ::2], x[:, ::2], x[:, :, 1::3]), [X]),
    Case("slice-beyond-the-end", lambda x: x[:, 1:100], [X]),
    Case("slice-everything", lambda x: x[:, :], [X]),
    Case("select", lambda x: (x[0], x[:, -1], x[..., 0], x[1, 2, 3]), [X]),
    Case("narrow", lambda x: (x.narrow(1, 1, 2), x.narrow(-1, -3, 2)), [X]),
    Case("split", lambda x: (*x.split(2, 2), *x.split([1, 2], 1), *x.split(3, -1)), [X]),
    Case("chunk", lambda x: (*x.chunk(2), *x.chunk(2, -1), *x.chunk(3, 2)), [X]),
    Case("unbind", lambda x: x.unbind(1), [X]),
    Case("cat", lambda x, y: (torch.cat([x, y]), torch.cat([x, y, x], -1), torch.concat([x, y], 1)), [X, 2 * X]),
    Case("cat-of-mixed-types", lambda x, i: torch.cat([x[0], i]), [X, I]),
    Case("stack", lambda x, y: (torch.stack([x, y]), torch.stack([x, y], -1), torch.stack([x, y], 1)), [X, 2 * X]),
    Case(
        "pad",
        lambda x: (functional.pad(x, (1, 2)), functional.pad(x, (0, 1, 2, 0)), functional.pad(x, (1, 1), value=3.0)),
        [X],
    ),
    Case("pad-negative", lambda x: (functional.pad(x, (-1, 0)), functional.pad(x, (2, -1, -1, 1), value=0.5)), [X]),
    # One background of 64-bit elements for two insertions.
    Case("pad-integers-twice", lambda i: (functional.pad(i, (1, 0), value=7), functional.pad(i, (0, 1), value=7)), [I]),
    Case("pad-doubles-twice", lambda i: tuple(functional.pad(i.double(), p, value=0.3) for p in ((1, 0), (0, 1))), [I]),
    Case("pad-integers", lambda i: functional.pad(i, (1, 0), value=-7), [I]),
    Case("slices-of-integers", lambda i: (i[:, 1:3], i[-1], i.t(), i.flatten()), [I]),
    Case("shifted", lambda x: torch.cat([x[:, 1:], x[:, :1]], 1), [X]),
    Case("flip", lambda x: (x.flip(0), x.flip(1, 2), x.fliplr(), x.rot90()), [X]),
    Case("flip-long", lambda x: x.flip(1), [normal(2, 20)]),
    Case("roll", lambda x: (x.roll(1, 1), x.roll((1, -3), (0, 2)), x.roll(5)), [X]),
    Case("repeat-interleave", lambda x: (x.repeat_interleave(2, 1), x.repeat_interleave(3)), [X]),
    Case("assigned-slices", _assigned, [X, normal(3, 4, seed=1)]),
    Case("diagonal", lambda x: (x[0].diagonal(), x.diagonal(1, 1, 2), x.diagonal(-1, 2, 1), x[0, :, :3].trace()), [X]),
    Case("windows", lambda x: (x.unfold(1, 2, 1), x.unfold(-1, 2, 2)), [X]),
    Case(
        "pad-by-itself",
        lambda x: tuple(functional.pad(x, (2, 1, 0, 1), mode) for mode in ("reflect", "replicate", "circular")),
        [normal(1, 2, 3, 4)],
    ),
]
