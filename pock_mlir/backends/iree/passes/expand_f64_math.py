"""pock-expand-f64-math: functions of float64 numbers as arithmetic, where IREE has no code for them or loses digits.

Coefficients and intervals of sin, cos, atan and erf are those of fdlibm (Sun Microsystems 1993: k_sin.c, k_cos.c,
s_atan.c, s_erf.c; https://www.netlib.org/fdlibm). All are accurate to a few units in the last place; sin and cos up to
|x| = 8e8, and pow to as many units as |y log x| has.

Those of float32 numbers for which IREE has code that loses digits, sin and cos (at 8191 four of them are left, below 0
near it none), are computed in float64, too.
"""

from __future__ import annotations

import math as pymath
from collections.abc import Callable, Sequence

from torch_mlir import ir
from torch_mlir.dialects import arith, math

from pock_mlir.dialects.base import shape_of
from pock_mlir.dialects.structured import elementwise
from pock_mlir.dialects.upstream import (
    add,
    compare,
    constant,
    convert_float,
    div,
    exp,
    greater,
    mul,
    neg,
    reciprocal,
    scale,
    select,
    shift,
    sub,
)
from pock_mlir.passes.machinery.registry import register_pass

Predicate = arith.CmpFPredicate


@register_pass("pock-expand-f64-math")
def expand_f64_math(module: ir.Operation) -> None:
    """Replaces functions of float64 numbers and tensors that IREE cannot compile or computes inaccurately, and those of
    float32 that need float64 for their digits.
    """
    found: list[ir.Operation] = []

    def visit(op: ir.Operation) -> ir.WalkResult:
        if op.name in EXPANSIONS:
            element = _element(op.results[0].type)
            if element == ir.F64Type.get() or (element == ir.F32Type.get() and op.name in WIDENED):
                found.append(op)
        return ir.WalkResult.ADVANCE

    module.walk(visit)
    for op in found:
        expansion, operands = EXPANSIONS[op.name], list(op.operands)
        with ir.InsertionPoint(op), op.location:
            element = _element(op.results[0].type)
            if element == ir.F32Type.get():
                expansion = _widened(expansion)
            if isinstance(op.results[0].type, ir.RankedTensorType):
                result = elementwise(shape_of(op.results[0]), element, operands, expansion)
            else:
                result = expansion(*operands)
        op.results[0].replace_all_uses_with(result)
        op.erase()


def _widened(expansion: Callable[..., ir.Value]) -> Callable[..., ir.Value]:
    """The function of float32 numbers, computed in float64."""

    def of_singles(*operands: ir.Value) -> ir.Value:
        wide = [convert_float(operand, ir.F64Type.get()) for operand in operands]
        return convert_float(expansion(*wide), ir.F32Type.get())

    return of_singles


def _element(type: ir.Type) -> ir.Type:
    return type.element_type if isinstance(type, ir.RankedTensorType) else type


def _polynomial(x: ir.Value, coefficients: Sequence[float]) -> ir.Value:
    """c[0] + c[1] x + c[2] x^2 + ..., by Horner's rule."""
    result = constant(coefficients[-1], x.type)
    for coefficient in reversed(coefficients[:-1]):
        result = shift(mul(result, x), coefficient)
    return result


def _absolute(x: ir.Value) -> ir.Value:
    return math.AbsFOp(x).result


def _with_sign_of(magnitude: ir.Value, x: ir.Value) -> ir.Value:
    return math.CopySignOp(magnitude, x).result


def _number(value: float, like: ir.Value) -> ir.Value:
    return constant(value, like.type)


def _below(x: ir.Value, bound: float) -> ir.Value:
    return compare(Predicate.OLT, x, _number(bound, x))


def _equals(x: ir.Value, value: float) -> ir.Value:
    return compare(Predicate.OEQ, x, _number(value, x))


def expm1(x: ir.Value) -> ir.Value:
    """(u - 1) x / log u with u = exp x (Kahan; Higham, Accuracy and Stability of Numerical Algorithms, 1.14.1)."""
    u = exp(x)
    less = shift(u, -1.0)
    corrected = div(mul(less, x), math.LogOp(u).result)
    result = select(greater(x, _number(40.0, x)), less, corrected)
    return select(_equals(u, 1.0), x, select(_equals(less, -1.0), less, result))


