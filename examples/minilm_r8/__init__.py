"""Fine-tune all-MiniLM-L6-v2 on Reuters R8 with PyTorch and with pock_mlir, and compare the two."""
