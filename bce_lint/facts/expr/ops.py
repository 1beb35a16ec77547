"""What is computed entry by entry: arithmetic, choices, exponentials and their relatives."""

from __future__ import annotations

import math

from bce_lint.facts.expr.core import Expr, op

LOG2 = math.log(2.0)
LOG10 = math.log(10.0)

# --- arithmetic


@op
class Add(Expr):
    x: Expr
    y: Expr


@op
class Sub(Expr):
    x: Expr
    y: Expr


@op
class Mul(Expr):
    x: Expr
    y: Expr


@op
class Div(Expr):
    x: Expr
    y: Expr


@op
class Pow(Expr):
    x: Expr
    y: Expr


@op
class Neg(Expr):
    x: Expr


@op
class Abs(Expr):
    x: Expr


@op
class Sign(Expr):
    x: Expr


@op
class Square(Expr):
    x: Expr


@op
class Sqrt(Expr):
    x: Expr


@op
class Maximum(Expr):
    x: Expr
    y: Expr


@op
class Minimum(Expr):
    x: Expr
    y: Expr


@op
class Clip(Expr):
    """`x` held in `[lo, hi]`; None is no bound on that side."""

    x: Expr
    lo: Expr | None = None
    hi: Expr | None = None


@op
class Where(Expr):
    """`x` where `test`, else `y`; both are computed, and differentiated, everywhere."""

    test: Expr
    x: Expr
    y: Expr


@op
class Truth(Expr):
    """A comparison or test: 0 or 1. `relation` is one of `< <= > >= == !=`, isnan, isfinite, and, or, not."""

    relation: str
    x: Expr
    y: Expr | None = None


@op
class Round(Expr):
    """`x` to an integer; `how` is round, floor or ceil. Its gradient is 0."""

    x: Expr
    how: str = "round"


@op
class MatMul(Expr):
    x: Expr
    y: Expr


@op
class DivNoNan(Expr):
    """`x / y`, and 0 where `y` is 0."""

    x: Expr
    y: Expr


@op
class MulNoNan(Expr):
    """`x * y`, and 0 where `y` is 0 even if `x` is infinite or NaN (in the value, not in the gradient)."""

    x: Expr
    y: Expr


@op
class NanToNum(Expr):
    """`x` with NaN and infinities replaced; the gradient behind stays NaN."""

    x: Expr


# --- exponentials and their relatives


@op
class Exp(Expr):
    x: Expr


@op
class Expm1(Expr):
    x: Expr


@op
class Log(Expr):
    x: Expr


@op
class Log1p(Expr):
    x: Expr


@op
class Xlogy(Expr):
    """`x log(y)`, and 0 where `x` is 0."""

    x: Expr
    y: Expr


@op
class Xlog1py(Expr):
    """`x log(1 + y)`, and 0 where `x` is 0."""

    x: Expr
    y: Expr


@op
class Sigmoid(Expr):
    x: Expr


@op
class LogSigmoid(Expr):
    x: Expr


@op
class Softplus(Expr):
    x: Expr


@op
class Logit(Expr):
    """`log(x / (1 - x))` as a library call, after clipping to `[eps, 1 - eps]` if `eps` is given."""

    x: Expr
    eps: Expr | None = None


@op
class LogAddExp(Expr):
    x: Expr
    y: Expr


@op
class Tanh(Expr):
    x: Expr


@op
class Cosh(Expr):
    x: Expr


@op
class Sinh(Expr):
    x: Expr


@op
class Relu(Expr):
    x: Expr


@op
class Acos(Expr):
    x: Expr


@op
class Asin(Expr):
    x: Expr


@op
class Atanh(Expr):
    x: Expr
