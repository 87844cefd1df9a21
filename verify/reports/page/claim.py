"""The section of one claim."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from theory.claims import Claim
from theory.derivations import find_derivation
from verify.reports.commands import claim_command
from verify.reports.page.cases import ShownCase, shown_cases
from verify.reports.page.formulas import formula, words
from verify.reports.page.model import Content
from verify.reports.page.pictures import Shown, pictures_of
from verify.reports.quotes import DERIVED, quote
from verify.verdicts import Verdict


@dataclass(frozen=True)
class Section:
    """What the section of a claim shows; ``about`` are names and texts, empty texts left out.

    Attributes:
        claim, status, as_expected: of the verdict.
        statement: the relation; ``text`` the same as it is typed.
        words: quantities that the statement speaks of, with their meanings.
        quote: the verdict in a sentence.
        about: names with texts.
        derived_from, rests_on: ids of claims.
        pictures, cases, rates: that belong to it.
        command: that gives the verdict again.
        derivation: the command that shows the derivation that certifies the claim, or nothing.
        certificate, uncertified: its address, or why there is none.
        mutants: how many of its false variants were killed, where they were hunted.
    """

    claim: Claim
    status: str
    as_expected: bool
    statement: Markup
    text: str
    words: list[tuple[Markup, str]]
    quote: str
    about: list[tuple[str, str]]
    derived_from: tuple[str, ...]
    rests_on: tuple[str, ...]
    pictures: list[Shown]
    cases: list[ShownCase]
    rates: dict[str, Any] | None
    command: str
    derivation: str
    certificate: str
    uncertified: str
    mutants: Mapping[str, Any] | None


def section(v: Verdict, content: Content, mutants: Mapping[str, Any]) -> Section:
    """The section of a verdict's claim; ``mutants`` has the counts of its variants by id."""
    claim, origin = v.claim, content.origin
    about = {
        "verdict": f"{v.status}, expected {claim.expected}: {v.how}",
        "source": ", ".join(part for part in (claim.source, str(claim.form)) if part),
        "setting": claim.setting,
        "note": claim.note,
        "statement from": origin.remarks.get(claim.id, ""),
        "power": str(v.detectable) if v.detectable else "",
        "error rate": f"false alarm with probability at most {v.error_rates['false_alarm']:.1e}"
        if v.error_rates
        else "",
        "design": str(claim.design) if claim.design else "",
    }
    derived = v.how.startswith(DERIVED) and find_derivation(claim.id) is not None
    return Section(
        claim=claim,
        status=str(v.status),
        as_expected=v.as_expected,
        statement=formula(claim.relation),
        text=str(claim.relation),
        words=words(claim),
        quote=quote(v, origin.version or None),
        about=[(name, text) for name, text in about.items() if text],
        derived_from=claim.derived_from,
        rests_on=v.rests_on,
        pictures=pictures_of(v),
        cases=shown_cases(v),
        rates=v.rates,
        command=claim_command(claim.id, origin.files.get(claim.id), content.examples, v.seed, origin.device),
        derivation=f"scoreproof derive {claim.id}" if derived else "",
        certificate=content.certificates.get(claim.id, ""),
        uncertified=content.uncertified.get(claim.id, ""),
        mutants=mutants.get(claim.id),
    )
