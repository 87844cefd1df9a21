"""A side of a relation as an interval: the same walk over the syntax tree, with values."""

from __future__ import annotations

import ast
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from verify.replay import intervals
from verify.replay.clock import check_time
from verify.replay.errors import CannotCheck, Refused
from verify.replay.intervals import (
    absolute,
    bounds,
    box,
    exp,
    is_complex,
    log,
    maximum,
    minimum,
    over,
    power,
    real,
    sqrt,
)
from verify.replay.quadrature import integrate
from verify.replay.quantities import Quantities
from verify.replay.text import exact_constant, limits_of

MAX_POWER, MAX_TERMS, MAX_BITS = 10_000, 100_000, 4_000
SLACK = 16
COARSE = 8  # points that find the size of an integral

Bound = dict[str, Any]  # names that sums (int) and integrals (interval) bind


def evaluate(side: ast.expr, quantities: Quantities) -> Any:
    """The interval that holds the side's value.

    Raises:
        CannotCheck: something is outside this implementation, or has no real value.
        TooWide: more precision may help.
    """
    return _Evaluator(quantities).value(side, {})


class _Evaluator:
    def __init__(self, quantities: Quantities) -> None:
        self.quantities = quantities
        self.terms = 0

    def value(self, node: ast.expr, bound: Bound) -> Any:
        number = self.exact(node, bound)
        if number is not None:
            return real(number)
        match node:
            case ast.Name(id="pi"):
                return intervals.pi()
            case ast.Name(id="E"):
                return exp(real(1))
            case ast.Name(id=name):
                return bound[name] if name in bound else self.quantities.number(name)
            case ast.UnaryOp(op=op, operand=operand):
                inner = self.value(operand, bound)
                return -inner if isinstance(op, ast.USub) else inner
            case ast.BinOp(left=left, op=ast.Pow(), right=right):
                return self.power(left, right, bound)
            case ast.BinOp(left=left, op=op, right=right):
                return _OPERATIONS[type(op)](self.value(left, bound), self.value(right, bound))
            case ast.Subscript(value=ast.Name(id=name), slice=index):
                return self.quantities.element(name, self.whole(index, bound))
            case ast.Call(func=ast.Name(id=name), args=args):
                return self.call(name, args, bound)
        raise Refused(f"a part that is not read here: {ast.unparse(node)}")

    def exact(self, node: ast.expr, bound: Bound) -> Fraction | None:
        """The value as a rational number, where it is one by + - * / and whole powers of rational names."""
        match node:
            case ast.Constant():
                return exact_constant(node)
            case ast.Name(id=name):
                here = bound.get(name)
                if name in bound:
                    return Fraction(here) if isinstance(here, int) else None
                return self.quantities.exact(name)
            case ast.UnaryOp(op=op, operand=operand):
                inner = self.exact(operand, bound)
                return None if inner is None else (-inner if isinstance(op, ast.USub) else inner)
            case ast.BinOp(left=left, op=op, right=right):
                a, b = self.exact(left, bound), self.exact(right, bound)
                if a is None or b is None:
                    return None
                return _exact_operation(op, a, b)
        return None

    def whole(self, node: ast.expr, bound: Bound) -> int:
        index = self.exact(node, bound)
        if index is None or index.denominator != 1:
            raise CannotCheck(f"the index {ast.unparse(node)} is no whole number")
        return int(index)

    def power(self, base: ast.expr, exponent: ast.expr, bound: Bound) -> Any:
        x, n = self.value(base, bound), self.exact(exponent, bound)
        if n is not None and n.denominator == 1 and abs(n) <= MAX_POWER:
            return power(x, int(n))
        if n is not None and n.denominator == 2 and abs(n) <= MAX_POWER:
            root = power(sqrt(x), abs(int(2 * n)))
            return root if n > 0 else over(real(1), root)
        return exp(log(x) * (real(n) if n is not None else self.value(exponent, bound)))

    def call(self, name: str, args: list[ast.expr], bound: Bound) -> Any:
        if name in ("Sum", "Product"):
            return self.reduce(name == "Sum", args[0], limits_of(name, args), bound)
        if name == "Integral":
            return self.integral(args, bound)
        if name == "Derivative":
            curve = args[0]
            assert isinstance(curve, ast.Call)
            assert isinstance(curve.func, ast.Name)
            return self.quantities.call(f"{curve.func.id}'", self.value(curve.args[0], bound))
        values = [self.value(arg, bound) for arg in args]
        if name in ("Min", "Max"):
            choose = minimum if name == "Min" else maximum
            out = values[0]
            for value in values[1:]:
                out = choose(out, value)
            return out
        if name == "Abs":
            if is_complex(values[0]):
                raise CannotCheck("| | of an integration variable")
            return absolute(values[0])
        if hasattr(intervals, name) and name in _ELEMENTARY:
            return getattr(intervals, name)(*values)
        return self.quantities.call(name, *values)

    def reduce(self, add: bool, body: ast.expr, limits: list[tuple[str, ast.expr, ast.expr]], bound: Bound) -> Any:
        if not limits:
            return self.value(body, bound)
        *inner, (index, lower, upper) = limits
        out = real(0 if add else 1)
        for k in range(self.whole(lower, bound), self.whole(upper, bound) + 1):
            check_time()
            self.terms += 1
            if self.terms > MAX_TERMS:
                raise CannotCheck(f"the sums have more than {MAX_TERMS} terms")
            term = self.reduce(add, body, inner, {**bound, index: k})
            out = out + term if add else out * term
        return out

    def integral(self, args: list[ast.expr], bound: Bound) -> Any:
        """Over a finite range with rational ends and an analytic integrand."""
        ((variable, low, high),) = limits_of("Integral", args)
        if isinstance(high, ast.Name) and high.id == "oo":
            raise CannotCheck("an integral over an infinite range")
        ends = [self._rational(end, bound) for end in (low, high)]
        if any(end is None for end in ends):
            raise CannotCheck("an integral whose ends are not rational numbers")
        a, b = ends[0] or Fraction(0), ends[1] or Fraction(0)
        if a == b:
            return real(0)

        def at(x: Any) -> Any:
            return self.value(args[0], {**bound, variable: x})

        def local(middle: Fraction, half: Fraction) -> Callable[[Any], Any]:
            centre, reach = real(middle), real(half)
            return lambda t: at(centre + reach * t)

        points = _panels(min(a, b), max(a, b))
        at(box(real(points[0]), real(0)))  # says at once what has no value at complex arguments
        size = max(
            (max(map(abs, bounds(at(real(p))))) for p in points[:: max(1, len(points) // COARSE)]), default=Fraction(0)
        )
        goal = intervals.working_bits() - SLACK
        tolerance = (size or Fraction(1)) * abs(b - a) / 2**goal / len(points)
        value = integrate(local, points, tolerance, nodes=goal // 4 + 8)
        return value if a < b else -value

    def _rational(self, node: ast.expr, bound: Bound) -> Fraction | None:
        """An end of an integral: a rational expression, or a level of the grid."""
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id == "v":
            k = self.whole(node.slice, bound)
            self.quantities.element("v", k)  # refuses an index outside the grid
            return self.quantities.case.v[k]
        return self.exact(node, bound)


def _panels(low: Fraction, high: Fraction) -> list[Fraction]:
    """Curves vary on the scale of ln u: panels that double, where the range is positive."""
    points = [low]
    while 0 < points[-1] * 2 < high and len(points) < 500:
        points.append(points[-1] * 2)
    return [*points, high]


def _exact_operation(op: ast.operator, a: Fraction, b: Fraction) -> Fraction | None:
    match op:
        case ast.Add():
            out = a + b
        case ast.Sub():
            out = a - b
        case ast.Mult():
            out = a * b
        case ast.Div():
            if b == 0:
                raise CannotCheck("a division by 0")
            out = a / b
        case ast.Pow():
            if b.denominator != 1 or abs(b) > 64 or (a == 0 and b < 0):
                return None
            out = a ** int(b)
        case _:
            return None
    # beyond this size intervals are cheaper, and a chain of powers could never end
    return out if max(out.numerator.bit_length(), out.denominator.bit_length()) <= MAX_BITS else None


_ELEMENTARY = {"exp", "log", "sqrt", "sin", "cos", "tan", "atan", "sinh", "cosh", "tanh"}
_OPERATIONS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: over,
}
