"""A run on GitHub Actions: commands that GitHub reads as meant, and a summary that its Markdown shows as meant."""

from __future__ import annotations

import io
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from made_runs import HOSTILE, failure, so_far, verdict, verdicts
from markdown_it import MarkdownIt
from rich.console import Console

from theory.claims import find
from verify.events import RunFinished, ShardDone, SoFar
from verify.reports.handlers.github import GitHub, annotation, markdown, workflow_commands
from verify.reports.places import Place
from verify.verdicts import Status

ROOT = Path(__file__).parents[2]


class Cells(HTMLParser):
    """The texts of a page's table cells, and which elements it has."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.cells: list[str] = []
        self.elements: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.elements.add(tag)
        if tag in ("td", "th"):
            self.cells.append("")

    def handle_data(self, data: str) -> None:
        if self.cells:
            self.cells[-1] += data


def rendered(reached: SoFar) -> Cells:
    return Cells(MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(markdown(reached)))


def read_command(line: str) -> tuple[str, dict[str, str], str]:
    """As GitHub's runner reads it: the command, its properties, its message."""
    found = re.fullmatch(r"::(\w+) ([^\n\r]*?)::([^\n\r]*)", line)
    assert found is not None, line
    level, properties, message = found.groups()

    def plain(text: str, more: bool = False) -> str:
        for code, character in (("%0D", "\r"), ("%0A", "\n"), *((("%3A", ":"), ("%2C", ",")) if more else ())):
            text = text.replace(code, character)
        return text.replace("%25", "%")

    parts = dict(part.split("=", 1) for part in properties.split(","))
    return level, {name: plain(value, True) for name, value in parts.items()}, plain(message)


def test_an_annotation_is_at_the_claims_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.delenv("GITHUB_WORKSPACE", raising=False)
    found = [read_command(line) for line in workflow_commands(so_far())]
    levels = {properties["title"]: level for level, properties, _ in found}
    assert levels == {
        "gauss.fisher": "error",
        "info.tweedie": "warning",
        "wht24.eq4.printed": "error",
        verdicts()[-1].claim.id: "error",
    }
    (_, place, message), *_ = found
    assert place["file"] == "theory/claims/gauss_information.py"
    assert 'id="gauss.fisher"' in (ROOT / place["file"]).read_text().splitlines()[int(place["line"]) - 1]
    assert message.splitlines()[0].startswith("refuted, expected supported: certified by ball arithmetic")
    assert "left 0.5 > 0.25 right" in message.splitlines()[1]


def test_nothing_in_a_text_ends_a_command_or_begins_another() -> None:
    level, properties, message = read_command(
        annotation("error", "50%, a:b\n::error::x", "100%0A\n::warning::y\r\x1b[1m", Place(Path("a,b:c%.py"), 3))
    )
    assert level == "error"
    assert properties == {"file": "a,b:c%.py", "line": "3", "title": "50%, a:b\n::error::x"}
    assert message == "100%0A\n::warning::y\n" + r"\x1b[1m"
    for line in workflow_commands(so_far(failures=[failure()])):
        read_command(line)
        assert line.isprintable()


def test_a_failure_of_the_tool_is_annotated() -> None:
    (line,) = workflow_commands(so_far([], failures=[failure()]))
    assert "no verdict: ValueError" in line


def test_the_summary_shows_every_text_as_it_is() -> None:
    page = rendered(so_far(failures=[failure()]))
    hostile = next(cell for cell in page.cells if "@me" in cell)
    assert 'a [/bold] [red] | `b` *c* _d_ ~e~ <i>&amp; ]]> "q" % $x$ @me #1' in hostile
    assert page.elements == {"h3", "p", "strong", "table", "thead", "tbody", "tr", "th", "td", "code", "details",
                             "summary"}  # fmt: skip
    text = markdown(so_far())
    assert not set("$@#~`") & set(re.sub(r"&#\d+;|^###", "", text))


def test_the_summary_has_counts_a_row_for_what_is_wrong_and_one_for_each_claim() -> None:
    reached = so_far()
    page = rendered(reached)
    rows = len(reached.wrong) * 5 + len(reached.verdicts) * 5 + 10
    assert len(page.cells) == rows
    text = markdown(reached)
    assert "5 of 5 claims have a verdict: 1 inconclusive, 2 refuted, 2 supported. **4 not as expected.**" in text
    assert "not all as expected" in text
    assert "left 0.5" in page.cells[[cell.strip() for cell in page.cells].index("gauss.fisher") + 4]
    well = markdown(so_far([verdict(find("gauss.mmse"))]))
    assert "### scoreproof verify: all as expected" in well
    assert well.count("| claim |") == 1


def test_a_stop_is_told() -> None:
    text = markdown(so_far([verdict(find("gauss.mmse"))], missing=[find("info.hessian")]))
    assert "not all as expected" in text
    assert "The run was stopped; 1 claims have no verdict." in text


def test_what_does_not_fit_is_left_out_and_that_is_said() -> None:
    reached = so_far()
    whole = markdown(reached)
    short = markdown(reached, room=len(whole.encode()) - 100)
    assert len(short.encode()) <= len(whole.encode()) - 100
    assert "left out" in short
    assert "<details>" not in short
    assert "4 not as expected" in short
    assert markdown(reached, room=10) == ""
    assert "left out" not in whole


def test_the_summary_is_appended_and_the_commands_are_printed_at_the_end(tmp_path: Path) -> None:
    out, file = io.StringIO(), tmp_path / "summary.md"
    file.write_text("before\n")
    handler, reached = GitHub(Console(file=out), file, annotate=True), so_far()
    handler.handle(ShardDone(find("gauss.mmse"), 0), reached)
    assert (out.getvalue(), file.read_text()) == ("", "before\n")
    handler.handle(RunFinished(1.0), reached)
    assert out.getvalue().splitlines() == workflow_commands(reached)
    assert file.read_text() == "before\n" + markdown(reached)


@pytest.mark.parametrize(
    ("wanted", "environment", "summary", "annotates"),
    [
        (None, {}, None, None),
        (None, {"GITHUB_ACTIONS": "true"}, None, True),
        (None, {"GITHUB_STEP_SUMMARY": "s.md"}, "s.md", False),
        (None, {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": "s.md"}, "s.md", True),
        (True, {}, None, True),
        (False, {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": "s.md"}, None, None),
    ],
)
def test_the_environment_decides_unless_the_user_does(
    wanted: bool | None, environment: dict[str, str], summary: str | None, annotates: bool | None
) -> None:
    handler = GitHub.asked(Console(file=io.StringIO()), wanted, environment)
    if annotates is None:
        assert handler is None
    else:
        assert handler is not None
        assert handler.annotate is annotates
        assert (handler.summary and str(handler.summary)) == summary


def test_hostile_text_is_hostile() -> None:
    """Unescaped, it breaks the summary and the commands."""
    page = Cells(MarkdownIt("commonmark", {"html": True}).enable("table").render(f"| a |\n| --- |\n| {HOSTILE} |\n"))
    assert page.cells[1].strip() == "a [/bold] [red]", "the row ends at the first bar"
    assert verdict(find("gauss.fisher"), Status.REFUTED, HOSTILE).how == HOSTILE
