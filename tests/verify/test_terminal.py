"""A run on a terminal, seen on an emulated screen; and what is left of it in a pipe."""

from __future__ import annotations

import io

import pyte
import pytest
from made_runs import HOSTILE, events, failure, hostile_claim, verdict
from rich.console import Console

from numerics.targets import Gaussian
from theory.claims import catalogue, find
from verify.cli.output import console
from verify.events import ClaimConcluded, Event, Interrupted, RunStarted, ShardDone, SoFar
from verify.reports import live
from verify.reports.handlers.terminal import Terminal
from verify.reports.terminal import show_verdict
from verify.verdicts import Status, Verdict

WIDTH, HEIGHT = 90, 20


class Screen:
    """A terminal of ``WIDTH`` times ``HEIGHT`` that a run is told on."""

    def __init__(self, quiet: bool = False, **options: object) -> None:
        self.stream = io.StringIO()
        self.out = Console(
            file=self.stream, width=WIDTH, height=HEIGHT, soft_wrap=True, highlight=False, _environ={}, **options
        )  # type: ignore[arg-type]
        self.handler, self.so_far = Terminal(self.out, quiet), SoFar()

    def tell(self, *told: Event) -> None:
        for event in told:
            self.so_far.add(event)
            self.handler.handle(event, self.so_far)

    @property
    def lines(self) -> list[str]:
        """What a person sees."""
        screen = pyte.Screen(WIDTH, HEIGHT)
        pyte.Stream(screen).feed(self.stream.getvalue().replace("\n", "\r\n"))
        return [line.rstrip() for line in screen.display if line.strip()]


@pytest.fixture
def terminal() -> Screen:
    return Screen(force_terminal=True)


def refresh(screen: Screen) -> None:
    """Draw now, whatever the clock says."""
    (drawn,) = screen.out._live_stack
    drawn.refresh()


def many(number: int) -> list[Verdict]:
    return [verdict(claim) for claim in list(catalogue().values())[:number]]


def told(found: list[Verdict]) -> list[Event]:
    return [event for v in found for event in (ShardDone(v.claim, 0), ClaimConcluded(v))]


def test_the_latest_verdicts_are_on_the_screen_under_counts_and_progress(terminal: Screen) -> None:
    found = many(12)
    started = RunStarted(tuple(v.claim for v in many(20)), {}, 40, 7, 20, 2)
    terminal.tell(started, *told(found))
    refresh(terminal)
    bar, counts, head, *rows = terminal.lines
    assert "14/20 shards" in bar
    assert " left " in bar
    assert counts == "certified 0  supported 12  refuted 0  inconclusive 0  not as expected 0"
    assert head.split() == ["claim", "verdict", "cases", "tightest", "title"]
    assert [row.split()[0] for row in rows] == [v.claim.id for v in found[-8:]]
    assert all(row.split()[1:3] == ["supported", "40"] for row in rows)
    assert rows[0].endswith("…"), "the title takes the room that is left"
    assert all(len(line) <= WIDTH for line in terminal.lines)
    terminal.handler.close()


def test_nothing_of_it_stays_when_the_run_ends(terminal: Screen) -> None:
    found = many(3)
    terminal.tell(RunStarted(tuple(v.claim for v in found), {}, 40, 7, 3, 0), *told(found))
    refresh(terminal)
    assert any("shards" in line for line in terminal.lines)
    terminal.tell(Interrupted(KeyboardInterrupt(), "", 1.0))
    assert terminal.lines == []
    assert terminal.stream.getvalue().rindex("\x1b[?25h") > terminal.stream.getvalue().rindex("\x1b[?25l"), "the cursor"


def test_what_is_not_as_expected_is_told_at_once(terminal: Screen) -> None:
    wrong = verdict(find("gauss.fisher"), Status.REFUTED, "certified by ball arithmetic")
    terminal.tell(RunStarted((wrong.claim,), {}, 40, 7, 1, 0), *told([wrong]))
    refresh(terminal)
    assert terminal.lines[0] == "gauss.fisher: refuted, expected supported: certified by ball arithmetic"
    terminal.handler.close()


def test_a_low_terminal_has_room_for_the_table() -> None:
    low = Console(file=io.StringIO(), width=WIDTH, height=9, force_terminal=True, _environ={})
    assert live.OnTerminal(low, RunStarted((), {}, 40, 7, 3, 0)).room == 3


def test_a_resumed_run_that_had_finished_says_so(terminal: Screen) -> None:
    found = many(2)
    started = RunStarted(tuple(v.claim for v in found), {}, 40, 7, 2, 2)
    terminal.tell(started)
    assert "all 2 shards are kept" in terminal.lines[0]
    terminal.handler.close()


