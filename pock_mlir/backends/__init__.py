"""What makes machine code of a lowered step and runs it: one package per backend, found by a target's name for it."""
