"""What several tests of whole models look at."""

from __future__ import annotations

import re

import pytest

from pock_mlir.backends.iree.compiler import backend


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The training steps that are compiled during a test, in IREE's stream phase."""
    texts: list[str] = []
    plan = backend.plan_memory

    def recording(program, **sizes):
        step = re.search(
            r"util\.func public @train_step\(.*?\n  }\n", program.get_asm(large_elements_limit=4), re.DOTALL
        )
        assert step is not None
        texts.append(step[0])
        return plan(program, **sizes)

    monkeypatch.setattr(backend, "plan_memory", recording)
    return texts
