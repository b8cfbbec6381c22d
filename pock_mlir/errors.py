"""Every error that a user can cause.

All derive from `PockError`. A message says what is wrong, where (file, parameter, input, op), and what to do; it is
one line, because the command line prints it as it is.
"""

from __future__ import annotations

from collections.abc import Sequence


class PockError(Exception):
    """Base of every error that a user can cause; `str(error)` is one clear message."""


class CompileError(PockError):
    """The model cannot be compiled as asked: an unsupported op, an unsupported option, a failing compiler."""


class TargetError(PockError):
    """A target that is not known, or a bundle for another processor than this one."""


class SchemeError(PockError):
    """A scheme that is not known, is malformed, or trains nothing."""


class ScheduleError(PockError):
    """A learning-rate schedule that is not known, or with options that make no sense."""


class BundleError(PockError):
    """A bundle that is missing, is not a bundle, has another version, is damaged or was tampered with."""


class TensorFileError(PockError):
    """A safetensors file that is missing, malformed or truncated."""


class InputError(PockError):
    """An array that the session does not accept: wrong count, name, shape, dtype or values."""


class StateError(PockError):
    """A state dictionary that does not fit the model."""


class CheckpointError(PockError):
    """A checkpoint that is missing, damaged, or of another model."""


class MissingDependencyError(PockError):
    """An optional package that the command or function needs is not installed."""


def listed(names: Sequence[str], limit: int = 5) -> str:
    """The names quoted and joined by commas, at most `limit` of them: "'a', 'b' and 3 more"."""
    shown = ", ".join(f"'{name}'" for name in names[:limit])
    hidden = len(names) - limit
    return f"{shown} and {hidden} more" if hidden > 0 else shown
