"""The certificate's file format: fields, their limits, and the digest. Used by the writer and by the reader."""

from __future__ import annotations

import hashlib
import json
from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from verify.replay.network_fields import NamedNetworkFields, NetworkFields
from verify.replay.rationals import Rational, Strict, Text, Word, to_text

FORMAT, VERSION = "scoreproof certificate", 2
READABLE = (1, 2)  # version 2 added networks, and free arguments beside the first five
MAX_BYTES = 10_000_000
MAX_LEVELS, MAX_ATOMS, MAX_CASES = 1_000, 2_000, 2_000

# fmt: off
FreeName = Literal[
    "u", "w", "x", "a_t", "C", "eta", "w0", "K", "dim", "angle", "cap_angle", "x2", "eps", "m", "layers", "s", "a_0",
    "C_h", "C5", "C6", "rho", "level", "P_mean", "P_std", "sigma_data", "n", "draw", "weighting",
]
# fmt: on
FIRST_NAMES = {"u", "w", "x", "a_t", "C"}  # those of version 1
WHOLE = ("K", "dim", "m", "layers", "s", "level", "n", "draw", "weighting")
POSITIVE = ("u", "w", "a_t", "C", "eta", "eps", "a_0", "C_h", "C5", "C6", "rho", "P_std", "sigma_data")
NOT_NEGATIVE = ("angle", "cap_angle", "x2")


class GaussianFields(Strict):
    """N(means, diag(variances))."""

    kind: Literal["gaussian"] = "gaussian"
    variances: list[Rational] = Field(min_length=1, max_length=MAX_ATOMS)
    means: list[Rational] = Field(min_length=1, max_length=MAX_ATOMS)

    @model_validator(mode="after")
    def _legal(self) -> GaussianFields:
        if len(self.variances) != len(self.means):
            raise ValueError("variances and means have different lengths")
        if min(self.variances) < 0:
            raise ValueError("a variance is negative")
        return self


class MixtureFields(Strict):
    """sum weights[i]/sum(weights) N(means[i], variances[i]) on the line."""

    kind: Literal["mixture"] = "mixture"
    weights: list[Rational] = Field(min_length=1, max_length=MAX_ATOMS)
    means: list[Rational] = Field(min_length=1, max_length=MAX_ATOMS)
    variances: list[Rational] = Field(min_length=1, max_length=MAX_ATOMS)

    @model_validator(mode="after")
    def _legal(self) -> MixtureFields:
        if not len(self.weights) == len(self.means) == len(self.variances):
            raise ValueError("weights, means and variances have different lengths")
        if min(self.variances) < 0 or min(self.weights) < 0 or max(self.weights) == 0:
            raise ValueError("a variance or weight is negative, or all weights are 0")
        return self


class OtherFields(Strict):
    """Data that have no short exact description; such a case cannot be re-checked."""

    kind: Literal["other"] = "other"
    label: Text


class ScoreErrorFields(Strict):
    """The learned score (1 + a) grad log p + b."""

    a: Rational
    b: Rational


class EnclosureFields(Strict):
    """The true value is within ``radius`` of ``midpoint``."""

    midpoint: Rational
    radius: Rational

    @model_validator(mode="after")
    def _legal(self) -> EnclosureFields:
        if self.radius < 0:
            raise ValueError("a radius is negative")
        return self

    @property
    def ends(self) -> tuple[Fraction, Fraction]:
        return self.midpoint - self.radius, self.midpoint + self.radius


class CaseFields(Strict):
    """One case with the enclosures of both sides, read as ``lhs <= rhs`` or ``lhs == rhs``."""

    role: Literal["smallest counterexample", "largest violation", "proved"]
    data: GaussianFields | MixtureFields | OtherFields = Field(discriminator="kind")
    v: list[Rational] = Field(max_length=MAX_LEVELS)
    sampler: Literal["score", "denoiser", "ode", "heun"]
    start: Literal["noise", "exact"]
    score_error: ScoreErrorFields | None
    free: dict[FreeName, Rational]
    lhs: EnclosureFields
    rhs: EnclosureFields
    bits: int = Field(ge=0, le=100_000)
    evidence: Literal["ball arithmetic", "float64", "sampling"]
    error_rate: Rational | None = None
    training: Annotated[NetworkFields | NamedNetworkFields, Field(discriminator="kind")] | None = None

    @model_validator(mode="after")
    def _legal(self) -> CaseFields:
        if len(self.v) == 1 or any(not a > b for a, b in zip(self.v[:-1], self.v[1:], strict=True)):
            raise ValueError("v is no grid: two or more levels, strictly decreasing")
        if self.v and self.v[-1] <= 0:
            raise ValueError(f"the level {to_text(self.v[-1])} of v is not positive")
        _check_free({str(name): number for name, number in self.free.items()})
        if isinstance(self.training, NetworkFields):
            self.training.check_levels(self.v)
            d = len(self.data.variances) if isinstance(self.data, GaussianFields) else None
            if d not in (None, self.training.d):
                raise ValueError(f"the data have d = {d}, the network's {self.training.d}")
        return self


def _check_free(free: dict[str, Fraction]) -> None:
    for name, number in free.items():
        if name in WHOLE and (number.denominator != 1 or number < 0):
            raise ValueError(f"{name} = {to_text(number)} is no whole number from 0 up")
        if (name in POSITIVE and number <= 0) or (name in NOT_NEGATIVE and number < 0):
            raise ValueError(f"{name} = {to_text(number)} is not positive")
    if {"u", "w"} <= free.keys() and free["w"] >= free["u"]:
        raise ValueError("w is not below u")


class ClaimFields(Strict):
    id: Word
    title: Text
    relation: Annotated[str, Field(max_length=10_000)]


class Certificate(Strict):
    """A certified or refuted verdict."""

    format: Literal["scoreproof certificate"] = "scoreproof certificate"
    version: Literal[1, 2] = 2
    claim: ClaimFields
    status: Literal["certified", "refuted"]
    seed: int
    cases: list[CaseFields] = Field(min_length=1, max_length=MAX_CASES)
    versions: dict[Word, Word] = Field(max_length=20)

    @model_validator(mode="after")
    def _legal(self) -> Certificate:
        if self.version == 1 and any(c.training is not None or not c.free.keys() <= FIRST_NAMES for c in self.cases):
            raise ValueError("version 1 has no networks, and no free arguments but " + ", ".join(sorted(FIRST_NAMES)))
        proved = [case.role == "proved" for case in self.cases]
        if self.status == "certified" and not all(proved):
            raise ValueError("a certified verdict has only proved cases")
        if self.status == "refuted" and any(proved):
            raise ValueError("a refuted verdict has only violations")
        return self


def digest(content: dict[str, Any]) -> str:
    """SHA-256 of the canonical JSON of all fields but ``sha256``."""
    rest = {key: value for key, value in content.items() if key != "sha256"}
    canonical = json.dumps(rest, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()
