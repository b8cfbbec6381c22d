"""Reads damaged files, one per line of standard input (JSON), and answers what came of each: "refused" or "accepted"
where that is right, else what is wrong.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pock_mlir as pock
from pock_mlir.errors import PockError, SchemeError
from pock_mlir.schemes import Parameters, Rule, Scheme, resolve

# What a user sees is to be one line.
_MAX_LINES = 1


def read_bundle(case: dict[str, Any]) -> str:
    """A changed bundle is refused, whatever was changed."""
    pock.load(case["path"], threads=1)
    return "a changed bundle was accepted"


def read_checkpoint(case: dict[str, Any]) -> str:
    """A changed checkpoint is refused, and leaves the session as it was."""
    session = _session(case["bundle"])
    before = session.step, session.lr
    try:
        session.load_checkpoint(case["path"])
    except PockError:
        if (session.step, session.lr) != before:
            return "a refused checkpoint changed the session"
        raise
    return "a changed checkpoint was accepted"


def read_scheme(case: dict[str, Any]) -> str:
    """A changed scheme is another scheme or refused; what is accepted is what stands in the file."""
    import yaml

    scheme = Scheme.from_file(case["path"])
    document = yaml.safe_load(Path(case["path"]).read_bytes().decode("utf-8"))
    rules = [Rule(**rule) for rule in document["rules"]]
    if list(scheme.rules) != rules or scheme.default != document.get("default", "frozen"):
        return f"the scheme {scheme} is not what stands in the file"
    try:
        names = ["embed.weight", *(f"layers.{i}.{name}" for i in range(4) for name in ("weight", "bias"))]
        resolve(scheme, Parameters.named(names))
    except SchemeError as error:
        return "refused" if f"scheme '{scheme.name}'" in str(error) else f"a message without the scheme: {error}"
    return "accepted"


def read_data(case: dict[str, Any]) -> str:
    """A changed .npz file holds the same arrays, or is refused: its checksums cover them, not all that is around."""
    import numpy as np

    from pock_mlir.cli.arrays import read_arrays

    arrays, originals = read_arrays(Path(case["path"])), read_arrays(Path(case["original"]))
    if any(name in originals and not np.array_equal(array, originals[name]) for name, array in arrays.items()):
        return "changed arrays were accepted"
    return "accepted"


def read_program(case: dict[str, Any]) -> str:
    """pock-opt runs a changed program, or says where it is wrong."""
    from pock_mlir.tools.pock_opt import main

    with tempfile.TemporaryFile() as output:
        kept = os.dup(1), os.dup(2)
        try:
            os.dup2(output.fileno(), 1)
            os.dup2(output.fileno(), 2)
            code = main([case["path"], *case["arguments"]])
            sys.stdout.flush()
            sys.stderr.flush()
        finally:
            for number, handle in zip((1, 2), kept, strict=True):
                os.dup2(handle, number)
                os.close(handle)
        output.seek(0)
        text = output.read().decode("utf-8", errors="replace")
    if "Traceback" in text:
        return f"a traceback: {text}"
    if code == 0:
        return "accepted"
    return "refused" if code == 1 and ("error" in text or "is not UTF-8 text" in text) else f"exit code {code}: {text}"


READERS: dict[str, Callable[[dict[str, Any]], str]] = {
    "bundle": read_bundle,
    "checkpoint": read_checkpoint,
    "scheme": read_scheme,
    "program": read_program,
    "data": read_data,
}
_sessions: dict[str, Any] = {}


def _session(bundle: str) -> Any:
    if bundle not in _sessions:
        _sessions[bundle] = pock.load(bundle, threads=1)
    return _sessions[bundle]


def answer(case: dict[str, Any]) -> str:
    try:
        return READERS[case["kind"]](case)
    except PockError as error:
        message = str(error)
        if len(message.splitlines()) > _MAX_LINES:
            return f"a message of several lines: {message}"
        if Path(case["path"]).name not in message:
            return f"a message without the file: {message}"
        return "refused"
    except BaseException:
        return f"a traceback: {traceback.format_exc()}"


if __name__ == "__main__":
    replies = os.fdopen(os.dup(1), "w")
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), file=replies, flush=True)
