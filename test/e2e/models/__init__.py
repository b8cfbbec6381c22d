"""The models that training is checked on: small enough to compile in seconds, built as the real ones are."""

from __future__ import annotations

from .basic import BASIC
from .case import Batch, Case, Inputs, Loss, full_and_sparse
from .language import LANGUAGE
from .other import OTHER
from .vision import VISION

__all__ = ["BASIC", "LANGUAGE", "OTHER", "VISION", "Batch", "Case", "Inputs", "Loss", "full_and_sparse"]
