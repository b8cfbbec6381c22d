"""What frontends build of values: attention, losses, norms, resampling, order, ... composed of pock and upstream ops.

Values and Python numbers in, values out, at the insertion point. What a composition is called with is decoded already:
these modules know of no argument of a framework, and import neither passes nor frontends. Derivatives by convention are
PyTorch's.
"""
