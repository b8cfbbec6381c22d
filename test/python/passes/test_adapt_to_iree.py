"""What pock-adapt-to-iree writes in another form, run through IREE and compared with PyTorch."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from support.programs import Program
from torch_mlir import ir

from pock_mlir.dialects import load_dialects
from pock_mlir.passes.machinery.pipeline import run_pipeline

POWERS = """
func.func @{name}(%a: tensor<{n}xf32>, %b: tensor<{n}xf32>) -> tensor<{n}xf32> {{
  %narrow = arith.truncf %a : tensor<{n}xf32> to tensor<{n}xbf16>
  %wide = arith.extf %narrow : tensor<{n}xbf16> to tensor<{n}xf32>
  %0 = math.powf %{base}, %b : tensor<{n}xf32>
  return %0 : tensor<{n}xf32>
}}
"""
PRODUCTS = """
func.func @{kind}(%x: tensor<3x4x5xf32>, %y: tensor<5xf32>) -> tensor<5xf32> {{
  %wide = "pock.broadcast"(%y) : (tensor<5xf32>) -> tensor<3x4x5xf32>
  %product = arith.mulf %x, %wide : tensor<3x4x5xf32>
  %0 = "pock.reduce"(%product) {{dims = array<i64: 0, 1>, kind = "{kind}"}} : (tensor<3x4x5xf32>) -> tensor<5xf32>
  return %0 : tensor<5xf32>
}}
"""
NUMBERS = (-np.inf, -2.0, -1.5, -1.0, -0.0, 0.0, 0.5, 1.0, 3.0, np.inf, np.nan)


def _compiled(text: str) -> Program:
    with ir.Context() as context, ir.Location.unknown():
        load_dialects(context)
        module = ir.Module.parse(text)
        run_pipeline(module, "convert-pock-to-linalg,cse,canonicalize")
        return Program(module)


def test_powers_of_numbers_as_stored_and_widened() -> None:
    """Both as an op on tensors and inside of the loop that reads narrow numbers."""
    a, b = (x.reshape(-1).astype(np.float32) for x in np.meshgrid(NUMBERS, NUMBERS))
    text = "".join(POWERS.format(name=f"of_{base}", base=base, n=a.size) for base in ("a", "wide"))
    program, want = _compiled(text), torch.pow(torch.tensor(a), torch.tensor(b)).numpy()
    for base in ("a", "wide"):
        (got,) = program.run(f"of_{base}", a, b)
        np.testing.assert_allclose(got, want, rtol=1e-6, err_msg=base)


@pytest.mark.parametrize("kind", ["sum", "max", "min"])
def test_reductions_of_products(kind: str) -> None:
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((3, 4, 5), dtype=np.float32), rng.standard_normal(5, dtype=np.float32)
    (got,) = _compiled(PRODUCTS.format(kind=kind)).run(kind, x, y)
    want = getattr(x * y, kind)(axis=(0, 1))
    np.testing.assert_allclose(got, want, rtol=1e-5, atol=1e-6)
