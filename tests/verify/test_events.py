"""The runner's events, and how handlers are served."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from made_runs import events, failure, verdict
from rich.console import Console

import verify.runner as runner
from theory.claims import Claim, find
from verify.cli.verify import _raise_for
from verify.conclude import ContradictedDerivation
from verify.events import (
    ClaimConcluded,
    ClaimFailed,
    Event,
    Interrupted,
    RunFinished,
    RunStarted,
    SearchFinished,
    ShardDone,
    SoFar,
    VariantDone,
    VariantsHunted,
)
from verify.executors import RunError
from verify.language.errors import BadInput
from verify.mutants.run import MutantRun
from verify.reports.handlers import Handler, deliver
from verify.reports.handlers.github import GitHub
from verify.reports.handlers.json import Json
from verify.reports.handlers.sarif import Sarif
from verify.runner import Failure, run_claims, run_events
from verify.store import StoreError
from verify.verdicts import Verdict

IDS = ("gauss.fisher", "gauss.mmse")


@pytest.fixture
def jobs() -> list[tuple[Claim, Path | None]]:
    return [(find(id), None) for id in IDS]


def kinds(found: list[Event]) -> list[type]:
    return [type(event) for event in found]


def test_a_run_is_told_in_order(jobs: list[tuple[Claim, Path | None]]) -> None:
    found = list(run_events(jobs, 10, 3))
    assert kinds(found) == [
        RunStarted,
        *(ShardDone, ClaimConcluded) * 2,
        SearchFinished,
        RunFinished,
    ]
    started = found[0]
    assert isinstance(started, RunStarted)
    assert [claim.id for claim in started.claims] == list(IDS)
    assert (started.shards, started.kept, started.seed, started.examples, started.variants) == (2, 0, 3, 10, 0)
    reached = [event.verdict for event in found if isinstance(event, ClaimConcluded)]
    assert [v.claim.id for v in reached] == list(IDS)
    plain = [v.as_json() | {"seconds": 0} for v in run_claims(jobs, 10, 3) if isinstance(v, Verdict)]
    assert plain == [v.as_json() | {"seconds": 0} for v in reached]


def test_ctrl_c_that_hits_a_handler_ends_the_run_with_what_is_kept(jobs: list[tuple[Claim, Path | None]]) -> None:
    class Stops(Handler):
        def handle(self, event: Event, so_far: SoFar) -> None:
            if isinstance(event, ClaimConcluded):
                raise KeyboardInterrupt

    told = Tells()
    so_far = deliver(run_events(jobs, 10, 3), [Stops(), told])
    assert isinstance(told.events[-1], Interrupted)
    assert so_far.interrupted is told.events[-1]
    assert isinstance(so_far.interrupted.why, KeyboardInterrupt)
    assert "1 of 2 verdicts are reached, 1 of 2 shards are kept in" in so_far.interrupted.kept
    assert [claim.id for claim in so_far.missing] == [IDS[1]]
    assert RunFinished not in kinds(told.events)


@pytest.mark.parametrize("why", [KeyboardInterrupt(), StoreError("the disk is full"), runner.RunError("lost")])
def test_what_ends_a_run_early_is_an_event_and_for_run_claims_an_error(
    jobs: list[tuple[Claim, Path | None]], monkeypatch: pytest.MonkeyPatch, why: BaseException
) -> None:
    def one_shard(orders: object, claims: object) -> Iterator[object]:
        raise why
        yield

    monkeypatch.setattr(runner, "in_this_process", one_shard)
    *_, last = run_events(jobs, 10, 3)
    assert isinstance(last, Interrupted)
    assert last.why is why
    with pytest.raises(type(why)):
        list(run_claims(jobs, 10, 3))


def test_a_verdict_that_cannot_be_drawn_costs_the_others_nothing(
    jobs: list[tuple[Claim, Path | None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    sound = runner.conclude

    def contradicted(claim: Claim, *more: object) -> Verdict:
        if claim.id == IDS[0]:
            raise ContradictedDerivation("refuted, and proved")
        return sound(claim, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(runner, "conclude", contradicted)
    found = list(run_events(jobs, 10, 3))
    assert kinds(found) == [RunStarted, ShardDone, ClaimFailed, ShardDone, ClaimConcluded, SearchFinished, RunFinished]
    (failed, _) = run_claims(jobs, 10, 3)
    assert isinstance(failed, Failure)
    assert "refuted, and proved" in failed.trace


def test_the_hunt_for_variants_follows(jobs: list[tuple[Claim, Path | None]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "hunt_all", lambda *_: iter(()))
    monkeypatch.setattr(runner, "notice_all", lambda *_: iter([("a fault", []), ("another", [])]))
    *_, finished, first, second, hunted, last = run_events(jobs, 10, 3, mutants=True)
    assert kinds([finished, last]) == [SearchFinished, RunFinished]
    assert [first, second] == [VariantDone("a fault"), VariantDone("another")]
    assert isinstance(hunted, VariantsHunted)
    assert hunted.found == MutantRun((), {"a fault": [], "another": []})


class Tells(Handler):
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.closed = 0

    def handle(self, event: Event, so_far: SoFar) -> None:
        self.events.append(event)

    def close(self) -> None:
        self.closed += 1


class Fails(Tells):
    """Cannot write."""

    def handle(self, event: Event, so_far: SoFar) -> None:
        super().handle(event, so_far)
        if isinstance(event, ClaimConcluded):
            raise BadInput("no such folder")


def given(found: list[Event]) -> Generator[Event]:
    yield from found


def test_a_handler_that_fails_costs_the_others_nothing() -> None:
    fails, tells = Fails(), Tells()
    found = events()
    so_far = deliver(given(found), [fails, tells])
    assert tells.events == found
    assert kinds(fails.events) == [RunStarted, ShardDone, ClaimConcluded]
    assert [str(error) for error in so_far.errors] == ["no such folder"]
    assert fails.closed == tells.closed == 1


def test_handlers_are_closed_whatever_happens() -> None:
    def refused() -> Generator[Event]:
        yield events()[0]
        raise BadInput("no scheduler")

    tells = Tells()
    with pytest.raises(BadInput, match="no scheduler"):
        deliver(refused(), [tells])
    assert tells.closed == 1


def test_ctrl_c_pressed_again_ends_everything() -> None:
    class Stubborn(Tells):
        def handle(self, event: Event, so_far: SoFar) -> None:
            raise KeyboardInterrupt

    def stopped() -> Generator[Event]:
        try:
            yield events()[0]
        except KeyboardInterrupt as why:
            yield Interrupted(why, "", 1.0)

    stubborn = Stubborn()
    with pytest.raises(KeyboardInterrupt):
        deliver(stopped(), [stubborn])
    assert stubborn.closed == 1


def test_json_of_a_stopped_run_has_what_was_reached(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    to = tmp_path / "v.json"
    v = verdict(find("gauss.mmse"))
    deliver(given(events([v], missing=[find("info.hessian")])), [Json(str(to)), Json("-")])
    assert json.loads(to.read_text()) == [v.as_json()]
    assert capsys.readouterr().out == ""
    deliver(given(events([v])), [Json(str(to)), Json("-")])
    assert json.loads(to.read_text()) == json.loads(capsys.readouterr().out) == [v.as_json()]


def test_json_is_there_before_the_hunt_for_variants_is_over(tmp_path: Path) -> None:
    to, v, so_far = tmp_path / "v.json", verdict(find("gauss.mmse")), SoFar()
    *search, finished = events([v])
    for event in search:
        so_far.add(event)
        Json(str(to)).handle(event, so_far)
    assert json.loads(to.read_text()) == [v.as_json()]
    for event in (VariantsHunted(MutantRun((), {})), finished):
        so_far.add(event)
        Json(str(to)).handle(event, so_far)
    assert json.loads(to.read_text()) == [v.as_json() | {"mutants": None}]


class Stops(Handler):
    """Ctrl-C comes while it takes notice of an event of this kind."""

    def __init__(self, at: type):
        self.at = at

    def handle(self, event: Event, so_far: SoFar) -> None:
        if isinstance(event, self.at):
            raise KeyboardInterrupt


def stoppable(found: list[Event]) -> Generator[Event]:
    """These events, and what the runner says of Ctrl-C."""
    try:
        yield from found
    except KeyboardInterrupt as why:
        yield Interrupted(why, "all is kept", 4.0)


def test_ctrl_c_while_outputs_are_written_leaves_those_alone_that_are_there(tmp_path: Path) -> None:
    sarif, late, summary = tmp_path / "v.sarif", tmp_path / "late.sarif", tmp_path / "summary.md"
    early = Tells()
    handlers = [early, Sarif(str(sarif)), GitHub(Console(quiet=True), summary, False), Stops(RunFinished)]
    so_far = deliver(stoppable(events()), [*handlers, Sarif(str(late))])
    assert isinstance(early.events[-1], RunFinished)
    assert summary.read_text().count("### scoreproof verify") == 1
    for file in (sarif, late):
        assert "stopped" not in file.read_text()
    assert so_far.interrupted is not None
    with pytest.raises(RunError, match=r"^stopped while results were written; all is kept; go on with: again$"):
        _raise_for(so_far, "", "again")


@pytest.mark.parametrize(
    ("variants", "at", "words"),
    [
        (0, ShardDone, "stopped; all"),
        (0, SearchFinished, "stopped while results were written; all"),
        (3, VariantDone, "stopped while variants were hunted; all"),
        (3, RunFinished, "stopped while results were written; all"),
    ],
)
def test_what_was_stopped_is_told(variants: int, at: type, words: str) -> None:
    started, *rest, last = events()
    assert isinstance(started, RunStarted)
    hunt = [VariantDone("one"), VariantsHunted(MutantRun((), {}))] if variants else []
    told = [replace(started, variants=variants), *rest, *hunt, last]
    with pytest.raises(RunError, match=f"^{words}"):
        _raise_for(deliver(stoppable(told), [Stops(at)]), "", "again")


def test_every_output_that_failed_is_told() -> None:
    errors: list[Exception] = [BadInput("--json: no space"), OSError("--junit: no such folder")]
    with pytest.raises(BadInput, match=r"^--json: no space; --junit: no such folder$"):
        _raise_for(SoFar(errors=errors), "", "again")
    with pytest.raises(RunError, match=r"itself failed on info\.hessian.*--json: no space; --junit: no such folder"):
        _raise_for(SoFar(errors=errors, failures=[failure()]), "", "again")
    with pytest.raises(ExceptionGroup) as fault:
        _raise_for(SoFar(errors=[*errors, ZeroDivisionError("a fault")]), "", "again")
    assert len(fault.value.exceptions) == 3
