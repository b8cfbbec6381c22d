"""What memory a step takes: what is saved for the backward pass."""
