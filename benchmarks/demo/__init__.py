"""What `make demo`, `make smollm2` and `make efficientnet` run: examples trained by PyTorch and by us, and compared."""
