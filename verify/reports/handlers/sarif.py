"""Claims that are not as expected as SARIF 2.1.0, shown at the line that states the claim."""

from __future__ import annotations

from typing import Any

from theory.claims import Claim
from verify.events import Event, SoFar
from verify.reports.files import write_json
from verify.reports.handlers.base import Handler, ended
from verify.reports.places import place_of
from verify.reports.sarif_log import as_sentence, sarif_log
from verify.reports.words import counterexample, sentence, shown
from verify.verdicts import Status, Verdict


class Sarif(Handler):
    """Writes when the run ends, also when it was stopped.

    Args:
        to: a file, or ``-`` for standard output, which a run that was stopped leaves empty.
    """

    def __init__(self, to: str):
        self.to = to

    def handle(self, event: Event, so_far: SoFar) -> None:
        if ended(event) and (self.to != "-" or so_far.interrupted is None):
            write_json(verdicts_sarif(so_far), self.to, "--sarif")


def verdicts_sarif(so_far: SoFar) -> dict[str, Any]:
    """A rule for each claim of the run, a result for each that is not as expected.

    A verdict that differs from the expected one is an error, one that could not be reached a warning. A claim on which
    scoreproof itself failed is no result: it is told of the run.
    """
    claims = sorted(so_far.claims, key=lambda claim: claim.id)
    index = {claim.id: at for at, claim in enumerate(claims)}
    results = [_result(v, index[v.claim.id], so_far) for v in so_far.wrong]
    failures = [f"{f.claim.id} has no verdict: {f.trace}" for f in so_far.failures]
    if so_far.cut_short:
        failures.append(f"the run was stopped; {len(so_far.missing)} claims have no verdict")
    return sarif_log("scoreproof verify", [_rule(claim) for claim in claims], results, failures)


def _rule(claim: Claim) -> dict[str, Any]:
    about = ", ".join(part for part in (claim.source, str(claim.form), f"expected: {claim.expected}") if part)
    return {
        "id": claim.id,
        "shortDescription": {"text": as_sentence(shown(claim.title) or claim.id)},
        "fullDescription": {"text": shown(f"{claim.relation} ({about})")},
        "help": {"text": shown(claim.setting) or f"`scoreproof claims show {shown(claim.id)}` shows the claim."},
        "defaultConfiguration": {"level": "error"},
    }


def _result(v: Verdict, index: int, so_far: SoFar) -> dict[str, Any]:
    found = counterexample(v)
    location: dict[str, Any] = {"logicalLocations": [{"fullyQualifiedName": v.claim.id, "kind": "object"}]}
    place = place_of(v.claim, so_far.file_of(v.claim))
    if place is not None:
        location["physicalLocation"] = {
            "artifactLocation": {"uri": place.uri},
            "region": {"startLine": place.line},
        }
    return {
        "ruleId": v.claim.id,
        "ruleIndex": index,
        "level": "warning" if v.status is Status.INCONCLUSIVE else "error",
        "message": {"text": as_sentence(sentence(v)) + (f" Counterexample: {found}." if found else "")},
        "locations": [location],
        "partialFingerprints": {"claim/v1": v.claim.id},  # an alert is the same when lines move
        "properties": {
            "status": str(v.status),
            "expected": str(v.claim.expected),
            "examples": v.examples,
            "seed": v.seed,
            "counterexample": None if v.counterexample is None else v.counterexample.as_json(),
        },
    }
