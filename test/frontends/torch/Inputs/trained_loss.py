"""Prints the program that the frontend makes of a model and a loss with a parameter of its own and one of the model."""

import torch
from torch import nn
from torch.nn import functional

from pock_mlir.frontends.torch.export import Examples, trace
from pock_mlir.frontends.torch.importer import ParameterTable, import_traced
from pock_mlir.passes.forward.convert_torch_to_pock import torch_op


class Loss(nn.Module):
    def __init__(self, model: nn.Linear) -> None:
        super().__init__()
        self.bias = nn.Parameter(torch.ones(2))
        self.table = model.weight
        self.register_buffer("calls", torch.zeros(()))

    def forward(self, outputs: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        self.calls.add_(1)
        return functional.mse_loss(outputs * self.bias, target) + self.table.square().sum()


def main() -> None:
    model = nn.Linear(3, 2)
    loss, x = Loss(model), torch.zeros(4, 3)
    traced = trace(model, Examples([((x,), (torch.zeros(4, 2),))], [(x,)]), loss, torch_op.names())
    module = import_traced(traced, ParameterTable(model, loss))
    print(module.operation.get_asm(enable_debug_info=True, use_local_scope=True))


main()
