"""Connectionist temporal classification (Graves et al. 2006) in ops that torch.export can trace: torch's own decides by
the values of the lengths.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch.nn import functional as F

from pock_mlir.errors import CompileError
from pock_mlir.frontends.torch.packed_sequences import constant_lengths

Lengths = torch.Tensor | Sequence[int]

# Stands for log 0: sums of it are finite, and so are all gradients.
_NEVER = -1e30
_LOST = -1e29
_NONE, _MEAN, _SUM = range(3)


def ctc_loss(
    log_probs: torch.Tensor,
    targets: torch.Tensor,
    input_lengths: Lengths,
    target_lengths: Lengths,
    blank: int = 0,
    reduction: int = _MEAN,
    zero_infinity: bool = False,
) -> torch.Tensor:
    """torch.ctc_loss: minus the logarithm of the probability of all ways to say `targets`.

    `log_probs` [T, N, C] or [T, C]; `targets` [N, S], or [sum of the lengths] where these are constants; the lengths
    tensors [N], which may be inputs of the program, or numbers. Raises CompileError for lengths that must be constants.
    """
    is_batched = log_probs.ndim == 3
    if not is_batched:
        log_probs, targets = log_probs.unsqueeze(1), targets.reshape(1, -1)
    if log_probs.dtype in (torch.float16, torch.bfloat16):
        log_probs = log_probs.float()
    padded = targets if targets.ndim == 2 else _padded(targets, target_lengths)
    count = log_probs.shape[1]
    spoken, length = (_tensor(lengths, count, padded.device) for lengths in (input_lengths, target_lengths))
    total = _log_likelihood(log_probs, padded.long(), spoken, length, blank)
    losses = _as_torch(total, log_probs, spoken, zero_infinity)
    if reduction == _MEAN:
        return (losses / length.clamp(min=1).to(losses.dtype)).mean()
    if reduction == _SUM:
        return losses.sum()
    return losses if is_batched else losses.squeeze(0)


def _log_likelihood(
    log_probs: torch.Tensor, targets: torch.Tensor, spoken: torch.Tensor, length: torch.Tensor, blank: int
) -> torch.Tensor:
    """One for each row of the batch, [N]: at most `_LOST` where the target cannot be said."""
    time, count, _ = log_probs.shape
    most = targets.shape[1]
    # The targets with a blank before, between and behind them; and what is behind their end is never read.
    inside = torch.arange(most, device=targets.device) < length[:, None]
    labels = torch.where(inside, targets, torch.full_like(targets, blank))
    labels = torch.stack([torch.full_like(labels, blank), labels], 2).reshape(count, 2 * most)
    labels = F.pad(labels, (0, 1), value=blank)
    said = log_probs.gather(2, labels.expand(time, count, 2 * most + 1)).clamp(min=_NEVER)
    skips = F.pad(labels[:, 2:] != labels[:, :-2], (2, 0), value=False)
    # Two states before the first that are never reached; before the first moment all is in the first one.
    alpha = F.pad(log_probs.new_zeros(count, 1), (2, 2 * most), value=_NEVER)
    never = alpha[:, :1].expand(count, 2 * most + 1)
    for t in range(time):
        ways = alpha[:, 2:], alpha[:, 1:-1], torch.where(skips, alpha[:, :-2], never)
        new = F.pad(_logaddexp(ways) + said[t], (2, 0), value=_NEVER)
        alpha = torch.where((t < spoken)[:, None], new, alpha)
    state = torch.arange(2 * most + 1, device=targets.device)
    ends = (state == 2 * length[:, None]) | (state == 2 * length[:, None] - 1)
    return torch.where(ends, alpha[:, 2:], never).logsumexp(1)


def _logaddexp(values: Sequence[torch.Tensor]) -> torch.Tensor:
    a, b, c = values
    largest = torch.maximum(torch.maximum(a, b), c).detach()
    return largest + torch.log(torch.exp(a - largest) + torch.exp(b - largest) + torch.exp(c - largest))


def _as_torch(total: torch.Tensor, log_probs: torch.Tensor, spoken: torch.Tensor, zero_infinity: bool) -> torch.Tensor:
    """The losses with torch's gradient: that of the sum of the probabilities comes on top, which is nothing where they
    are a softmax's; and a loss of infinity has one of NaN, where it is not to be zero.
    """
    is_lost = total.detach() < _LOST
    moments = torch.arange(log_probs.shape[0], device=spoken.device)[:, None] < spoken
    sums = torch.where(moments, log_probs.exp().sum(2), torch.zeros_like(log_probs[:, :, 0])).sum(0)
    loss = (sums - sums.detach()) - total
    if zero_infinity:
        return torch.where(is_lost, torch.zeros_like(loss), loss)
    lost = -torch.log(torch.where(is_lost, 0.0 * sums, torch.ones_like(sums)))
    return torch.where(is_lost, lost, loss)


def _padded(targets: torch.Tensor, lengths: Lengths) -> torch.Tensor:
    """Targets one after the other as rows [N, longest]."""
    sizes = constant_lengths(lengths)
    if sizes is None:
        raise CompileError(
            "ctc_loss takes targets one after the other (1-D) only with target lengths that are constants; give them "
            "padded, as a tensor [batch, longest]"
        )
    if sum(sizes) > targets.shape[0]:
        raise CompileError(f"ctc_loss has {targets.shape[0]} targets, the target lengths are {sizes}")
    rows = targets[: sum(sizes)].split(sizes)
    return torch.stack([F.pad(row, (0, max(sizes) - size)) for row, size in zip(rows, sizes, strict=True)])


def _tensor(lengths: Lengths, count: int, device: torch.device) -> torch.Tensor:
    if not isinstance(lengths, torch.Tensor):
        lengths = torch.tensor(lengths, device=device)
    return lengths.long().reshape(-1).expand(count)
