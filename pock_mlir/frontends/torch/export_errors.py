"""What torch.export says of a model that it cannot trace, in words that help: where, why, and what to do."""

from __future__ import annotations

import traceback
from collections.abc import Sequence

from torch.nn.utils.rnn import unpad_sequence

from pock_mlir.compat.torch import depends_on_data, mixes_dtypes
from pock_mlir.errors import listed
from pock_mlir.frontends.torch.packed_sequences import PackedData, PackedSizes
from pock_mlir.frontends.torch.user_code import FOREIGN

_PACKED = (
    "a packed sequence has sizes that depend on its lengths: it goes into nn.LSTM, nn.GRU, nn.RNN and "
    "pad_packed_sequence only; do all else to the padded batch, before it is packed or after, with a mask"
)
_DTYPES = (
    "where that is inside of autocast, it is an op which torch.export does not cast as autocast does; write it with "
    "matmul, linear or einsum"
)
_DATA = (
    "what the model does depends on values of its inputs; write it with torch.where or a mask, decide it outside of "
    "the model, or give the value as a constant among the inputs"
)


def explain(error: BaseException, what: str, sharing: Sequence[str] = ()) -> str:
    """One line: what could not be traced, torch's own reason, the line of the user's code, and what to do.

    `sharing`: the parameters and buffers that lie in one memory with others, where that may be the reason.
    """
    if sharing:
        return (
            f"torch.export cannot trace {what}: forward changes a parameter or buffer in place that lies in one memory "
            f"with others ({listed(sharing)}); tie them as one object, with the view or transpose in forward, or give "
            "them memory of their own (.clone())"
        )
    message = str(error).strip()
    reason = message.splitlines()[0] if message else type(error).__name__
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if not frame.filename.startswith(FOREIGN)]
    place = f" (at {own[-1].filename}:{own[-1].lineno})" if own and own[-1].filename != __file__ else ""
    advice = _advice(error, {frame.name for frame in frames})
    return f"torch.export cannot trace {what}: {reason}{place}" + (f"; {advice}" if advice else "")


def _advice(error: BaseException, functions: set[str]) -> str | None:
    """What to do, by the error and the functions in which it was raised."""
    if mixes_dtypes(error):
        return _DTYPES
    names = (PackedData.__name__, PackedSizes.__name__)
    if any(name in str(error) for name in names) or unpad_sequence.__name__ in functions:
        return _PACKED
    return _DATA if depends_on_data(error) else None
