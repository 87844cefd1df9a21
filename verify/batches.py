"""Measuring many cases for one vectorised evaluation: arrays with a leading axis of cases.

The grids of a batch have the same number of steps. A quantity that one case cannot give is NaN there, with an
infinite radius, so that it decides nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from numerics.enclosures import Enclosure, Kind, as_enclosure, weakest
from numerics.targets.base import NotAvailable
from theory.vocabulary import VOCABULARY
from verify.cases import Case
from verify.measurements import FloatMeasurements


class BatchMeasurements(Mapping[str, Any]):
    """Vocabulary names to enclosures of shape (cases, ...), for ``theory.compiler.compile_array``.

    Curves remember what they were asked, since the variants of a claim ask the same.

    Raises:
        ValueError: no case, or grids (or networks) of different sizes.
    """

    def __init__(self, cases: Sequence[Case]):
        if len({case.sizes for case in cases}) != 1:
            raise ValueError("a batch needs at least one case, and grids (and networks) of one size")
        self.cases = list(cases)
        self.rows = [FloatMeasurements(case) for case in cases]
        self.known: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self.known:
            self.known[name] = self._measure(name)
        return self.known[name]

    def __contains__(self, name: object) -> bool:
        return name in self.rows[0]

    def __iter__(self) -> Iterator[str]:
        return iter(VOCABULARY)

    def __len__(self) -> int:
        return len(VOCABULARY)

    def _measure(self, name: str) -> Any:
        if name == "N":
            return self.cases[0].N
        values = [_or_none(lambda row=row: row[name]) for row in self.rows]  # type: ignore[misc]
        first = next((value for value in values if value is not None), None)
        if callable(first):
            return self._curve(values)
        return stacked([None if value is None else as_enclosure(value) for value in values])

    def _curve(self, curves: list[Callable[..., Any] | None]) -> Callable[..., Enclosure]:
        known: dict[tuple[Any, ...], Enclosure] = {}

        def at(*args: Any) -> Enclosure:
            inputs = [as_enclosure(a) for a in args]
            key = tuple((a.shape, a.value.tobytes(), a.radius.tobytes()) for a in inputs)
            if key not in known:
                known[key] = stacked(
                    [
                        None if curve is None else _or_none(lambda i=i, curve=curve: curve(*self._row(i, inputs)))  # type: ignore[misc]
                        for i, curve in enumerate(curves)
                    ]
                )
            return known[key]

        return at

    def _row(self, i: int, inputs: list[Enclosure]) -> list[Enclosure]:
        """The arguments of one case; what does not depend on the case has no axis for it, or one of length 1."""
        return [a[i] if a.ndim and a.shape[0] == len(self.cases) else a[0] if a.ndim else a for a in inputs]


def stacked(values: Sequence[Enclosure | None]) -> Enclosure:
    """Enclosures along a new first axis; None is NaN.

    Raises:
        NotAvailable: all are None.
    """
    given = [value for value in values if value is not None]
    if not given:
        raise NotAvailable("no case of the batch can give this quantity")
    shape = np.broadcast_shapes(*(value.shape for value in given))
    value, radius = np.full((len(values), *shape), np.nan), np.full((len(values), *shape), np.inf)
    sources: dict[str, float] = {}
    for i, one in enumerate(values):
        if one is not None:
            value[i], radius[i] = one.value, one.radius
            sources |= one.sources
    return Enclosure(value, radius, weakest(Kind.EXACT, *(one.kind for one in given)), sources)


def _or_none(measure: Callable[[], Any]) -> Any:
    try:
        return measure()
    except NotAvailable:
        return None
