"""A run on GitHub Actions: annotations at the claims' lines, and a summary of the job in Markdown.

Workflow commands and the file of the summary are those of GitHub's documentation, *Workflow commands for GitHub
Actions*. GitHub shows ten annotations of each kind a step.
"""

from __future__ import annotations

import html
import os
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from rich.console import Console

from verify.events import Event, SoFar
from verify.reports.files import writing
from verify.reports.handlers.base import Handler, ended
from verify.reports.places import Place, place_of
from verify.reports.words import counterexample, reason, sentence, shown, tightness
from verify.verdicts import Status, Verdict

MOST_BYTES = 1024 * 1024  # of the summary of a step; GitHub drops a longer one whole
_SPECIAL = re.compile(r"[^\w\s.,;:=/()-]|_", re.ASCII)  # what Markdown, HTML or GitHub could give a meaning


class GitHub(Handler):
    """Writes when the run ends, also when it was stopped.

    Args:
        out: the console that workflow commands go to.
        summary: the file that a summary is appended to, or None.
        annotate: whether to write annotations.
    """

    def __init__(self, out: Console, summary: Path | None, annotate: bool):
        self.out, self.summary, self.annotate = out, summary, annotate

    @classmethod
    def asked(cls, out: Console, wanted: bool | None, environment: Mapping[str, str] = os.environ) -> GitHub | None:
        """What the environment and ``--github`` or ``--no-github`` ask for; None if that is nothing."""
        actions = environment.get("GITHUB_ACTIONS") == "true"
        file = environment.get("GITHUB_STEP_SUMMARY")
        if wanted is False or not (wanted or actions or file):
            return None
        return cls(out, Path(file) if file else None, bool(wanted) or actions)

    def handle(self, event: Event, so_far: SoFar) -> None:
        if not ended(event):
            return
        if self.annotate:
            for line in workflow_commands(so_far):
                self.out.file.write(line + "\n")
            self.out.file.flush()
        if self.summary is not None:
            with writing("GITHUB_STEP_SUMMARY", self.summary):
                room = MOST_BYTES - (self.summary.stat().st_size if self.summary.exists() else 0)
                with self.summary.open("a", encoding="utf-8") as file:
                    file.write(markdown(so_far, room))


def workflow_commands(so_far: SoFar) -> list[str]:
    """A workflow command for each claim that is not as expected or has no verdict."""
    lines = []
    for v in so_far.wrong:
        level = "warning" if v.status is Status.INCONCLUSIVE else "error"
        message = "\n".join(text for text in (sentence(v), counterexample(v)) if text)
        lines.append(annotation(level, v.claim.id, message, place_of(v.claim, so_far.file_of(v.claim))))
    for failure in so_far.failures:
        place = place_of(failure.claim, so_far.file_of(failure.claim))
        lines.append(annotation("error", failure.claim.id, f"no verdict: {reason(failure.trace)}", place))
    return lines


def annotation(level: str, title: str, message: str, place: Place | None = None) -> str:
    """``::error file=...,line=...,title=...::message`` with everything escaped that would end a part."""
    where = {} if place is None else {"file": place.path, "line": str(place.line)}
    values = ",".join(f"{name}={_property(value)}" for name, value in (where | {"title": title}).items())
    return f"::{level} {values}::{_data(message)}"


def markdown(so_far: SoFar, room: int = MOST_BYTES) -> str:
    """The counts, a table of what is not as expected, and a folded table of all verdicts.

    Args:
        room: bytes that may be written; a table that does not fit is left out, and that is said.
    """
    verdicts, wrong, failures = so_far.verdicts, so_far.wrong, so_far.failures
    statuses = Counter(str(v.status) for v in verdicts)
    well = not wrong and not failures and not so_far.cut_short
    counted = ", ".join(f"{count} {status}" for status, count in sorted(statuses.items()))
    parts = [f"### scoreproof verify: {'all as expected' if well else 'not all as expected'}\n"]
    if so_far.started is not None:
        words = f"{len(verdicts)} of {len(so_far.claims)} claims have a verdict{f': {counted}' if counted else ''}. "
        seed = f"Seed {so_far.started.seed}, {so_far.started.examples} cases a claim, {so_far.seconds:.0f} s."
        parts.append(f"{words}**{len(wrong)} not as expected.** {seed}\n")
    if so_far.cut_short:
        parts.append(f"The run was stopped; {len(so_far.missing)} claims have no verdict.\n")
    if failures:
        why = [(_code(f.claim.id), _text(reason(f.trace))) for f in failures]
        parts.append("scoreproof itself failed on:\n\n" + _table(("claim", "why"), why))
    if wrong:
        names = ("claim", "verdict", "expected", "how", "counterexample")
        parts.append(_table(names, [_wrong_row(v) for v in wrong]))
    if verdicts:
        table = _table(("claim", "verdict", "cases", "tightest", "title"), [_row(v) for v in verdicts])
        parts.append(f"<details><summary>All {len(verdicts)} verdicts</summary>\n\n{table}\n</details>\n")
    return _within(parts, room)


def _within(parts: Sequence[str], room: int) -> str:
    """The parts that fit, and a line on those that do not."""
    left_out = "\nTables that are too long for a summary are left out.\n"
    kept, used = [], len(left_out.encode())
    for part in parts:
        used += len(part.encode()) + 1
        if used <= room:
            kept.append(part)
    text = "\n".join(kept) + "\n"
    if len(kept) == len(parts):
        return text
    return text + left_out if len((text + left_out).encode()) <= room else ""


def _table(names: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [names, ["---"] * len(names), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _wrong_row(v: Verdict) -> tuple[str, ...]:
    return _code(v.claim.id), _status(v), str(v.claim.expected), _text(v.how), _text(counterexample(v))


def _row(v: Verdict) -> tuple[str, ...]:
    return _code(v.claim.id), _status(v), str(v.examples), _text(tightness(v)), _text(v.claim.title)


def _status(v: Verdict) -> str:
    return str(v.status) if v.as_expected else f"**{v.status}**"


def _code(text: str) -> str:
    return f"<code>{_text(text)}</code>"


def _text(text: str) -> str:
    """Text that Markdown leaves as it is: one line, every special character as its number."""
    return _SPECIAL.sub(
        lambda found: f"&#{ord(found[0])};" if ord(found[0]) < 128 else html.escape(found[0]), shown(text)
    )


def _data(text: str) -> str:
    lines = "\n".join(shown(line) for line in text.splitlines())
    return lines.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
