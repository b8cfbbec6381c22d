"""Fine-tune SmolLM2-135M, with its real weights, on fairy tales with PyTorch and with pock_mlir, and let it write."""
