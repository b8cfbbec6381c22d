"""Where the channels of a module's parameters are: which axes are its output, which its input."""

from __future__ import annotations

import torch
from torch import nn

from pock_mlir.schemes import ChannelAxes

_CONVOLUTIONS = (nn.Conv1d, nn.Conv2d, nn.Conv3d)
_TRANSPOSED = (nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d)
LAYERS = (nn.Linear, *_CONVOLUTIONS, *_TRANSPOSED)
"""The modules that are numbered as layers."""
_TABLES = (nn.Embedding, nn.EmbeddingBag)
_NORMS = (
    *(nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d, nn.SyncBatchNorm),
    *(nn.InstanceNorm1d, nn.InstanceNorm2d, nn.InstanceNorm3d),
    *(nn.GroupNorm, nn.LayerNorm, nn.RMSNorm),
)
# transformers has a linear layer whose weight is [in, out].
_LINEAR_IN_OUT = ("transformers.pytorch_utils", "Conv1D")


def channel_axes(module: nn.Module, name: str, parameter: torch.Tensor) -> ChannelAxes:
    """The axes of a module's own parameter `name`.

    The weight of a linear layer is [out, in], of a convolution [out, in / groups, ...], of a transposed one
    [in, out / groups, ...]; the rows of an embedding's table are its input, their elements its output. A vector is its
    module's output. Anything else has no channels that are known.
    """
    kind = type(module).__name__
    if parameter.ndim == 1:
        return ChannelAxes(output=0, module=kind)
    if name != "weight":
        return ChannelAxes(module=kind)
    if isinstance(module, nn.Linear):
        return ChannelAxes(output=0, input=1, module=kind)
    if isinstance(module, _CONVOLUTIONS):
        return ChannelAxes(output=0, input=1, module=kind, groups=module.groups)
    if isinstance(module, _TRANSPOSED):
        return ChannelAxes(output=1, input=0, module=kind, groups=module.groups, grouped_output=True)
    if isinstance(module, _TABLES) or is_linear_in_out(module):
        return ChannelAxes(output=1, input=0, module=kind)
    return ChannelAxes(module=kind)


def is_linear_in_out(module: nn.Module) -> bool:
    return (type(module).__module__, type(module).__name__) == _LINEAR_IN_OUT


def is_layer(module: nn.Module) -> bool:
    """Whether a module is numbered as a layer: a convolution, a linear layer."""
    return isinstance(module, LAYERS) or is_linear_in_out(module)


def is_norm(module: nn.Module) -> bool:
    """Whether a module normalises: one of torch's, or one of a user's that is called so and has vectors alone."""
    if isinstance(module, _NORMS):
        return True
    own = list(module.parameters(recurse=False))
    return bool(own) and all(p.ndim == 1 for p in own) and "norm" in type(module).__name__.lower()
