"""A network of the training claims in a certificate: every number that its losses depend on, or its name alone.

The numbers are those that were computed with, float64 and therefore exact rationals. A noise level sigma_j is the
float64 number nearest to sqrt(v_j), not the root itself: the losses are those at sigma_j.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from verify.replay.rationals import Float64, Strict, Text, to_text

MAX_NUMBERS = 12_000  # of one network
MAX_LAYERS, MAX_WIDTH, MAX_SAMPLES = 20, 512, 2_000
MAX_RUN = 1_000_000  # steps of gradient descent, of which nothing but the number is told
ROOT_ERROR = Fraction(1, 2**51)  # of sigma^2 against v, relative: sigma is rounded once

Row = Annotated[list[Float64], Field(min_length=1, max_length=MAX_WIDTH)]
Matrix = Annotated[list[Row], Field(min_length=1, max_length=MAX_SAMPLES)]


class NetworkFields(Strict):
    """S(X) = last relu(trained[L-1] ... relu(trained[0] relu(first X))) with n data points and N noise levels.

    ``points`` n rows of d; ``noises`` n N rows of d, row i N + j; ``sigmas`` and ``beta`` N; ``first`` m rows of
    d + 1; ``trained`` and ``move`` L matrices of m rows of m (``move`` is added to ``trained``); ``last`` d rows of m.
    """

    kind: Literal["network"] = "network"
    exact: Literal["all numbers; sigmas are the float64 roots of v"] = "all numbers; sigmas are the float64 roots of v"
    points: Matrix
    sigmas: Row
    beta: Row
    noises: Matrix
    first: Matrix
    trained: list[Matrix] = Field(min_length=1, max_length=MAX_LAYERS)
    last: Matrix
    move: list[Matrix] = Field(min_length=1, max_length=MAX_LAYERS)
    steps: int = Field(ge=0, le=MAX_RUN)

    @property
    def d(self) -> int:
        return len(self.points[0])

    @model_validator(mode="after")
    def _legal(self) -> NetworkFields:
        n, N, d, m, layers = len(self.points), len(self.sigmas), self.d, len(self.first), len(self.trained)
        if len(self.beta) != N or len(self.move) != layers:
            raise ValueError("sigmas and beta, or trained and move, have different lengths")
        shapes: list[tuple[str, Any, tuple[int, int]]] = [
            ("points", self.points, (n, d)),
            ("noises", self.noises, (n * N, d)),
            ("first", self.first, (m, d + 1)),
            ("last", self.last, (d, m)),
            *(("a trained matrix", matrix, (m, m)) for matrix in self.trained),
            *(("a move", matrix, (m, m)) for matrix in self.move),
        ]
        for name, matrix, (rows, columns) in shapes:
            if len(matrix) != rows or any(len(row) != columns for row in matrix):
                raise ValueError(f"{name} of a network with these sizes has {rows} rows of {columns} numbers")
        if sum(rows * columns for _, _, (rows, columns) in shapes) > MAX_NUMBERS:
            raise ValueError(f"a network in a certificate has at most {MAX_NUMBERS} numbers")
        for name, numbers in (("noise level", self.sigmas), ("weight", self.beta)):
            if min(numbers) <= 0:
                raise ValueError(f"the {name} {to_text(min(numbers))} is not positive")
        return self

    def check_levels(self, v: list[Fraction]) -> None:
        """Raise ValueError unless sigma_j is the rounded root of v_j, j = 0 ... N - 1, on a grid of N + 1."""
        if len(v) != len(self.sigmas) + 1:
            raise ValueError(f"a network with {len(self.sigmas)} noise levels needs a grid of one more, not {len(v)}")
        for sigma, level in zip(self.sigmas, v[:-1], strict=True):
            if abs(sigma * sigma - level) > ROOT_ERROR * level:
                raise ValueError(f"sigma = {to_text(sigma)} is not the rounded root of the level {to_text(level)}")


class NamedNetworkFields(Strict):
    """A network that is too large to be written out; what it shows cannot be re-checked."""

    kind: Literal["other"] = "other"
    label: Text
