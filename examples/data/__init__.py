"""The data sets and pretrained models of the examples: where they come from, and how they are read."""
