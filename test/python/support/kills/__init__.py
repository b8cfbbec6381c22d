"""Processes that are killed (SIGKILL) while they train or save, and what must be true of their files afterwards."""

from support.kills.run import Kill, kill_saving, kill_training

__all__ = ["Kill", "kill_saving", "kill_training"]
