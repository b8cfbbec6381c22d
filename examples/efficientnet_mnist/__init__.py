"""Carry a pretrained EfficientNet-Lite0 over to handwritten digits, with PyTorch and with pock_mlir."""
