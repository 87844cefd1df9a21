"""Which claims a run is to try, from what the command line names; where a name is wrong, what was meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from pathlib import Path

from theory.claims import Claim, catalogue, find
from verify.language.errors import BadInput
from verify.reports.files import printable
from verify.suites import SUITES
from verify.user_claims import load_claims

Jobs = list[tuple[Claim, Path | None]]


def chosen_claims(files: Sequence[Path], suite: str | None, ids: Sequence[str]) -> tuple[Jobs, str | None]:
    """The claims to run, each with its file, and the name of the suite if one is run: ``quick`` where nothing is named.

    Raises:
        BadInput: there is no such file, claim or suite, and what comes near; or two claims have one id.
    """
    if suite is not None and suite not in SUITES:
        raise BadInput(f"there is no suite {suite!r}{_meant(suite, SUITES)}; there are {', '.join(SUITES)}")
    jobs: Jobs = [(claim, path) for path in files for claim in load_claims(_existing(path))]
    own = {claim.id: path for claim, path in jobs}
    for id in dict.fromkeys(ids):
        jobs.append((_claim(id, own), None))
    if suite is None and not jobs:
        suite = "quick"
    if suite is not None:
        jobs += [(claim, None) for claim in SUITES[suite].claims() if (claim, None) not in jobs]
    ids_seen = [claim.id for claim, _ in jobs]
    twice = sorted({id for id in ids_seen if ids_seen.count(id) > 1})
    if twice:
        raise BadInput(f"more than one claim to run has the id {', '.join(twice)}; rename yours")
    return jobs, suite


def _claim(id: str, own: dict[str, Path | None]) -> Claim:
    """The claim of the catalogue with this id."""
    try:
        return find(id)
    except KeyError as unknown:
        if id in own:
            raise BadInput(f"--claim {id}: it is in {own[id]}, whose claims are all run; leave --claim out") from None
        if id in SUITES:
            raise BadInput(f"there is no claim {id!r}; it is a suite: --suite {id}") from None
        raise BadInput(str(unknown.args[0])) from None


def _existing(path: Path) -> Path:
    """The path; a name of something else, or a slip of the pen, is told."""
    text = str(path)
    if path.exists() or "\0" in text:
        return path
    if text in SUITES:
        raise BadInput(f"{text}: no such file; for the suite of that name, --suite {text}")
    if text in catalogue():
        raise BadInput(f"{text}: no such file; for the claim of that id, --claim {text}")
    folder = path.parent
    beside = [str(one) for one in folder.glob("*.py")] if folder.is_dir() else []
    hint = _meant(text, beside) or _meant(text, catalogue(), "--claim ")
    raise BadInput(f"{printable(path)}: no such file{hint}")


def _meant(word: str, choices: Iterable[str], option: str = "") -> str:
    near = difflib.get_close_matches(word, list(choices), n=1, cutoff=0.6)
    return f"; did you mean {option}{near[0]}?" if near else ""
