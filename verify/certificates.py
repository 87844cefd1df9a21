"""Certificates: a verdict's cases as a small JSON file that another implementation can re-check.

A refuted verdict gives the smallest counterexample and the largest violation, a certified one every case that was
proved. All numbers are exact rationals (floats are dyadic rationals), the relation is text, and a digest over the
rest shows whether the file was changed. ``scoreproof replay`` reads it, see :mod:`verify.replay`.

A network of a training claim is written out with everything that was drawn for it. Where a verdict has more networks
than there is room for (``WRITTEN_OUT``), the smallest are written out and the others only named.
"""

from __future__ import annotations

import hashlib
import json
import platform
import re
from fractions import Fraction
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Literal

import numpy as np
from sympy import GreaterThan, LessThan, Rational, StrictGreaterThan, StrictLessThan
from sympy.core.relational import Relational
from sympy.printing.str import StrPrinter

from numerics.enclosures import Enclosure, Kind
from numerics.targets import Gaussian, GaussianMixture, Target
from numerics.training import Setup
from verify.atomic import write_text
from verify.cases import Case
from verify.evaluate import Outcome
from verify.replay.format import (
    MAX_ATOMS,
    MAX_BYTES,
    MAX_CASES,
    CaseFields,
    Certificate,
    ClaimFields,
    EnclosureFields,
    GaussianFields,
    MixtureFields,
    OtherFields,
    ScoreErrorFields,
    digest,
)
from verify.replay.network_fields import MAX_LAYERS, MAX_NUMBERS, NamedNetworkFields, NetworkFields
from verify.verdicts import Status, Verdict

Role = Literal["smallest counterexample", "largest violation", "proved"]
PACKAGES = ("scoreproof", "python-flint", "sympy", "numpy", "mpmath")
LONGEST_NAME, LONGEST_TITLE = 80, 2_000
WRITTEN_OUT = 150_000  # numbers of all networks of one certificate
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)


def certificate(verdict: Verdict) -> dict[str, Any]:
    """The certificate of a verdict, as it is written to JSON.

    Raises:
        ValueError: the verdict is neither certified nor refuted, carries no case, or has too many.
    """
    outcomes = _outcomes(verdict)
    if not outcomes:
        raise ValueError(
            f"the {verdict.status} verdict of {verdict.claim.id} carries no case to put into a certificate"
        )
    if len(outcomes) > MAX_CASES:
        raise ValueError(f"a certificate has at most {MAX_CASES} cases, not {len(outcomes)}")
    claim = verdict.claim
    written = _written_out([outcome.case for _, outcome in outcomes])
    content = Certificate(
        claim=ClaimFields(id=claim.id, title=claim.title[:LONGEST_TITLE], relation=relation_text(claim.relation)),
        status="refuted" if verdict.status is Status.REFUTED else "certified",
        seed=verdict.seed,
        cases=[_case(role, outcome, i in written) for i, (role, outcome) in enumerate(outcomes)],
        versions={"python": platform.python_version(), **{name: _version(name) for name in PACKAGES}},
    ).model_dump(mode="json")
    return {**content, "sha256": digest(content)}


def has_certificate(verdict: Verdict) -> bool:
    """Whether there is something to certify: the verdict is certified or refuted, by cases that it names."""
    return verdict.status in (Status.CERTIFIED, Status.REFUTED) and bool(_outcomes(verdict))


def write_certificate(verdict: Verdict, folder: Path | str, label: str = "") -> Path:
    """Write the certificate to ``folder`` (made if missing), whole or not at all, and return its path.

    The name comes from the claim's id and the seed, so that the same run writes the same file again.

    Args:
        label: tells verdicts of one claim and seed apart, e.g. the data that were fixed.

    Raises:
        ValueError: as :func:`certificate`; or the file would be larger than ``scoreproof replay`` reads.
        OSError: the folder cannot be written to.
    """
    text = json.dumps(certificate(verdict), indent=1, allow_nan=False) + "\n"
    if len(text) > MAX_BYTES:
        raise ValueError(f"the certificate of {verdict.claim.id} has {len(text)} bytes; the limit is {MAX_BYTES}")
    parts = [verdict.claim.id, label] if label else [verdict.claim.id]
    path = Path(folder) / f"{file_name('-'.join(parts))}-{verdict.seed}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.is_symlink():  # which could lead out of the folder
        path.unlink()
    write_text(path, text)
    return path


def file_name(id: str) -> str:
    """A claim's id as a file name without folders or reserved words; a changed id gets a hash, to stay unique."""
    plain = re.sub(r"[^A-Za-z0-9._~-]+", "_", id).strip("._-")[:LONGEST_NAME]
    if plain == id and not _RESERVED.match(plain):
        return plain
    return f"claim_{plain}_{hashlib.sha256(id.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"


def relation_text(relation: Relational) -> str:
    """The relation as text that reads ``left <= right``, ``left < right`` or ``left == right``.

    ``>=`` is turned round, as the enclosures of both sides are.
    """
    left, right = relation.lhs, relation.rhs
    if isinstance(relation, GreaterThan | StrictGreaterThan):
        left, right = right, left
    strict = isinstance(relation, StrictLessThan | StrictGreaterThan)
    sign = "<" if strict else ("<=" if isinstance(relation, LessThan | GreaterThan) else "==")
    printer = _ExactPrinter()
    return f"{printer.doprint(left)} {sign} {printer.doprint(right)}"


