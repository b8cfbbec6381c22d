"""The lowerings of convolution and its gradients, run on the host and compared with PyTorch in f64."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
import torch
from support.iree import run_module
from support.lowering import Function, lowered
from torch_mlir import ir

from pock_mlir.dialects import conv2d as pock
from pock_mlir.dialects.conv2d import Window


@dataclass(frozen=True)
class Case:
    """`image` is [N, H, W, C], `kernel` its size, `filters` the output channels."""

    image: tuple[int, int, int, int]
    kernel: tuple[int, int]
    filters: int
    strides: tuple[int, int] = (1, 1)
    padding: tuple[int, int] = (0, 0)
    dilations: tuple[int, int] = (1, 1)
    groups: int = 1

    @property
    def window(self) -> Window:
        return Window(self.strides, self.padding, self.dilations)

    @property
    def weight(self) -> list[int]:
        return [*self.kernel, self.image[3] // self.groups, self.filters]

    @property
    def output(self) -> list[int]:
        n, h, w, _ = self.image
        return [
            n,
            self.window.output_size(0, h, self.kernel[0]),
            self.window.output_size(1, w, self.kernel[1]),
            self.filters,
        ]

    def function(self) -> Function:
        def build(image: ir.Value, weight: ir.Value, cotangent: ir.Value) -> list[ir.Value]:
            return [
                pock.conv2d(image, weight, self.window, self.groups),
                pock.conv2d_input_grad(cotangent, weight, self.image, self.window, self.groups),
                pock.conv2d_weight_grad(cotangent, image, self.weight, self.window, self.groups),
            ]

        return Function([self.image, self.weight, self.output], build)

    def reference(self, image: np.ndarray, weight: np.ndarray, cotangent: np.ndarray) -> list[torch.Tensor]:
        x, w, y = (torch.tensor(a).double() for a in (image, weight, cotangent))
        x.requires_grad_()
        w.requires_grad_()
        moves = (self.strides, self.padding, self.dilations, self.groups)
        result = torch.nn.functional.conv2d(x.permute(0, 3, 1, 2), w.permute(3, 2, 0, 1).contiguous(), None, *moves)
        result = result.permute(0, 2, 3, 1)
        return [result.detach(), *torch.autograd.grad(result, (x, w), y)]


CASES = {
    "3x3": Case((2, 8, 8, 3), (3, 3), 5, padding=(1, 1)),
    "3x3_two_columns": Case((2, 5, 4, 3), (3, 3), 4, (1, 2), (0, 1)),
    "3x3_stride_2": Case((1, 14, 13, 4), (3, 3), 6, (2, 2), (1, 1)),
    "stride_remainder": Case((1, 17, 16, 3), (2, 3), 4, (3, 2)),
    "one_row_untouched": Case((1, 10, 11, 3), (3, 3), 4, (2, 2)),
    "kernel_below_stride": Case((1, 9, 13, 3), (1, 2), 4, (2, 3), (0, 1)),
    "no_phase_in_some_rows": Case((1, 8, 12, 2), (2, 2), 3, (4, 2), (1, 0), (2, 2)),
    "dilated": Case((1, 10, 11, 3), (3, 3), 4, (1, 1), (2, 1), (2, 3)),
    "dilated_and_strided": Case((1, 12, 13, 3), (3, 2), 4, (2, 3), (2, 1), (3, 2)),
    "dilation_is_stride": Case((1, 12, 12, 3), (3, 3), 4, (2, 2), (2, 2), (2, 2)),
    "uneven": Case((2, 7, 12, 3), (2, 4), 5, (1, 2), (0, 3), (2, 1)),
    "one_channel": Case((2, 9, 9, 1), (5, 5), 6, padding=(2, 2)),
    "one_filter": Case((2, 7, 8, 3), (3, 3), 1, padding=(1, 1)),
    "one_pixel": Case((1, 1, 1, 1), (1, 1), 1),
    "one_row": Case((2, 1, 9, 3), (1, 3), 4, padding=(0, 1)),
    "one_column": Case((1, 9, 1, 3), (3, 1), 4, (2, 1), (1, 0)),
    "padding_beyond_kernel": Case((1, 6, 5, 3), (2, 1), 4, (1, 2), (3, 2)),
    "padding_only": Case((1, 1, 6, 2), (1, 2), 3, (4, 1), (2, 0)),
    "1x1": Case((2, 5, 6, 7), (1, 1), 5),
    "1x1_stride_2": Case((2, 6, 7, 4), (1, 1), 5, (2, 2)),
    "1x1_padding": Case((1, 4, 5, 4), (1, 1), 5, (1, 2), (1, 1)),
    "patches": Case((2, 8, 13, 3), (4, 3), 5, (4, 3)),
    "patches_padding": Case((1, 6, 7, 3), (2, 3), 5, (2, 3), (1, 1)),
    "whole_image": Case((3, 4, 5, 3), (4, 5), 6),
    "whole_rows": Case((2, 4, 6, 3), (4, 2), 6, (1, 2)),
    "more_than_image": Case((2, 3, 4, 3), (4, 6), 5, (2, 2), (1, 1)),
    "groups": Case((1, 8, 9, 6), (3, 3), 4, padding=(1, 1), groups=2),
    "groups_stride_2": Case((1, 7, 6, 32), (3, 2), 32, (2, 1), (1, 0), groups=2),
    "groups_in_blocks": Case((1, 7, 7, 32), (3, 3), 32, padding=(1, 1), groups=8),
    "groups_1x1": Case((2, 5, 6, 6), (1, 1), 9, groups=3),
    "depthwise": Case((2, 8, 9, 5), (3, 3), 5, padding=(1, 1), groups=5),
    "depthwise_stride_2": Case((1, 9, 8, 5), (3, 3), 5, (2, 2), (1, 1), groups=5),
    "depthwise_dilated": Case((1, 9, 10, 4), (3, 2), 4, (1, 2), (2, 1), (2, 3), groups=4),
    "depthwise_whole_image": Case((2, 5, 4, 6), (5, 4), 6, groups=6),
    "depthwise_1x1": Case((2, 4, 5, 3), (1, 1), 3, groups=3),
    "depthwise_multiplier": Case((1, 8, 8, 3), (3, 3), 6, (2, 1), (1, 1), groups=3),
}


@pytest.fixture(scope="module")
def module() -> str:
    return lowered({name: case.function() for name, case in CASES.items()})


@pytest.mark.parametrize("name", CASES)
def test_matches_pytorch(module: str, name: str) -> None:
    case, rng = CASES[name], np.random.default_rng(0)
    arrays = [rng.standard_normal(shape, dtype=np.float32) for shape in (case.image, case.weight, case.output)]
    results = run_module(module, name, *arrays)
    for got, want, what in zip(results, case.reference(*arrays), ("result", "input grad", "weight grad"), strict=True):
        np.testing.assert_allclose(got, want.numpy(), rtol=1e-4, atol=1e-4, err_msg=what)


def test_nothing_of_the_dialect_is_left(module: str) -> None:
    assert "pock." not in module
