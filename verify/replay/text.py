"""Reading a certificate's relation: Python syntax, walked over a list of what is allowed, never evaluated.

relation   side <= side | side < side | side == side
side       + - * / **, whole numbers, pi, E, the vocabulary's names, v[k + 1], J(u), elementary functions,
           Min Max Abs, Sum(f, (k, 0, N - 1)), Product, Integral(f, (w, a, b)), Derivative(J(u), u)
"""

from __future__ import annotations

import ast
import warnings
from dataclasses import dataclass
from fractions import Fraction

from verify.replay.errors import Refused
from verify.replay.names import ARITY, CURVES, INDEXED, NEEDS_GRID, NUMBERS

MAX_CHARACTERS, MAX_NODES, MAX_DEPTH, MAX_DIGITS = 10_000, 2_000, 100, 400
ELEMENTARY = ("exp", "log", "sqrt", "sin", "cos", "tan", "atan", "sinh", "cosh", "tanh", "Abs")
BINDERS = ("Sum", "Product", "Integral")
_SIGNS = {ast.LtE: "<=", ast.Lt: "<", ast.Eq: "=="}
_OPERATIONS = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow)


@dataclass(frozen=True)
class Statement:
    """A relation between two sides, with the vocabulary names that they use."""

    sign: str
    lhs: ast.expr
    rhs: ast.expr
    names: frozenset[str]

    @property
    def needs_grid(self) -> bool:
        return bool(self.names & NEEDS_GRID)


def read_statement(text: str) -> Statement:
    """Parse and check a relation.

    Raises:
        Refused: it is too large, or has a part that is not in the language above.
    """
    if len(text) > MAX_CHARACTERS:
        raise Refused(f"the relation has {len(text)} characters; the limit is {MAX_CHARACTERS}")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        raise Refused(f"the relation cannot be read: {_short(text)}") from None
    _check_size(tree)
    if not isinstance(tree, ast.Compare) or len(tree.ops) != 1 or type(tree.ops[0]) not in _SIGNS:
        raise Refused(f"the relation is not one <=, < or == between two sides: {_short(text)}")
    walker = _Walker()
    lhs, rhs = tree.left, tree.comparators[0]
    for side in (lhs, rhs):
        walker.visit(side, frozenset())
    return Statement(_SIGNS[type(tree.ops[0])], lhs, rhs, frozenset(walker.names))


def _check_size(tree: ast.AST) -> None:
    level, nodes, depth = [tree], 0, 0
    while level:
        nodes, depth = nodes + len(level), depth + 1
        if nodes > MAX_NODES * 2 or depth > MAX_DEPTH:
            raise Refused(f"the relation is too large or nested deeper than {MAX_DEPTH} levels")
        level = [child for node in level for child in ast.iter_child_nodes(node)]


class _Walker:
    """Refuses every node that is not in the language, and collects the names."""

    def __init__(self) -> None:
        self.names: set[str] = set()

    def visit(self, node: ast.expr, bound: frozenset[str]) -> None:
        match node:
            case ast.Constant(value=value):
                if type(value) is not int or abs(value) >= 10**MAX_DIGITS:
                    raise Refused(f"the constant {_short(str(value))} is no whole number of moderate size")
            case ast.Name(id=name):
                self.name(name, bound)
            case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=operand):
                self.visit(operand, bound)
            case ast.BinOp(left=left, op=op, right=right) if isinstance(op, _OPERATIONS):
                self.visit(left, bound)
                self.visit(right, bound)
            case ast.Subscript(value=ast.Name(id=name), slice=index):
                if name not in INDEXED:
                    raise Refused(f"unknown quantity {_short(name)}[...]; with an index there are {', '.join(INDEXED)}")
                self.names.add(name)
                self.visit(index, bound)
            case ast.Call(func=ast.Name(id=name), args=args, keywords=[]):
                self.call(name, args, bound)
            case _:
                raise Refused(f"the relation has a part that is not read here: {_short(ast.unparse(node))}")

    def name(self, name: str, bound: frozenset[str]) -> None:
        if name in bound or name in ("pi", "E"):
            return
        if name not in NUMBERS:
            raise Refused(f"unknown quantity {_short(name)} in the relation")
        self.names.add(name)

    def call(self, name: str, args: list[ast.expr], bound: frozenset[str]) -> None:
        if name in BINDERS:
            self.binder(name, args, bound)
        elif name == "Derivative":
            self.derivative(args, bound)
        elif name in ARITY or name in ELEMENTARY:
            if len(args) != ARITY.get(name, 1):
                raise Refused(f"{name} takes {ARITY.get(name, 1)} argument(s), the relation gives {len(args)}")
            if name in ARITY:
                self.names.add(name)
            for arg in args:
                self.visit(arg, bound)
        elif name in ("Min", "Max") and args:
            for arg in args:
                self.visit(arg, bound)
        else:
            raise Refused(f"unknown quantity {_short(name)}(...) in the relation")

    def binder(self, name: str, args: list[ast.expr], bound: frozenset[str]) -> None:
        inner = bound
        for variable, lower, upper in reversed(limits_of(name, args)):
            self.visit(lower, inner)
            if not (name == "Integral" and isinstance(upper, ast.Name) and upper.id == "oo"):
                self.visit(upper, inner)
            inner = inner | {variable}
        self.visit(args[0], inner)

    def derivative(self, args: list[ast.expr], bound: frozenset[str]) -> None:
        match args:
            case [ast.Call(func=ast.Name(id=curve), args=[level], keywords=[]), variable] if curve in CURVES:
                if ast.dump(level) == ast.dump(variable):
                    self.names.add(f"{curve}'")
                    self.visit(level, bound)
                    return
        raise Refused("a Derivative is read only as Derivative(J(u), u), J a curve of the vocabulary")


def limits_of(name: str, args: list[ast.expr]) -> list[tuple[str, ast.expr, ast.expr]]:
    """(variable, lower, upper) of each limit, the innermost first.

    Raises:
        Refused: they are not written as (k, 0, N - 1).
    """
    found = []
    for limit in args[1:]:
        match limit:
            case ast.Tuple(elts=[ast.Name(id=variable), lower, upper]):
                found.append((variable, lower, upper))
            case _:
                raise Refused(f"a {name} has limits such as (k, 0, N - 1), not {_short(ast.unparse(limit))}")
    if not 1 <= len(found) <= 3 or (name == "Integral" and len(found) != 1):
        raise Refused(f"a {name} with {len(found)} limits is not read here")
    return found


def exact_constant(node: ast.expr) -> Fraction | None:
    """The value of a whole number, else None."""
    return Fraction(node.value) if isinstance(node, ast.Constant) and type(node.value) is int else None


def _short(text: str) -> str:
    words = " ".join(text.split())
    return repr(words if len(words) <= 60 else words[:57] + "...")
