"""A parameter in another one's memory: `self.b.weight = nn.Parameter(self.a.weight.t())`."""

from torch_mlir import ir

from pock_mlir.contract import FROZEN, PARAMETER

from .base import I64Array, OptionalAttribute, Pock, build, i64_array, require, verifier
from .state import require_kind_and_update
from .traits import OfState


class ParameterViewOp(Pock.Operation, name="parameter_view", traits=[OfState]):
    """A further parameter or buffer of the model that lies in the memory of the parameter `of`, in all of it: a symbol
    with a name, and what training changes of that memory through it (`update`, as that of `pock.parameter`).

    It has no storage: what reads it is a `pock.read` of `of` with the attribute `view`, transposed and reshaped. Its
    gradient (in the layout of `of`) and its optimizer state are its own, and its update goes where that of `of` goes.

    In the framework's layouts, `view = reshape(transpose(of, order), shape in the order of the memory)`, transposed by
    `axes` to `shape`. The optional attributes are `framework_name` (string), `owner` (string) and `aliases` (array of
    strings), as those of `pock.parameter`, whose owner it has.
    """

    sym_name: ir.StringAttr
    of: ir.FlatSymbolRefAttr
    kind: ir.StringAttr
    update: ir.StringAttr
    shape: I64Array
    order: I64Array
    axes: I64Array

    framework_name = OptionalAttribute(ir.StringAttr)
    owner = OptionalAttribute(ir.StringAttr)
    aliases = OptionalAttribute(ir.ArrayAttr, of=ir.StringAttr)

    @verifier
    def verify_invariants(self) -> None:
        require_kind_and_update(self)
        rank = len(i64_array(self, "shape"))
        for name, size in (("order", len(i64_array(self, "order"))), ("axes", rank)):
            values = i64_array(self, name, size=size)
            require(
                sorted(values) == list(range(size)), f"attribute '{name}' must permute {size} dimensions, got {values}"
            )

    @property
    def is_trained(self) -> bool:
        """Whether training changes any of it."""
        return self.update.value != FROZEN


def parameter_view(
    name: str, of: str, *, shape: list[int], order: list[int], axes: list[int], kind: str = PARAMETER
) -> ir.OpView:
    symbol = ir.FlatSymbolRefAttr.get(of)
    return build(
        "pock.parameter_view", [], [], sym_name=name, of=symbol, kind=kind, update=FROZEN, shape=shape, order=order,
        axes=axes,
    )  # fmt: skip
