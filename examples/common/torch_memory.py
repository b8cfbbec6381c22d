"""The peak of PyTorch's tensor memory, from the records of its CPU allocator."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from itertools import accumulate
from operator import itemgetter
from pathlib import Path
from typing import Any

from torch.profiler import ProfilerActivity, profile


def allocation_peak(call: Callable[[], object]) -> int:
    """The highest sum, in bytes, of what a call allocates and has not yet freed."""
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as profiler:
        call()
    with tempfile.TemporaryDirectory() as folder:
        trace = Path(folder) / "trace.json"
        profiler.export_chrome_trace(str(trace))
        events = json.loads(trace.read_text())["traceEvents"]
    return highest_sum(events)


def highest_sum(events: list[dict[str, Any]]) -> int:
    """The peak of what is allocated and not yet freed, by the allocator's records in a trace."""
    records = sorted((event for event in events if event.get("name") == "[memory]"), key=itemgetter("ts"))
    return max(accumulate((record["args"]["Bytes"] for record in records), initial=0))
