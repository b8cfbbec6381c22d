"""Packed sequences (`torch.nn.utils.rnn`) in a form that torch.export can trace: a packed batch has sizes that depend
on the lengths, the padded one with a mask has not.

What `pack_padded_sequence` gives is, in a trace, a `PackedSequence` of `PackedData`. Only recurrent networks and
`pad_packed_sequence` take it; the rows stay in their order, so that nothing is sorted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

import torch
from torch.nn import functional as F
from torch.nn.utils import rnn

from pock_mlir.compat.torch import PAD_PACKED_SEQUENCE, native_functions, unset_fake_temporarily
from pock_mlir.errors import CompileError
from pock_mlir.frontends.torch.patches import patched

_ONLY = (
    "a packed sequence goes into nn.LSTM, nn.GRU, nn.RNN and pad_packed_sequence only; do all else to the padded "
    "batch, before it is packed or after"
)


class PackedSizes:
    """The `batch_sizes` of a packed sequence: the lengths of its rows, as a tensor [N], and as numbers where they are
    constants of the trace.
    """

    device = torch.device("cpu")

    def __init__(self, lengths: torch.Tensor, numbers: list[int] | None, count: int) -> None:
        self.lengths, self.numbers, self.count = lengths, numbers, count

    def __getitem__(self, index: Any) -> int:
        if index != 0:
            raise CompileError(_ONLY)
        return self.count

    def size(self, dimension: int) -> int:
        return _Unknown() if self.numbers is None else max(self.numbers)

    def is_inside(self, t: int) -> torch.Tensor | None:
        """[N]: which rows have a moment t; None for all of them."""
        if self.numbers is not None and t < min(self.numbers):
            return None
        return t < self.lengths


class _Unknown(int):
    """The length of the longest sequence, where it is no constant."""


class PackedData:
    """The `data` of a packed sequence: the `padded` batch [time, N, features]."""

    def __init__(self, padded: torch.Tensor) -> None:
        self.padded = padded
        self.dtype, self.device = padded.dtype, padded.device

    def dim(self) -> int:
        return self.padded.ndim - 1

    def size(self, dimension: int) -> int:
        if dimension != -1:
            raise CompileError(_ONLY)
        return self.padded.shape[-1]

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise CompileError(_ONLY)


@contextmanager
def traceable_packing() -> Iterator[None]:
    """Packs and unpacks, and runs recurrent networks, in this form for a while."""
    # The model's code has the functions themselves: what they run is replaced.
    functions: dict[Any, Any] = {rnn.pack_padded_sequence: _pack, rnn.pack_sequence: _pack_several}
    codes = {function: function.__code__ for function in functions}
    try:
        for function, replacement in functions.items():
            function.__code__ = replacement.__code__
        with ExitStack() as stack:
            stack.enter_context(patched(*PAD_PACKED_SEQUENCE, _unpack))
            for name, cell in _CELLS.items():
                network = _recurrent(getattr(native_functions, name), cell)
                stack.enter_context(patched(native_functions, name, network))
            yield
    finally:
        for function, code in codes.items():
            function.__code__ = code


def _pack(input: Any, lengths: Any, batch_first: Any = False, enforce_sorted: Any = True) -> Any:
    from pock_mlir.frontends.torch.packed_sequences import pack  # it runs among torch's names

    return pack(input, lengths, batch_first)


def _pack_several(sequences: Any, enforce_sorted: Any = True) -> Any:
    from pock_mlir.frontends.torch.packed_sequences import pack_several  # it runs among torch's names

    return pack_several(sequences)


def pack_several(sequences: Sequence[torch.Tensor]) -> rnn.PackedSequence:
    """torch's `pack_sequence`, for sequences [time, ...]."""
    return pack(rnn.pad_sequence(list(sequences)), [sequence.shape[0] for sequence in sequences], batch_first=False)


def pack(x: torch.Tensor, lengths: torch.Tensor | Sequence[int], batch_first: bool) -> rnn.PackedSequence:
    """torch's `pack_padded_sequence`, for x [N, time, ...] or [time, N, ...] and lengths [N]."""
    x = x.transpose(0, 1) if batch_first else x
    numbers = constant_lengths(lengths)
    if numbers is not None:
        if len(numbers) != x.shape[1] or min(numbers) < 1 or max(numbers) > x.shape[0]:
            raise CompileError(
                f"pack_padded_sequence has lengths {numbers} for {x.shape[1]} sequences of at most {x.shape[0]}"
            )
        x = x[: max(numbers)]
        lengths = torch.tensor(numbers, device=x.device)
    assert isinstance(lengths, torch.Tensor)
    sizes: Any = PackedSizes(lengths.to(x.device), numbers, x.shape[1])
    data: Any = PackedData(x)
    return rnn.PackedSequence(data, sizes)


def constant_lengths(lengths: torch.Tensor | Sequence[int]) -> list[int] | None:
    """The lengths, where the trace knows them."""
    if not isinstance(lengths, torch.Tensor):
        return None if any(isinstance(length, torch.Tensor) for length in lengths) else [int(n) for n in lengths]
    if type(lengths) is not torch.Tensor:
        return None
    with unset_fake_temporarily():
        return [int(length) for length in lengths.reshape(-1).tolist()]


