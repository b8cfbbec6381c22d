"""Prints the program that the frontend makes of a small language model whose output weight is its embedding."""

import torch
from torch import nn
from torch.nn import functional

from pock_mlir.frontends.torch.export import Examples, trace
from pock_mlir.frontends.torch.importer import ParameterTable, import_traced
from pock_mlir.passes.forward.convert_torch_to_pock import torch_op


class Decoder(nn.Module):
    def __init__(self, embedding: nn.Embedding) -> None:
        super().__init__()
        self.weight = embedding.weight
        self.bias = nn.Parameter(torch.zeros(9))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return functional.linear(x, self.weight, self.bias)


class TiedModel(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(9, 4)
        self.decoder = Decoder(self.embedding)
        self.unused = nn.Linear(2, 2, bias=False)
        self.register_buffer("scale", torch.ones(4))
        self.register_buffer("offset", torch.ones(4), persistent=False)

    def forward(self, input_ids: torch.Tensor) -> dict[str, torch.Tensor]:
        hidden = self.embedding(input_ids) * self.scale + self.offset
        return {"logits": self.decoder(hidden), "hidden": hidden}


def main() -> None:
    model = TiedModel().eval()
    inputs = {"input_ids": torch.zeros(2, dtype=torch.int64)}
    targets = (torch.zeros(2, dtype=torch.int64),)
    traced = trace(model, Examples([(inputs, targets)], [inputs]), functional.cross_entropy, torch_op.names())
    module = import_traced(traced, ParameterTable(model))
    print(module.operation.get_asm(enable_debug_info=True, use_local_scope=True))


main()
