"""The frontend of PyTorch: models by torch.export to modules in the torch dialect."""