def _unpack(
    data: Any, sizes: Any, batch_first: bool, padding_value: float, total_length: int
) -> tuple[torch.Tensor, torch.Tensor]:
    if not isinstance(data, PackedData):
        raise CompileError(_ONLY)
    if isinstance(total_length, _Unknown):
        raise CompileError(
            "pad_packed_sequence of lengths that are inputs gives as much as the longest of them, which is no "
            "constant; say total_length=..., or give the lengths as constants"
        )
    x = data.padded
    if total_length > x.shape[0]:
        x = F.pad(x, (0, 0) * (x.ndim - 1) + (0, total_length - x.shape[0]))
    elif total_length < x.shape[0]:
        raise CompileError(
            f"pad_packed_sequence(total_length={total_length}) of lengths that are inputs is less than their batch has "
            f"({x.shape[0]})"
        )
    moments = torch.arange(x.shape[0], device=x.device)[:, None] < sizes.lengths
    moments = moments.reshape(*moments.shape, *[1] * (x.ndim - 2))
    x = torch.where(moments, x, torch.full_like(x, padding_value))
    return (x.transpose(0, 1) if batch_first else x), sizes.lengths


# Recurrent networks.

State = tuple[torch.Tensor, ...]
Cell = Callable[[torch.Tensor, State, Sequence[torch.Tensor]], State]


def _lstm(projected: torch.Tensor, state: State, weights: Sequence[torch.Tensor]) -> State:
    """h, c; `weights`: of the state, its bias if any, and the projection of h if any."""
    (h, c), (weight, bias, projection) = state, _parts(weights)
    i, f, g, o = (projected + F.linear(h, weight, bias)).chunk(4, -1)
    c = f.sigmoid() * c + i.sigmoid() * g.tanh()
    h = o.sigmoid() * c.tanh()
    return (h if projection is None else F.linear(h, projection)), c


def _gru(projected: torch.Tensor, state: State, weights: Sequence[torch.Tensor]) -> State:
    (h,), (weight, bias, _) = state, _parts(weights)
    (r, z, n), (hr, hz, hn) = projected.chunk(3, -1), F.linear(h, weight, bias).chunk(3, -1)
    z, n = (z + hz).sigmoid(), (n + (r + hr).sigmoid() * hn).tanh()
    return (n + z * (h - n),)


def _plain(activation: Callable[[torch.Tensor], torch.Tensor]) -> Cell:
    def cell(projected: torch.Tensor, state: State, weights: Sequence[torch.Tensor]) -> State:
        (h,), (weight, bias, _) = state, _parts(weights)
        return (activation(projected + F.linear(h, weight, bias)),)

    return cell


def _parts(weights: Sequence[torch.Tensor]) -> tuple[torch.Tensor, torch.Tensor | None, torch.Tensor | None]:
    """The state's weight, its bias, and the projection, which is the only further matrix."""
    bias = next((w for w in weights[1:] if w.ndim == 1), None)
    return weights[0], bias, next((w for w in weights[1:] if w.ndim == 2), None)


_CELLS: dict[str, Cell] = {
    "lstm": _lstm,
    "gru": _gru,
    "rnn_tanh": _plain(torch.tanh),
    "rnn_relu": _plain(torch.relu),
}


def _recurrent(original: Callable[..., Any], cell: Cell) -> Callable[..., Any]:
    """The network itself, and on packed data, which comes with its sizes, written out with a mask."""

    def run(*arguments: Any) -> Any:
        if not isinstance(arguments[0], PackedData):
            return original(*arguments)
        data, sizes, states, weights, has_biases, layers, dropout, train, bidirectional = arguments
        several = not isinstance(states, torch.Tensor)
        states = tuple(states) if several else (states,)
        x, ends = data.padded, []
        share = len(weights) // (layers * (1 + bidirectional))
        for layer in range(layers):
            outputs = []
            for direction in range(1 + bidirectional):
                index = layer * (1 + bidirectional) + direction
                mine = weights[index * share : (index + 1) * share]
                start = tuple(state[index] for state in states)
                output, end = _direction(cell, x, start, mine, has_biases, sizes, backwards=direction == 1)
                outputs.append(output)
                ends.append(end)
            x = torch.cat(outputs, -1)
            if train and dropout and layer < layers - 1:
                x = _dropped(x, dropout, sizes)
        return PackedData(x), *(torch.stack(parts) for parts in zip(*ends, strict=True))

    return run


def _direction(
    cell: Cell,
    x: torch.Tensor,
    state: State,
    weights: Sequence[torch.Tensor],
    has_biases: bool,
    sizes: PackedSizes,
    *,
    backwards: bool,
) -> tuple[torch.Tensor, State]:
    """All moments of one direction of a layer, and the last state of each row: outside of a row the state stays."""
    projected = F.linear(x, weights[0], weights[2] if has_biases else None)
    own = [weights[1], *(weights[3:] if has_biases else weights[2:])]
    moments = range(x.shape[0])
    outputs: list[torch.Tensor] = [x] * len(moments)
    for t in reversed(moments) if backwards else moments:
        new = cell(projected[t], state, own)
        inside = sizes.is_inside(t)
        if inside is not None:
            new = tuple(torch.where(inside[:, None], n, s) for n, s in zip(new, state, strict=True))
        state, outputs[t] = new, new[0]
    return torch.stack(outputs), state


def _dropped(x: torch.Tensor, p: float, sizes: PackedSizes) -> torch.Tensor:
    """Dropout between two layers, which draws for each moment of each sequence in the order of a packed batch."""
    lengths = sizes.numbers
    if lengths is None:
        raise CompileError(
            "dropout between the layers of a recurrent network on a packed sequence needs lengths that are constants; "
            "make a network of each layer, with nn.Dropout between them on the padded batch"
        )
    longest_first = sorted(range(sizes.count), key=lambda n: -lengths[n])
    order = [(t, n) for t in range(x.shape[0]) for n in longest_first if t < lengths[n]]
    places = torch.tensor([t * sizes.count + n for t, n in order], device=x.device)
    flat = x.reshape(-1, x.shape[-1])
    dropped = torch.dropout(flat.index_select(0, places), p, True)
    return torch.zeros_like(flat).index_add(0, places, dropped).reshape(x.shape)
