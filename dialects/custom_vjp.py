"""Gradients that the program itself computes: what becomes of a torch.autograd.Function or a hook."""

from torch_mlir import ir
from torch_mlir.dialects.ext import Operand, Result

from .base import Pock, build, require_float, require_same_type, verifier
from .traits import GradientMark, Pure


class CotangentOp(Pock.Operation, name="cotangent", traits=[Pure, GradientMark]):
    """Stands for the cotangent of a value of the type of `like`, until `pock-autodiff` puts it in its place.

    `id` tells the cotangents of a function apart.
    """

    like: Operand[ir.RankedTensorType]
    result: Result[ir.RankedTensorType]
    id: ir.IntegerAttr

    differentiated_operands = ()

    @verifier
    def verify_invariants(self) -> None:
        require_float("like", self.like)
        require_same_type("like", self.like, "result", self.result)


class CustomVjpOp(Pock.Operation, name="custom_vjp", traits=[Pure, GradientMark]):
    """`value`, with a gradient that the program computes.

    In the backward pass the result's cotangent takes the place of `cotangent` (a `pock.cotangent`). It goes on to
    `value`, and `input_cotangent`, which is computed from it, goes to `input`. A function of several inputs is a chain
    of such ops, and one of several outputs has one for each of them, of which the later have the first as `input`.
    """

    value: Operand[ir.RankedTensorType]
    cotangent: Operand[ir.RankedTensorType]
    input: Operand[ir.RankedTensorType]
    input_cotangent: Operand[ir.RankedTensorType]
    result: Result[ir.RankedTensorType]

    differentiated_operands = (0, 2)

    @verifier
    def verify_invariants(self) -> None:
        require_float("value", self.value)
        require_same_type("value", self.value, "result", self.result)
        require_same_type("value", self.value, "cotangent", self.cotangent)
        require_same_type("input", self.input, "input_cotangent", self.input_cotangent)


def cotangent(like: ir.Value, id: int) -> ir.Value:
    return build("pock.cotangent", [like.type], [like], id=id).result


def custom_vjp(value: ir.Value, cotangent: ir.Value, input: ir.Value, input_cotangent: ir.Value) -> ir.Value:
    return build("pock.custom_vjp", [value.type], [value, cotangent, input, input_cotangent]).result
