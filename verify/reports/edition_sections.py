"""One section of the edition: a statement, its verdict, its claims with their formulas, commands and pictures."""

from __future__ import annotations

import re
from collections.abc import Iterator

from theory.claims import Claim, Form
from theory.paper import STATEMENTS, Statement, claims_of, dependencies
from verify.reports.edition_formulas import formula
from verify.reports.edition_run import StoredRun
from verify.reports.edition_words import Standing, claim_sentence, counterexample, is_limit, tightness

USUAL_EXAMPLES = 100  # of `scoreproof verify --claim`
GROUPS = {
    "printed": "As printed",
    "corrected": "Corrected",
    "exact": "In exact form",
    "conjecture": "Observed, not proved",
    "limit": "What does not hold beside it",
}


def section(one: Statement, verdict: Standing, run: StoredRun) -> str:
    """Markdown, from the heading on."""
    return "\n\n".join(_blocks(one, verdict, run))


def _blocks(one: Statement, verdict: Standing, run: StoredRun) -> Iterator[str]:
    yield f"## {heading(one)}"
    yield one.says
    sentence = f"**{verdict.value[0].upper()}{verdict.value[1:]}.**"
    yield f"{sentence} {one.remark}".rstrip()
    claims = tuple(sorted(claims_of(one), key=lambda claim: (claim.id.count("."), claim.id)))  # the whole, then parts
    for group, title in GROUPS.items():
        chosen = [claim for claim in claims if _group(claim, one) == group]
        if chosen:
            yield f"**{title}**"
        for claim in chosen:
            yield from _claim(claim, run)
    if claims:
        yield "**The same verdicts again**"
        yield "```console\n" + "\n".join(f"$ {command}" for command in commands(claims, run)) + "\n```"
    if others := dependencies()[one.key]:
        yield "Rests on " + ", ".join(f"[{STATEMENTS[key].number}](#{anchor(STATEMENTS[key])})" for key in others) + "."
    for picture in one.pictures:
        yield f"![{picture.shows}](images/{picture.file})"
        yield f"*{picture.shows}.*"


def _claim(claim: Claim, run: StoredRun) -> Iterator[str]:
    verdict = run.by_id.get(claim.id)
    yield f"`{claim.id}`: {plain(claim.title)}."
    yield formula(claim)
    yield f"```text\n{claim.relation}\n```"
    parts = [claim_sentence(claim, verdict), tightness(claim, verdict) if verdict else ""]
    parts += [f"Note: {claim.note}."] if claim.note else []
    yield plain(" ".join(part for part in parts if part))
    if verdict and verdict.counterexample:
        yield "Smallest counterexample found:"
        yield "```text\n" + "\n".join(counterexample(claim, verdict.counterexample)) + "\n```"


def _group(claim: Claim, statement: Statement) -> str:
    if is_limit(claim):
        return "limit"
    if claim.form is Form.PRINTED or (statement.verbatim and claim.form is Form.EXACT):
        return "printed"
    return {Form.CORRECTED: "corrected", Form.CONJECTURE: "conjecture"}.get(claim.form, "exact")


def commands(claims: tuple[Claim, ...], run: StoredRun) -> list[str]:
    """What reproduces the verdicts on these claims, and what shows each of them."""
    chosen = " ".join(f"--claim {claim.id}" for claim in claims)
    shows = [f"scoreproof claims show {claim.id}" for claim in claims]
    return [f"scoreproof verify {chosen}{settings(run, USUAL_EXAMPLES)}", *shows]


def settings(run: StoredRun, usual: int) -> str:
    """The options with which the run was made, where they are not the usual ones."""
    examples = f" --examples {run.examples}" if run.examples != usual else ""
    return examples + (f" --seed {run.seed}" if run.seed else "")


def heading(one: Statement) -> str:
    return f"{one.number}: {one.title}"


def anchor(one: Statement) -> str:
    """What both GitHub and mkdocs make of the heading."""
    return re.sub(r"[^\w\s-]", "", heading(one)).strip().lower().replace(" ", "-")


def plain(text: str) -> str:
    """Text that Markdown leaves alone."""
    return re.sub(r"([\\*<`])", r"\\\1", text)