@pytest.mark.parametrize("options", [{}, {"force_terminal": False}])
def test_a_pipe_gets_neither_colour_nor_control_characters(options: dict[str, object]) -> None:
    pipe = Screen(**options)
    pipe.tell(*events(failures=[failure()]))
    assert set(pipe.stream.getvalue()) & {chr(c) for c in range(32)} == {"\n"}
    assert "gauss.mmse" in pipe.stream.getvalue()


def test_a_dumb_terminal_gets_no_control_characters(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(stream, "isatty", lambda: True, raising=False)
    dumb = Console(file=stream, _environ={"TERM": "dumb"}, soft_wrap=True, highlight=False)
    handler, so_far = Terminal(dumb), SoFar()
    for event in events():
        so_far.add(event)
        handler.handle(event, so_far)
    assert set(stream.getvalue()) & {chr(c) for c in range(32)} == {"\n"}


def test_no_color_is_heeded_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(stream, "isatty", lambda: True, raising=False)
    for colour, environment in ((True, {}), (False, {"NO_COLOR": "1"})):
        out = Console(file=stream, _environ={"TERM": "xterm-256color", **environment}, width=WIDTH, height=HEIGHT)
        handler, so_far = Terminal(out), SoFar()
        before = stream.tell()
        for event in events():
            so_far.add(event)
            handler.handle(event, so_far)
        written = stream.getvalue()[before:]
        assert any(f"\x1b[{code}m" in written for code in ("31", "32", "1;31", "1;32")) is colour


def test_a_pipe_that_asks_for_colour_gets_no_moving_picture(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("NO_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("FORCE_COLOR", "1")
    out = console()
    assert out.is_terminal
    assert not out.is_interactive


def test_in_a_pipe_a_line_a_minute_says_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]
    monkeypatch.setattr(live.time, "monotonic", lambda: clock[0])
    pipe, found = Screen(), many(12)
    pipe.tell(RunStarted(tuple(v.claim for v in found), {}, 40, 7, 14, 2))
    for v in found:
        clock[0] += 25.0
        pipe.tell(ShardDone(v.claim, 0))
    lines = pipe.stream.getvalue().splitlines()
    assert lines[0] == "5 of 14 shards, 2.4 a minute, about 4 min left"
    assert len(lines) == 3, "a line for each full minute, none for the last shard"
    pipe.handler.close()


def test_quiet_says_what_is_not_as_expected_and_the_last_line() -> None:
    quiet = Screen(quiet=True)
    well, wrong = verdict(find("gauss.mmse")), verdict(find("gauss.fisher"), Status.REFUTED, "by ball arithmetic")
    quiet.tell(*events([well, wrong]))
    assert quiet.stream.getvalue().splitlines() == [
        "gauss.fisher: refuted, expected supported: by ball arithmetic",
        "gauss.fisher: left 0.5 > 0.25 right (± 0, ball arithmetic)",
        "    at N = 1, v = (2, 1), data gaussian(d=1, var=1)",
        "2 claims, 1 not as expected, seed 7, 2 s",
    ]


def test_the_number_without_a_verdict_is_in_the_last_line() -> None:
    pipe = Screen(quiet=True)
    pipe.tell(*events([verdict(find("gauss.mmse"))], failures=[failure()]))
    said = pipe.stream.getvalue()
    assert "1 claim, 0 not as expected, 1 without a verdict, seed 7, 2 s" in said
    assert "info.hessian: no verdict, scoreproof itself failed" in said
    assert "ValueError: a [/bold] [red]" in said


def test_text_of_users_is_shown_and_not_obeyed() -> None:
    claim = hostile_claim()
    bad = verdict(claim, Status.REFUTED, HOSTILE)
    for screen in (Screen(), Screen(quiet=True)):
        screen.tell(*events([bad]))
        said = screen.stream.getvalue()
        assert "mine.<b>&'\"[/bold]|: refuted, expected supported: a [/bold] [red] | `b`" in said
        assert r"\x00\x07\x1b[31m\ud800" in said
        assert not set(said) & {"\x00", "\x07", "\x1b", "\r"}
    screen = Screen()
    target = Gaussian(1, 1.0)
    target.label = "points[/bold].npy [red]"
    show_verdict(screen.out, bad, target)
    first, *rest = screen.stream.getvalue().splitlines()
    assert first.startswith("REFUTED   a [/bold] [red] | `b`")
    assert first.endswith("40 cases, seed 7, data points[/bold].npy [red]")
    assert rest[0].startswith("  smallest   N = 1")


def test_a_table_follows_the_search() -> None:
    pipe = Screen()
    pipe.tell(*events([verdict(find("gauss.mmse")), verdict(find("wht24.eq4.printed"), Status.REFUTED)]))
    lines = pipe.stream.getvalue().splitlines()
    assert [line.split()[0] for line in lines[:3]] == ["claim", "gauss.mmse", "wht24.eq4.printed"]
    assert lines[-1] == "2 claims, 0 not as expected, seed 7, 2 s"
