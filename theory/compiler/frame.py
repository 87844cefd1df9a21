"""What one call of a compiled function knows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

import numpy as np
from sympy import Symbol

from theory.vocabulary import VOCABULARY, Axis

Environment = Mapping[str, Any]


class CompileError(ValueError):
    """The expression has a part that cannot be computed (the message names it)."""


class Frame:
    """Environment, index values, shared intermediate results.

    Args:
        env: vocabulary names to values.
        ops: the number type.
        rows: the cases to compute, of those names whose values have a first axis of cases; all of them by default.
        cut: these names.
    """

    def __init__(self, env: Environment, ops: Any, rows: slice | None = None, cut: Collection[str] = ()):
        self.env, self.ops, self.rows, self.cut = env, ops, rows, cut
        self.bound: dict[Symbol, Any] = {}
        self.memo: dict[Any, Any] = {}
        self.alive: list[Any] = []  # objects whose id() is part of a memo key
        self.steps = _steps(env)

    def value(self, name: str) -> Any:
        """The value of a vocabulary name, of the cases to compute.

        Raises:
            CompileError: it was not given.
        """
        return self.given(name)[self.rows] if name in self.cut else self.given(name)

    def given(self, name: str) -> Any:
        try:
            return self.env[name]
        except KeyError:
            raise CompileError(f"no value was given for {name!r}") from None

    def whole(self, name: str) -> int:
        """A whole number of the setting, such as N or K; one for all cases of a call.

        Raises:
            CompileError: it has no value, no whole one, or several.
        """
        if name == "N":
            return self.need_steps()
        given = self.given(name)
        numbers = np.unique(np.asarray(getattr(given, "value", given), dtype=float))
        if len(numbers) != 1 or not float(numbers[0]).is_integer():
            raise CompileError(f"{name} has the values {numbers.tolist()}; an index needs one whole number")
        return int(numbers[0])

    def need_steps(self) -> int:
        if self.steps is None:
            raise CompileError("the expression speaks of grid points, but no grid was given")
        return self.steps

    def last(self, name: str) -> int:
        """The last index of an indexed quantity."""
        axis = VOCABULARY[name].axis if name in VOCABULARY else Axis.GRID
        if axis is Axis.STEPS:
            return self.whole("K")
        if axis is Axis.RESIDUALS:
            return self.whole("n") * self.whole("N") * self.whole("d") - 1
        return self.need_steps()

    def once(self, key: Any, make: Callable[[], Any]) -> Any:
        if key not in self.memo:
            self.memo[key] = make()
        return self.memo[key]


def _steps(env: Environment) -> int | None:
    if "N" in env:
        return int(env["N"])
    grid = next((env[name] for name in ("v", "sigma", "gamma") if name in env), None)
    if grid is None:
        return None
    return int((grid.shape[-1] if hasattr(grid, "shape") else len(grid)) - 1)
