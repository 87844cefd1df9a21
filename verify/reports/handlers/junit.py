"""Verdicts as JUnit XML, for CI servers.

A verdict that is not as expected is a failure; so is an inconclusive one, since it makes the exit code 1, and a skipped
test would look green. Where scoreproof itself failed it is an error. Claims that a stopped run did not reach are
skipped.
"""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from theory.claims import Claim
from verify.atomic import write_text
from verify.events import Event, Failure, SoFar
from verify.reports.commands import claim_command
from verify.reports.files import writing
from verify.reports.handlers.base import Handler, ended
from verify.reports.places import module_of
from verify.reports.quotes import quote
from verify.reports.words import counterexample, evidence, reason, sentence, tightness
from verify.verdicts import Verdict

_NOT_XML = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class JUnit(Handler):
    """Writes when the run ends, also when it was stopped."""

    def __init__(self, to: Path):
        self.to = to

    def handle(self, event: Event, so_far: SoFar) -> None:
        if ended(event):
            with writing("--junit", self.to):
                write_text(self.to, junit(so_far))


def junit(so_far: SoFar) -> str:
    """One test suite with one test case a claim, in the order of the ids."""
    verdicts = {v.claim.id: v for v in so_far.verdicts}
    failures = {f.claim.id: f for f in so_far.failures}
    suite = Element(
        "testsuite",
        {
            "name": "scoreproof verify",
            "tests": str(len(so_far.claims)),
            "failures": str(len(so_far.wrong)),
            "errors": str(len(failures)),
            "skipped": str(len(so_far.missing)),
            "time": f"{so_far.seconds:.3f}",
        },
    )
    if so_far.started is not None:
        _properties(suite, {"seed": so_far.started.seed, "examples": so_far.started.examples})
    for claim in sorted(so_far.claims, key=lambda claim: claim.id):
        case = SubElement(suite, "testcase", {"classname": _home(claim, so_far), "name": claim.id})
        if claim.id in verdicts:
            _verdict(case, verdicts[claim.id], so_far)
        elif claim.id in failures:
            _error(case, failures[claim.id])
        else:
            SubElement(case, "skipped", {"message": "the run was stopped before this claim had a verdict"})
    _clean(suite)
    ElementTree.indent(suite)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(suite, encoding="unicode") + "\n"


def _verdict(case: Element, v: Verdict, so_far: SoFar) -> None:
    case.set("time", f"{v.seconds:.3f}")
    told = {
        "status": v.status,
        "expected": v.claim.expected,
        "seed": v.seed,
        "cases": v.examples,
        "tightest": tightness(v),
    }
    _properties(case, told)
    lines = [f"{label:<10} {line}" for label, line in evidence(v)]
    if not v.as_expected:
        message = "; ".join(text for text in (sentence(v), counterexample(v)) if text)
        failure = SubElement(case, "failure", {"type": str(v.status), "message": message})
        failure.text = "\n".join([sentence(v), str(v.claim.relation), *lines])
    started = so_far.started
    if started is not None:
        file = so_far.file_of(v.claim)
        lines.append(f"to repeat  {claim_command(v.claim.id, file, started.examples, v.seed, started.device)}")
    SubElement(case, "system-out").text = "\n".join([quote(v), *lines])


def _error(case: Element, failure: Failure) -> None:
    words = {"type": "failure of scoreproof", "message": f"no verdict: {reason(failure.trace)}"}
    SubElement(case, "error", words).text = failure.trace


def _home(claim: Claim, so_far: SoFar) -> str:
    """The module of the catalogue, or the user's file as a module's name: ``examples.my_claims``."""
    file = so_far.file_of(claim)
    if file is not None:
        return ".".join(part for part in file.with_suffix("").parts if part not in ("/", "\\", ".", ".."))
    return module_of(claim) or "claims"


def _properties(parent: Element, values: dict[str, object]) -> None:
    """As pytest writes them, first; servers that do not know them of a test case pass over them."""
    box = SubElement(parent, "properties")
    for name, value in values.items():
        SubElement(box, "property", {"name": name, "value": str(value)})


def _clean(suite: Element) -> None:
    """Characters that XML cannot have, as escapes."""
    for element in suite.iter():
        element.text = None if element.text is None else _legal(element.text)
        for name, value in element.attrib.items():
            element.set(name, _legal(value))


def _legal(text: str) -> str:
    return _NOT_XML.sub(lambda found: found[0].encode("unicode_escape").decode(), text)
