"""The certificate's file format: fields, their limits, and the digest. Used by the writer and by the reader."""

from __future__ import annotations

import hashlib
import json
import re
from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, model_validator

FORMAT, VERSION = "scoreproof certificate", 1
MAX_BYTES = 5_000_000
MAX_DIGITS = 400  # of a numerator or denominator: the smallest float64 has a denominator of 324
MAX_LEVELS, MAX_ATOMS, MAX_CASES = 1_000, 2_000, 2_000

_RATIONAL = re.compile(rf"(-?[0-9]{{1,{MAX_DIGITS}}})(?:/([0-9]{{1,{MAX_DIGITS}}}))?")


def to_text(number: Fraction) -> str:
    """``p/q`` in lowest terms, ``p`` for whole numbers."""
    return str(Fraction(number))


def _from_text(value: Any) -> Fraction:
    if isinstance(value, Fraction):
        return value
    found = _RATIONAL.fullmatch(value) if isinstance(value, str) else None
    if found is None or (found[2] is not None and int(found[2]) == 0):
        shown = str(value)
        shown = shown if len(shown) <= 40 else shown[:37] + "..."
        raise ValueError(f"{shown!r} is no rational number; write p or p/q, at most {MAX_DIGITS} digits each")
    return Fraction(int(found[1]), int(found[2] or 1))


Rational = Annotated[Fraction, BeforeValidator(_from_text), PlainSerializer(to_text, return_type=str)]
Text = Annotated[str, Field(max_length=2_000)]
Word = Annotated[str, Field(max_length=300)]


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, arbitrary_types_allowed=True)


class GaussianFields(_Strict):
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


class MixtureFields(_Strict):
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


class OtherFields(_Strict):
    """Data that have no short exact description; such a case cannot be re-checked."""

    kind: Literal["other"] = "other"
    label: Text


class ScoreErrorFields(_Strict):
    """The learned score (1 + a) grad log p + b."""

    a: Rational
    b: Rational


class EnclosureFields(_Strict):
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


class CaseFields(_Strict):
    """One case with the enclosures of both sides, read as ``lhs <= rhs`` or ``lhs == rhs``."""

    role: Literal["smallest counterexample", "largest violation", "proved"]
    data: GaussianFields | MixtureFields | OtherFields = Field(discriminator="kind")
    v: list[Rational] = Field(max_length=MAX_LEVELS)
    sampler: Literal["score", "denoiser", "ode", "heun"]
    start: Literal["noise", "exact"]
    score_error: ScoreErrorFields | None
    free: dict[Literal["u", "w", "x", "a_t", "C"], Rational]
    lhs: EnclosureFields
    rhs: EnclosureFields
    bits: int = Field(ge=0, le=100_000)
    evidence: Literal["ball arithmetic", "float64", "sampling"]
    error_rate: Rational | None = None

    @model_validator(mode="after")
    def _legal(self) -> CaseFields:
        if len(self.v) == 1 or any(not a > b for a, b in zip(self.v[:-1], self.v[1:], strict=True)):
            raise ValueError("v is no grid: two or more levels, strictly decreasing")
        if self.v and self.v[-1] <= 0:
            raise ValueError(f"the level {to_text(self.v[-1])} of v is not positive")
        for name in ("u", "w", "a_t", "C"):
            if name in self.free and self.free[name] <= 0:
                raise ValueError(f"{name} = {to_text(self.free[name])} is not positive")
        if {"u", "w"} <= self.free.keys() and self.free["w"] >= self.free["u"]:
            raise ValueError("w is not below u")
        return self


class ClaimFields(_Strict):
    id: Word
    title: Text
    relation: Annotated[str, Field(max_length=10_000)]


class Certificate(_Strict):
    """A certified or refuted verdict."""

    format: Literal["scoreproof certificate"] = "scoreproof certificate"
    version: Literal[1] = 1
    claim: ClaimFields
    status: Literal["certified", "refuted"]
    seed: int
    cases: list[CaseFields] = Field(min_length=1, max_length=MAX_CASES)
    versions: dict[Word, Word] = Field(max_length=20)

    @model_validator(mode="after")
    def _legal(self) -> Certificate:
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
