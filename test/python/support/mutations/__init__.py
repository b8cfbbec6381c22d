"""Damaged bundles, checkpoints, schemes, programs and data files, and what must come of reading them.

Every mutation is one change and follows from a seed and its number. Files are read in a process of its own
(`worker.py`), so that a crash is seen and counts.
"""

from support.mutations.changes import mutate
from support.mutations.run import KINDS, Outcome, run_mutations

__all__ = ["KINDS", "Outcome", "mutate", "run_mutations"]
