"""What torch.export says of a model that it cannot trace, in words that help: where, why, and what to do."""

from __future__ import annotations

import traceback
from collections.abc import Sequence

from pock_mlir.errors import listed
from pock_mlir.frontends.torch.user_code import FOREIGN

_PACKED = (
    "a packed sequence has sizes that depend on its lengths: it goes into nn.LSTM, nn.GRU, nn.RNN and "
    "pad_packed_sequence only; do all else to the padded batch, before it is packed or after, with a mask"
)
MANY_NAMES = "expected compiled_fn to be GraphModule"
"""What torch.export says where forward changes a tensor in place of which it has two."""

# What stands in the message, or as a function in the traceback; and what it means.
_EXPLANATIONS = {
    "Tensor dtype mismatch": (
        "where that is inside of autocast, it is an op which torch.export does not cast as autocast does; write it "
        "with matmul, linear or einsum"
    ),
    "PackedData": _PACKED,
    "PackedSizes": _PACKED,
    "unpad_sequence": _PACKED,
    "data-dependent": (
        "what the model does depends on values of its inputs; write it with torch.where or a mask, decide it outside "
        "of the model, or give the value as a constant among the inputs"
    ),
}


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
    in_torch = {frame.name for frame in frames}
    place = f" (at {own[-1].filename}:{own[-1].lineno})" if own and own[-1].filename != __file__ else ""
    advice = next((text for key, text in _EXPLANATIONS.items() if key in message or key in in_torch), None)
    return f"torch.export cannot trace {what}: {reason}{place}" + (f"; {advice}" if advice else "")
