"""What the page is made of, beside the verdicts."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from verify.events import Failure
from verify.mutants.run import MutantRun
from verify.reports.svg import Picture
from verify.schedules import GridBudget
from verify.store.versions import installed_versions
from verify.verdicts import Verdict


def _versions() -> dict[str, str]:
    return dict(installed_versions()) | {"python": platform.python_version()}


@dataclass(frozen=True)
class Origin:
    """Where the verdicts come from.

    Attributes:
        device: on which networks were trained.
        files: the user's file that a claim comes from, by the claim's id.
        versions: of the software that reached the verdicts.
        store: the file that the run is kept in; None where it is not known.
        number, started, finished: of the run in its store, moments in UTC; None and empty where it was not stored.
        summed: whether the seconds are those of the searches, added up, and not of a clock on the wall.
        missing: ids of the claims of the run that have reached no verdict yet.
        go_on: the command that goes on with the run; empty where nothing is missing.
        obstacle: why it cannot be gone on with as things are; empty where it can.
        remarks: what a reader should know of where a claim's statement comes from, by the claim's id.
        unshown: claims that have a verdict which cannot be shown, with the reason.
    """

    device: str = "cpu"
    files: Mapping[str, Path] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=_versions)
    store: Path | None = None
    number: int | None = None
    started: str = ""
    finished: str | None = None
    summed: bool = False
    missing: Sequence[str] = ()
    go_on: str = ""
    obstacle: str = ""
    remarks: Mapping[str, str] = field(default_factory=dict)
    unshown: Mapping[str, str] = field(default_factory=dict)

    @property
    def version(self) -> str:
        """Of scoreproof, without the digest of its source."""
        return self.versions.get("scoreproof", "").partition(" ")[0]


@dataclass(frozen=True)
class TrainingPicture:
    """A picture of training runs.

    Attributes:
        title, caption, alt: for people.
        data: a ``data:`` address.
    """

    title: str
    caption: str
    alt: str
    data: str


@dataclass(frozen=True)
class Content:
    """Everything that the page shows.

    Attributes:
        verdicts: in any order.
        seed, examples, seconds: of the run.
        origin: where the verdicts come from.
        failures: claims whose search broke down, and which therefore have no verdict.
        certificates: of claims that have one, by id: its address from the page's folder.
        uncertified: why a verdict that could have a certificate has none, by id.
        budgets: of schedules; empty where none was measured.
        regimes: the map of which grid is better where; None to leave it out.
        training: pictures of training runs.
        mutants: fates of the claims' variants, where they were hunted.
    """

    verdicts: Sequence[Verdict]
    seed: int
    examples: int
    seconds: float
    origin: Origin = Origin()
    failures: Sequence[Failure] = ()
    certificates: Mapping[str, str] = field(default_factory=dict)
    uncertified: Mapping[str, str] = field(default_factory=dict)
    budgets: Sequence[GridBudget] = ()
    regimes: Picture | None = None
    training: Sequence[TrainingPicture] = ()
    mutants: MutantRun | None = None

    @property
    def ids(self) -> list[str]:
        """Of all claims of the run, whatever became of them."""
        failed = [failure.claim.id for failure in self.failures]
        found = [*(v.claim.id for v in self.verdicts), *failed, *self.origin.missing, *self.origin.unshown]
        return sorted(set(found))
