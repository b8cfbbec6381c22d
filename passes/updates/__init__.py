"""Optimizers, random numbers, and the removal of what no update needs."""
