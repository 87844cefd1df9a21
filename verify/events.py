"""What happens in a run, as events that the runner emits and the handlers of its outputs consume.

A run is ``RunStarted``, then for each claim its ``ShardDone`` and one ``ClaimConcluded`` or ``ClaimFailed``, then
``SearchFinished``; with false variants to hunt ``VariantDone`` for each step of the hunt and ``VariantsHunted``; last
``RunFinished``. Whatever ends it early is one ``Interrupted`` in place of all that would have followed; after
``RunFinished`` it is told to those handlers alone that had not come to their end.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from theory.claims import Claim
from verify.mutants.run import MutantRun
from verify.verdicts import Verdict


@dataclass(frozen=True)
class Failure:
    """A claim whose search broke down: no verdict, and no reason to lose the others."""

    claim: Claim
    trace: str


@dataclass(frozen=True)
class RunStarted:
    """A run begins, or goes on.

    Attributes:
        claims: to be tried.
        files: the user's file of each claim that is not from the catalogue, by the claim's id.
        examples, seed: of the run.
        shards: of all claims together.
        kept: how many of the shards were there already.
        store: the file that findings are kept in; None where they are kept in memory.
        variants: steps of the hunt for false variants that follows; 0 without one.
        device: on which networks are trained.
    """

    claims: tuple[Claim, ...]
    files: Mapping[str, Path]
    examples: int
    seed: int
    shards: int
    kept: int
    store: Path | None = None
    variants: int = 0
    device: str = "cpu"


@dataclass(frozen=True)
class ShardDone:
    """A shard of a claim was computed; ``trouble`` says why it has no findings."""

    claim: Claim
    shard: int
    trouble: str | None = None


@dataclass(frozen=True)
class ClaimConcluded:
    """A claim has its verdict."""

    verdict: Verdict


@dataclass(frozen=True)
class ClaimFailed:
    """scoreproof itself failed on a claim."""

    failure: Failure


@dataclass(frozen=True)
class SearchFinished:
    """Every claim has a verdict or has failed."""

    seconds: float


@dataclass(frozen=True)
class VariantDone:
    """The hunt for the variants of a claim, or for a planted fault, is over."""

    name: str


@dataclass(frozen=True)
class VariantsHunted:
    """The hunt is over."""

    found: MutantRun


@dataclass(frozen=True)
class RunFinished:
    """Nothing is left to do."""

    seconds: float


@dataclass(frozen=True)
class Interrupted:
    """The run was stopped before its end.

    Attributes:
        why: KeyboardInterrupt, or what made it impossible to go on (a full disk, a scheduler that was lost).
        kept: what is kept, in words.
        seconds: since the start.
    """

    why: BaseException
    kept: str
    seconds: float


Event = (
    RunStarted
    | ShardDone
    | ClaimConcluded
    | ClaimFailed
    | SearchFinished
    | VariantDone
    | VariantsHunted
    | RunFinished
    | Interrupted
)


@dataclass
class SoFar:
    """What a run has reached; every handler is shown it with each event, the event included.

    Attributes:
        started: None before the run has begun.
        concluded: verdicts in the order in which they were reached.
        failures: claims on which scoreproof itself failed.
        searched: whether every claim has a verdict or has failed.
        hunted: fates of the false variants; None until they have been hunted.
        finished: whether nothing was left to do, but for handlers to write their outputs.
        interrupted: what ended the run early.
        seconds: that the run took, once it has ended.
        errors: what kept handlers from making their output.
    """

    started: RunStarted | None = None
    concluded: list[Verdict] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    searched: bool = False
    hunted: MutantRun | None = None
    finished: bool = False
    interrupted: Interrupted | None = None
    seconds: float = 0.0
    errors: list[Exception] = field(default_factory=list)

    def add(self, event: Event) -> None:
        """Take in one event; those that change nothing here are passed over."""
        match event:
            case RunStarted():
                self.started = event
            case ClaimConcluded():
                self.concluded.append(event.verdict)
            case ClaimFailed():
                self.failures.append(event.failure)
            case SearchFinished():
                self.searched, self.seconds = True, event.seconds
            case VariantsHunted():
                self.hunted = event.found
            case RunFinished():
                self.finished, self.seconds = True, event.seconds
            case Interrupted():
                self.interrupted, self.seconds = event, event.seconds

    @property
    def cut_short(self) -> bool:
        """Whether the run was stopped before its end; one that was stopped while outputs were written is whole."""
        return self.interrupted is not None and not self.finished

    @property
    def claims(self) -> tuple[Claim, ...]:
        """All claims of the run."""
        return () if self.started is None else self.started.claims

    @property
    def verdicts(self) -> list[Verdict]:
        """Verdicts in the order of the claims' ids."""
        return sorted(self.concluded, key=lambda v: v.claim.id)

    @property
    def wrong(self) -> list[Verdict]:
        """Verdicts that differ from what is expected, in the order of the claims' ids."""
        return [v for v in self.verdicts if not v.as_expected]

    @property
    def missing(self) -> list[Claim]:
        """Claims that have neither a verdict nor failed."""
        done = {v.claim.id for v in self.concluded} | {f.claim.id for f in self.failures}
        return [claim for claim in self.claims if claim.id not in done]

    def file_of(self, claim: Claim) -> Path | None:
        """The user's file that a claim is from; None for one of the catalogue."""
        return None if self.started is None else self.started.files.get(claim.id)
