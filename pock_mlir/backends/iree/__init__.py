"""IREE: `compiler` makes a module of a lowered step, `runtime` runs it. Neither half imports the other."""
