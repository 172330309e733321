"""Two steps of arithmetic for which the processor has instructions that Python lacks; only where Numba is used.

Each gives the bits of the plain function of the same name: of `philox.high_low`, and of `math.frexp` for the numbers
that it is called with.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba.core.extending import intrinsic
from numba.core.types import Tuple, float64, int64  # type: ignore[attr-defined]

_INT, _WIDE, _FLOAT = ir.IntType(64), ir.IntType(128), ir.DoubleType()
_MANTISSA = (1 << 52) - 1


@intrinsic
def high_low(_context: Any, _a: Any, _b1: Any, _b0: Any) -> Any:
    """Both 64-bit halves of a * b, where b1 and b0 are the 32-bit halves of b."""

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        a, b1, b0 = arguments
        b = builder.or_(builder.shl(b1, ir.Constant(_INT, 32)), b0)
        product = builder.mul(builder.zext(a, _WIDE), builder.zext(b, _WIDE))
        high = builder.trunc(builder.lshr(product, ir.Constant(_WIDE, 64)), _INT)
        return context.make_tuple(builder, signature.return_type, (high, builder.trunc(product, _INT)))

    return Tuple((int64, int64))(int64, int64, int64), build


@intrinsic
def frexp(_context: Any, _x: Any) -> Any:
    """Mantissa in [1/2, 1) and exponent of a positive number of full precision."""

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        bits = builder.bitcast(arguments[0], _INT)
        exponent = builder.sub(builder.lshr(bits, ir.Constant(_INT, 52)), ir.Constant(_INT, 1022))
        half = builder.or_(builder.and_(bits, ir.Constant(_INT, _MANTISSA)), ir.Constant(_INT, 1022 << 52))
        return context.make_tuple(builder, signature.return_type, (builder.bitcast(half, _FLOAT), exponent))

    return Tuple((float64, int64))(float64), build