def log1p(x: ir.Value) -> ir.Value:
    """x log u / (u - 1) with u = 1 + x (Goldberg, What Every Computer Scientist Should Know, theorem 4)."""
    u = shift(x, 1.0)
    logarithm = math.LogOp(u).result
    corrected = div(mul(x, logarithm), shift(u, -1.0))
    result = select(_equals(u, pymath.inf), logarithm, corrected)
    return select(_equals(u, 1.0), x, result)


def tanh(x: ir.Value) -> ir.Value:
    """t / (t + 2), t = exp(2 |x|) - 1; 1 from 22 on."""
    size = _absolute(x)
    t = expm1(scale(arith.MinimumFOp(size, _number(22.0, x)).result, 2.0))
    return _with_sign_of(div(t, shift(t, 2.0)), x)


# pi / 2 in parts of 24 bits: their products with an integer below 2^29 are exact (Cody and Waite 1980).
HALF_PI = (1.570796251296997, 7.549789415861596e-08, 5.390302529957765e-15, 3.282003415807913e-22)
SINE = (
    -1.66666666666666324348e-01,
    8.33333333332248946124e-03,
    -1.98412698298579493134e-04,
    2.75573137070700676789e-06,
    -2.50507602534068634195e-08,
    1.58969099521155010221e-10,
)
COSINE = (
    4.16666666666666019037e-02,
    -1.38888888888741095749e-03,
    2.48015872894767294178e-05,
    -2.75573143513906633035e-07,
    2.08757232129817482790e-09,
    -1.13596475577881948265e-11,
)


def sin(x: ir.Value) -> ir.Value:
    return _wave(x, 0.0)


def cos(x: ir.Value) -> ir.Value:
    return _wave(x, 1.0)


def _wave(x: ir.Value, quarters: float) -> ir.Value:
    """The sine of x plus so many quarters of a turn."""
    turns = math.RoundEvenOp(scale(x, 2 / pymath.pi)).result
    rest = x
    for part in HALF_PI:
        rest = sub(rest, scale(turns, part))
    square = mul(rest, rest)
    sine = add(rest, mul(mul(rest, square), _polynomial(square, SINE)))
    half = scale(square, 0.5)
    near_one = sub(_number(1.0, x), half)
    lost = sub(sub(_number(1.0, x), near_one), half)
    cosine = add(near_one, add(lost, mul(mul(square, square), _polynomial(square, COSINE))))
    # The quarter turn, 0 to 3: odd ones are cosines, those of the second half negative.
    place = shift(turns, quarters)
    quarter = sub(place, scale(math.FloorOp(scale(place, 0.25)).result, 4.0))
    is_cosine = arith.OrIOp(_equals(quarter, 1.0), _equals(quarter, 3.0)).result
    value = select(is_cosine, cosine, sine)
    return select(compare(Predicate.OGE, quarter, _number(2.0, x)), neg(value), value)


ARCTANGENT = (
    3.33333333333329318027e-01,
    -1.99999999998764832476e-01,
    1.42857142725034663711e-01,
    -1.11111104054623557880e-01,
    9.09088713343650656196e-02,
    -7.69187620504482999495e-02,
    6.66107313738753120669e-02,
    -5.83357013379057348645e-02,
    4.97687799461593236017e-02,
    -3.65315727442169155270e-02,
    1.62858201153657823623e-02,
)


def atan(x: ir.Value) -> ir.Value:
    """atan(c) + atan((x - c) / (1 + c x)) for c = 0, 1/2, 1, 3/2 and infinity."""
    size = _absolute(x)
    one = _number(1.0, x)
    argument, offset = neg(reciprocal(size)), _number(pymath.pi / 2, x)
    low = _number(6.123233995736765886e-17, x)
    for bound, centre, rest in (
        (2.4375, 1.5, 1.39033110312309984516e-17),
        (1.1875, 1.0, 3.06161699786838301793e-17),
        (0.6875, 0.5, 2.26987774529616870924e-17),
        (0.4375, 0.0, 0.0),
    ):
        inside = _below(size, bound)
        turned = div(shift(size, -centre), add(one, scale(size, centre))) if centre else size
        argument = select(inside, turned, argument)
        offset = select(inside, _number(pymath.atan(centre), x), offset)
        low = select(inside, _number(rest, x), low)
    square = mul(argument, argument)
    bend = mul(mul(argument, square), _polynomial(square, ARCTANGENT))
    return _with_sign_of(add(offset, add(sub(low, bend), argument)), x)