class _ExactPrinter(StrPrinter):
    """sympy's text, with floats as the rational numbers that they are."""

    def _print_Float(self, expr: Any) -> str:
        return f"({Rational(expr)})"


def _outcomes(verdict: Verdict) -> list[tuple[Role, Outcome]]:
    if verdict.status is Status.REFUTED:
        found: list[tuple[Role, Outcome]] = []
        if verdict.counterexample is not None:
            found.append(("smallest counterexample", verdict.counterexample))
        if verdict.largest_violation is not None:
            found.append(("largest violation", verdict.largest_violation))
        return found
    if verdict.status is Status.CERTIFIED:
        return [("proved", outcome) for outcome in getattr(verdict, "proved", ())]
    raise ValueError(f"a {verdict.status} verdict has no certificate; certified and refuted ones have")


def _case(role: Role, outcome: Outcome, whole: bool) -> CaseFields:
    case, sampled = outcome.case, Kind.SAMPLED in (outcome.lhs.kind, outcome.rhs.kind)
    rate = sum({**outcome.lhs.sources, **outcome.rhs.sources}.values())
    return CaseFields(
        role=role,
        data=_data(case),
        v=[Fraction(level) for level in case.v],
        sampler=case.sampler,  # type: ignore[arg-type]
        start=case.start,  # type: ignore[arg-type]
        score_error=ScoreErrorFields(a=Fraction(case.error.a), b=Fraction(case.error.b)) if case.error else None,
        free={name: Fraction(value) for name, value in case.free},  # type: ignore[misc]
        lhs=_enclosure(outcome.lhs),
        rhs=_enclosure(outcome.rhs),
        bits=outcome.bits,
        evidence="ball arithmetic" if outcome.certified else ("sampling" if sampled else "float64"),
        error_rate=Fraction(rate) if sampled else None,
        training=_network(case, whole),
    )


def _written_out(cases: list[Case]) -> set[int]:
    """The places of the cases whose networks are written out: the smallest, until there is no more room."""
    sizes = {place: _numbers(case) for place, case in enumerate(cases) if case.training is not None}
    chosen, total = set(), 0
    for place in sorted(sizes, key=lambda place: sizes[place]):
        total += sizes[place]
        if sizes[place] <= MAX_NUMBERS and total <= WRITTEN_OUT:
            chosen.add(place)
    return chosen


def _numbers(case: Case) -> int:
    """How many numbers a case's network is made of."""
    assert case.training is not None
    N, d, n, m = case.N, case.target.d, case.training.n, case.training.m
    return n * d + 2 * N + n * N * d + m * (d + 1) + 2 * case.training.layers * m**2 + d * m


def _network(case: Case, whole: bool) -> NetworkFields | NamedNetworkFields | None:
    """The case's network with everything that was drawn for it, or its name alone."""
    plan = case.training
    if plan is None:
        return None
    if not whole or plan.layers > MAX_LAYERS:
        return NamedNetworkFields(label=str(plan)[:2_000])
    setup: Setup = plan.setup(case.target, case.v)
    drawn, move = setup.drawn(), setup.direction(plan.reach)
    return NetworkFields(
        points=_rows(setup.points),
        sigmas=_exact(setup.sigmas),
        beta=_exact(setup.beta),
        noises=_rows(drawn["noises"].tolist()),
        first=_rows(drawn["first"].tolist()),
        trained=[_rows(matrix) for matrix in drawn["trained"].tolist()],
        last=_rows(drawn["last"].tolist()),
        move=[_rows(matrix) for matrix in move.tolist()],
        steps=plan.steps,
    )


def _enclosure(number: Enclosure) -> EnclosureFields:
    value, radius = float(number.value), float(number.radius)
    if not (np.isfinite(value) and np.isfinite(radius)):
        raise ValueError(f"the enclosure {value} ± {radius} has no end to write down")
    return EnclosureFields(midpoint=Fraction(value), radius=Fraction(radius))


def _data(case: Case) -> GaussianFields | MixtureFields | OtherFields:
    target: Target = case.target
    if isinstance(target, Gaussian) and target.d <= MAX_ATOMS:
        # eigenvectors are known in floating point only; they do not matter where nothing else has a direction
        if target.basis is None or not (np.any(target.mean) or (case.error and case.error.b)):
            return GaussianFields(variances=_exact(target.axis_variances), means=_exact(target.mean))
    elif isinstance(target, GaussianMixture) and target.line is not None and len(target.line) <= MAX_ATOMS:
        line = target.line
        variances = _exact(line.variances) if line.stds is None else [s * s for s in _exact(line.stds)]
        return MixtureFields(weights=_exact(line.given), means=_exact(line.means), variances=variances)
    return OtherFields(label=target.label[:2_000])


def _rows(matrix: Any) -> list[list[Fraction]]:
    return [_exact(row) for row in matrix]


def _exact(numbers: Any) -> list[Fraction]:
    return [Fraction(float(number)) for number in numbers]


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
