"""The run of a store as a report needs it: its verdicts, and what to say of where they come from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from theory.claims import Claim, catalogue
from verify.reports.commands import run_command, shown
from verify.reports.page.model import Origin
from verify.store.runs import Run, kept_claim
from verify.store.settings import RunSettings, claim_digest, file_digest
from verify.store.versions import PACKAGES, installed_versions
from verify.verdicts import Verdict


@dataclass(frozen=True)
class StoredReport:
    """Verdicts of a stored run, in the order of the claims' ids, with their origin."""

    verdicts: list[Verdict]
    origin: Origin


def stored_report(run: Run) -> StoredReport:
    """What the store has of a run. No user's file is executed: statements come from the catalogue or from the store.

    A verdict whose row is damaged is among those that cannot be shown, with the reason.
    """
    settings, verdicts = run.settings, []
    remarks: dict[str, str] = {}
    reached, damaged = run.reached()
    unshown = {id: _damaged(why) for id, why in damaged.items()}
    for id, record in reached.items():
        claim, remark = _claim(id, record, settings)
        if claim is None:
            unshown[id] = f"{record.get('status')}; {remark}"
            continue
        if remark:
            remarks[id] = remark
        try:
            verdicts.append(Verdict.from_record(claim, record))
        except (ValueError, TypeError, KeyError, AttributeError) as why:
            remarks.pop(id, None)
            unshown[id] = _damaged(why)
    missing = sorted(settings.claims.keys() - reached.keys() - damaged.keys())
    started, finished = run.moments
    files = {id: Path(path) for id, (path, _) in settings.files.items()}
    return StoredReport(
        verdicts,
        Origin(
            device=settings.device,
            files=files,
            versions=settings.versions,
            store=run.store.path,
            number=run.id,
            started=started,
            finished=finished,
            summed=True,
            missing=missing,
            go_on=_go_on(run, files) if missing else "",
            obstacle=_obstacle(settings) if missing else "",
            remarks=remarks,
            unshown=unshown,
        ),
    )


def _damaged(why: Exception | str) -> str:
    return f"its row in the store cannot be read ({why}); restore a copy, or run the claim again"


def _claim(id: str, record: dict[str, Any], settings: RunSettings) -> tuple[Claim | None, str]:
    """The claim as it was tested, and what to say of its statement; without the claim, why there is none."""
    of_file = settings.files.get(id)
    known = catalogue().get(id)
    if of_file is None and known is not None and claim_digest(known, None) == settings.claims.get(id):
        return known, ""
    try:
        kept = kept_claim(id, record)
    except ValueError as why:
        return None, str(why)
    if kept is None:
        return None, "an older scoreproof ran it, which did not keep statements: run the claim again"
    return kept, _file_remark(*of_file) if of_file is not None else _catalogue_remark(known)


def _file_remark(path: str, digest: str) -> str:
    found = _state(path, digest)
    return f"{shown(Path(path))}{f', which {found}; shown is what was tested' if found else ''}"


def _state(path: str, digest: str) -> str:
    """What has become of a user's file since the run; nothing where it is as it was."""
    try:
        return "" if file_digest(Path(path)) == digest else "has changed since the run"
    except OSError:
        return "is no longer there"


def _catalogue_remark(known: Claim | None) -> str:
    now = "has no such claim now" if known is None else "states it otherwise now"
    return f"the run; the catalogue {now}"


def _go_on(run: Run, files: dict[str, Path]) -> str:
    s = run.settings
    return run_command(list(s.claims), files, s.examples, s.seed, s.device, store=run.store.path, resume=True)


def _obstacle(settings: RunSettings) -> str:
    """Why the run cannot be gone on with as things are; nothing where it can."""
    now = dict(installed_versions())
    changed = [
        f"{name} {settings.versions.get(name)}, not {now[name]}"
        for name in PACKAGES
        if settings.versions.get(name) != now[name]
    ]
    if changed:
        return f"it was run by {', '.join(changed)}"
    for path, digest in sorted(set(settings.files.values())):
        if found := _state(path, digest):
            return f"{shown(Path(path))} {found}"
    return ""