# erf(x) = x + x P(x^2) / Q(x^2) up to 0.84375.
ERF_NEAR = (
    (
        1.28379167095512558561e-01,
        -3.25042107247001499370e-01,
        -2.84817495755985104766e-02,
        -5.77027029648944159157e-03,
        -2.37630166566501626084e-05,
    ),
    (
        1.0,
        3.97917223959155352819e-01,
        6.50222499887672944485e-02,
        5.08130628187576562776e-03,
        1.32494738004321644526e-04,
        -3.96022827877536812320e-06,
    ),
)
# erf(x) = 0.845... + P(x - 1) / Q(x - 1) up to 1.25.
ERF_AT_ONE = 8.45062911510467529297e-01
ERF_MIDDLE = (
    (
        -2.36211856075265944077e-03,
        4.14856118683748331666e-01,
        -3.72207876035701323847e-01,
        3.18346619901161753674e-01,
        -1.10894694282396677476e-01,
        3.54783043256182359371e-02,
        -2.16637559486879084300e-03,
    ),
    (
        1.0,
        1.06420880400844228286e-01,
        5.40397917702171048937e-01,
        7.18286544141962662868e-02,
        1.26171219808761642112e-01,
        1.36370839120290507362e-02,
        1.19844998467991074170e-02,
    ),
)
# erfc(x) = exp(-x^2 - 0.5625 + P(1 / x^2) / Q(1 / x^2)) / x up to 1 / 0.35, and beyond.
ERFC_FAR = (
    (
        -9.86494403484714822705e-03,
        -6.93858572707181764372e-01,
        -1.05586262253232909814e01,
        -6.23753324503260060396e01,
        -1.62396669462573470355e02,
        -1.84605092906711035994e02,
        -8.12874355063065934246e01,
        -9.81432934416914548592e00,
    ),
    (
        1.0,
        1.96512716674392571292e01,
        1.37657754143519042600e02,
        4.34565877475229228821e02,
        6.45387271733267880336e02,
        4.29008140027567833386e02,
        1.08635005541779435134e02,
        6.57024977031928170135e00,
        -6.04244152148580987438e-02,
    ),
)
ERFC_FARTHER = (
    (
        -9.86494292470009928597e-03,
        -7.99283237680523006574e-01,
        -1.77579549177547519889e01,
        -1.60636384855821916062e02,
        -6.37566443368389627722e02,
        -1.02509513161107724954e03,
        -4.83519191608651397019e02,
    ),
    (
        1.0,
        3.03380607434824582924e01,
        3.25792512996573918826e02,
        1.53672958608443695994e03,
        3.19985821950859553908e03,
        2.55305040643316442583e03,
        4.74528541206955367215e02,
        -2.24409524465858183362e01,
    ),
)


def _ratio(x: ir.Value, polynomials: tuple[Sequence[float], Sequence[float]]) -> ir.Value:
    numerator, denominator = polynomials
    return div(_polynomial(x, numerator), _polynomial(x, denominator))


def erf(x: ir.Value) -> ir.Value:
    """By the interval of |x|; 1 from 6 on."""
    size = arith.MinimumFOp(_absolute(x), _number(6.0, x)).result
    square = mul(size, size)
    near = add(size, mul(size, _ratio(square, ERF_NEAR)))
    middle = shift(_ratio(shift(size, -1.0), ERF_MIDDLE), ERF_AT_ONE)
    inverse = reciprocal(square)
    exponent = select(_below(size, 1 / 0.35), _ratio(inverse, ERFC_FAR), _ratio(inverse, ERFC_FARTHER))
    tail = div(exp(add(shift(neg(square), -0.5625), exponent)), size)
    beyond = sub(_number(1.0, x), tail)
    value = select(_below(size, 0.84375), near, select(_below(size, 1.25), middle, beyond))
    return _with_sign_of(select(compare(Predicate.UNO, x, x), x, value), x)


def powf(x: ir.Value, y: ir.Value) -> ir.Value:
    """exp(y log x), for an x that is not negative."""
    return exp(mul(y, math.LogOp(x).result))


EXPANSIONS: dict[str, Callable[..., ir.Value]] = {
    "math.atan": atan,
    "math.cos": cos,
    "math.erf": erf,
    "math.expm1": expm1,
    "math.log1p": log1p,
    "math.powf": powf,
    "math.sin": sin,
    "math.tanh": tanh,
}
"""What stands for each op, built from its operands."""

WIDENED = frozenset({"math.cos", "math.sin"})
"""Those that stand for the op on float32 numbers, too."""
