"""The lowerings of pooling and its gradients, run on the host and compared with PyTorch."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pytest
import torch
from support.iree import run_module
from support.lowering import Function, lowered
from torch_mlir import ir

from pock_mlir.dialects import pool2d as pock
from pock_mlir.dialects.conv2d import Window


@dataclass(frozen=True)
class Case:
    """`image` is [N, H, W, C]."""

    image: tuple[int, int, int, int]
    kernel: tuple[int, int]
    strides: tuple[int, int]
    padding: tuple[int, int] = (0, 0)
    dilations: tuple[int, int] = (1, 1)
    ceil_mode: bool = False

    @property
    def window(self) -> Window:
        return Window(self.strides, self.padding, self.dilations)

    @property
    def output(self) -> list[int]:
        n, h, w, c = self.image
        sizes = [self.window.output_size(d, s, self.kernel[d], self.ceil_mode) for d, s in enumerate((h, w))]
        return [n, *sizes, c]

    def max_function(self) -> Function:
        def build(image: ir.Value, cotangent: ir.Value) -> list[ir.Value]:
            result = pock.max_pool2d(image, self.kernel, self.window, ceil_mode=self.ceil_mode)
            return [result, pock.max_pool2d_grad(result.owner, cotangent)]

        return Function([self.image, self.output], build)

    def avg_function(self) -> Function:
        def build(image: ir.Value, cotangent: ir.Value) -> list[ir.Value]:
            values = []
            for include in (False, True):
                options = {"ceil_mode": self.ceil_mode, "count_include_pad": include}
                result = pock.avg_pool2d(image, self.kernel, self.window, **options)
                values += [result, pock.avg_pool2d_grad(result.owner, cotangent)]
            return values

        return Function([self.image, self.output], build)

    def max_reference(self, image: np.ndarray, cotangent: np.ndarray) -> list[np.ndarray]:
        moves = (self.kernel, self.strides, self.padding, self.dilations, self.ceil_mode)
        return _with_gradient(lambda x: torch.nn.functional.max_pool2d(x, *moves), image, cotangent)

    def avg_reference(self, image: np.ndarray, cotangent: np.ndarray) -> list[np.ndarray]:
        arrays = []
        for include in (False, True):
            moves = (self.kernel, self.strides, self.padding, self.ceil_mode, include)
            arrays += _with_gradient(lambda x, m=moves: torch.nn.functional.avg_pool2d(x, *m), image, cotangent)
        return arrays


def _with_gradient(pool, image: np.ndarray, cotangent: np.ndarray) -> list[np.ndarray]:
    x, y = torch.tensor(image).permute(0, 3, 1, 2).contiguous().requires_grad_(), torch.tensor(cotangent)
    result = pool(x)
    (gradient,) = torch.autograd.grad(result, x, y.permute(0, 3, 1, 2).contiguous())
    return [t.detach().permute(0, 2, 3, 1).numpy() for t in (result, gradient)]


CASES = {
    "2x2": Case((2, 8, 10, 5), (2, 2), (2, 2)),
    "2x2_remainder": Case((2, 7, 9, 3), (2, 2), (2, 2)),
    "2x2_remainder_ceil": Case((2, 7, 9, 3), (2, 2), (2, 2), ceil_mode=True),
    "3x3_stride_2": Case((1, 12, 13, 16), (3, 3), (2, 2), (1, 1)),
    "3x3_stride_2_ceil": Case((1, 10, 12, 4), (3, 3), (2, 2), ceil_mode=True),
    "3x3_stride_1": Case((2, 6, 7, 4), (3, 3), (1, 1), (1, 1)),
    "window_dropped": Case((1, 5, 6, 2), (2, 3), (3, 4), (1, 1), ceil_mode=True),
    "overhang": Case((1, 9, 7, 3), (3, 5), (4, 3), (1, 2), ceil_mode=True),
    "stride_above_kernel": Case((1, 11, 10, 3), (2, 1), (3, 4)),
    "uneven": Case((2, 9, 5, 3), (4, 2), (1, 2), (2, 0)),
    "many_taps": Case((1, 8, 9, 3), (5, 5), (1, 1), (2, 2)),
    "global": Case((3, 5, 4, 6), (5, 4), (1, 1)),
    "row": Case((2, 1, 9, 3), (1, 3), (1, 2), (0, 1)),
    "pixel": Case((1, 1, 1, 1), (1, 1), (1, 1)),
    "pixel_padded": Case((1, 1, 2, 2), (2, 3), (1, 1), (1, 1)),
    "dilated": Case((1, 9, 11, 3), (3, 2), (1, 2), (1, 0), (2, 3)),
    "dilated_padded": Case((2, 8, 8, 2), (3, 3), (2, 3), (1, 1), (2, 2), ceil_mode=True),
}
AVG_CASES = {name: case for name, case in CASES.items() if case.dilations == (1, 1)}  # torch has no others
IMAGES = ("distinct", "ties", "infinite", "nan")


@pytest.fixture(scope="module")
def module() -> str:
    functions = {f"max_{name}": case.max_function() for name, case in CASES.items()}
    functions |= {f"avg_{name}": case.avg_function() for name, case in AVG_CASES.items()}
    return lowered(functions)


def _image(kind: str, shape: tuple[int, ...]) -> np.ndarray:
    rng = np.random.default_rng(1)
    if kind == "distinct":
        return rng.permutation(math.prod(shape)).reshape(shape).astype(np.float32)
    image = rng.integers(-1, 2, shape).astype(np.float32)
    if kind == "infinite":
        image[rng.random(shape) < 0.7] = -np.inf
    if kind == "nan":
        image[rng.random(shape) < 0.2] = np.nan
    return image


@pytest.mark.parametrize("kind", IMAGES)
@pytest.mark.parametrize("name", CASES)
def test_max_matches_pytorch(module: str, name: str, kind: str) -> None:
    case = CASES[name]
    image = _image(kind, case.image)
    cotangent = np.random.default_rng(2).standard_normal(case.output, dtype=np.float32)
    got = run_module(module, f"max_{name}", image, cotangent)
    for a, b, what in zip(got, case.max_reference(image, cotangent), ("result", "gradient"), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-5, err_msg=what)


@pytest.mark.parametrize("name", AVG_CASES)
def test_avg_matches_pytorch(module: str, name: str) -> None:
    case, rng = AVG_CASES[name], np.random.default_rng(3)
    image, cotangent = (rng.standard_normal(shape, dtype=np.float32) for shape in (case.image, case.output))
    got = run_module(module, f"avg_{name}", image, cotangent)
    what = ("result", "gradient", "result with padding", "gradient with padding")
    for a, b, message in zip(got, case.avg_reference(image, cotangent), what, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-5, err_msg=message)


def test_nothing_of_the_dialect_is_left(module: str) -> None:
    assert "pock." not in module
