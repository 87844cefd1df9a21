"""`scoreproof report`: pages from the store, of finished, unfinished, old and damaged runs."""

import json
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from parsed_page import Element, parsed

from theory.claims import find
from verify.cli import main
from verify.cli import report as command
from verify.cli.verify import _check_outputs
from verify.language.errors import BadInput
from verify.runner import run_claims
from verify.store import RunSettings, Store
from verify.user_claims import load_claims
from verify.verdicts import Verdict

Call = Callable[..., tuple[int, str, str]]
MINE = """
from pathlib import Path
from sympy import Le
from theory.claims import Cases, Claim, Family
from theory.vocabulary import E_I, m2, v

Path(__file__).with_suffix(".ran").touch()
mine = Claim(
    id="mine.a", title="a bound of <mine>", relation=Le(E_I, {bound}), source="own note", note="guessed",
    cases=Cases(families=(Family.POINT,), samplers=("score",), max_steps=1),
)
"""


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Call:
    def run(*arguments: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as stop:
            main(["report", *map(str, arguments)])
        seen = capsys.readouterr()
        return int(stop.value.code or 0), seen.out, " ".join(seen.err.split())

    return run


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A store with two runs: of two claims of the catalogue, and of one of a user's file, which is beside it."""
    folder = tmp_path_factory.mktemp("runs")
    file = folder / "mine.py"
    file.write_text(MINE.format(bound="m2 + v[0]"))
    with Store(folder / "s.sqlite") as store:
        for jobs in ([(find("gauss.fisher"), None), (find("wht24.eq4.printed"), None)], [(load_claims(file)[0], file)]):
            run = store.begin(RunSettings.of(jobs, 10, 5))
            assert all(isinstance(one, Verdict) for one in run_claims(jobs, 10, 5, run=run))
    file.with_suffix(".ran").unlink()
    return folder / "s.sqlite", file


@pytest.fixture
def store(made: tuple[Path, Path], tmp_path: Path) -> Path:
    """A copy of the store, which a test may change."""
    copy = tmp_path / "s.sqlite"
    with sqlite3.connect(made[0]) as one, sqlite3.connect(copy) as other:
        one.backup(other)
    one.close()
    other.close()
    return copy


def change(store: Path, *statements: str) -> None:
    with sqlite3.connect(store) as database:
        for statement in statements:
            database.execute(statement)
    database.close()


def page_in(folder: Path) -> Element:
    return parsed((folder / "index.html").read_text(encoding="utf-8"))


def test_a_run_gives_its_page_again(call: Call, store: Path, tmp_path: Path):
    code, out, err = call(1, "--store", store, "--output", tmp_path / "out")
    assert (code, err) == (0, "")
    assert f"report: {tmp_path / 'out' / 'index.html'}" in out
    page = page_in(tmp_path / "out")
    assert [one.attributes["id"] for one in page.all("details", class_="claim")] == [
        "gauss.fisher",
        "wht24.eq4.printed",
    ]
    assert page.one("details", id="wht24.eq4.printed").one(class_="statement").all("math")
    facts = dict(zip((x.text for x in page.all("dt")), (x.text for x in page.all("dd")), strict=False))
    assert facts["run"] == f"1 of {store}"
    assert (facts["seed"], facts["cases a claim"]) == (
        "5",
        "10 drawn (fewer where a case is costly), and those at the boundary",
    )
    assert facts["time"].endswith("added up over the claims")
    records = json.loads((tmp_path / "out" / "verdicts.json").read_text())
    assert {one["id"]: one["status"] for one in records}["wht24.eq4.printed"] == "refuted"
    assert list((tmp_path / "out" / "certificates").glob("wht24.eq4.printed-5.json"))


def test_the_latest_run_is_shown_and_a_user_s_file_is_never_executed(
    call: Call, store: Path, made: tuple[Path, Path], tmp_path: Path
):
    _, file = made
    assert call("--store", store, "--output", tmp_path / "out")[0] == 0
    own = page_in(tmp_path / "out").one("details", id="mine.a")
    assert "a bound of <mine>" in own.one("summary").text
    assert own.one(class_="statement").all("math")
    assert "guessed" in own.one("dl").text
    assert "changed" not in own.one("dl").text
    assert f"scoreproof verify {file} --examples 10 --seed 5" in own.one(class_="reproduce").text
    assert not file.with_suffix(".ran").exists()


def test_a_run_without_a_verdict_is_not_taken_for_the_latest(call: Call, store: Path, tmp_path: Path):
    """Somebody starts a run and stops it at once: the run before it is what there is to look at."""
    change(
        store,
        "INSERT INTO runs (fingerprint, settings, started) SELECT 'stopped', settings, started FROM runs "
        "ORDER BY id DESC LIMIT 1",
    )
    folder = tmp_path / "page"
    code, _, _ = call("--store", store, "--output", folder, "--stored-only")
    assert code == 0
    assert (folder / "index.html").exists()
    code, _, error = call(3, "--store", store, "--output", folder)
    assert code == 2
    assert "run 3 has reached no verdict yet" in error


@pytest.mark.parametrize("gone", [False, True])
def test_a_file_that_has_changed_is_told_and_what_was_tested_is_shown(
    call: Call, store: Path, tmp_path: Path, gone: bool
):
    file = tmp_path / "mine.py"
    change(store, "UPDATE runs SET settings = json_set(settings, '$.files.\"mine.a\"[0]', '" + str(file) + "')")
    if not gone:
        file.write_text(MINE.format(bound="1000 * v[0]"))
    assert call("--store", store, "--output", tmp_path / "out")[0] == 0
    own = page_in(tmp_path / "out").one("details", id="mine.a")
    told = "is no longer there" if gone else "has changed since the run"
    assert f"mine.py, which {told}; shown is what was tested" in own.one("dl").text
    assert "E_I <= m2 + v[0]" in [one.text for one in own.all("code", class_="copyable")]
    assert not file.with_suffix(".ran").exists()


def test_a_claim_of_the_catalogue_that_reads_otherwise_now_is_shown_as_it_was(call: Call, store: Path, tmp_path: Path):
    """As if the catalogue had been another one when the run was made."""
    change(
        store,
        "UPDATE runs SET settings = json_set(settings, '$.claims.\"gauss.fisher\"', 'other') WHERE id = 1",
        "UPDATE verdicts SET verdict = json_set(verdict, '$.claim.title', 'as it was') WHERE claim = 'gauss.fisher'",
    )
    assert call(1, "--store", store, "--output", tmp_path / "out")[0] == 0
    own = page_in(tmp_path / "out").one("details", id="gauss.fisher")
    assert "as it was" in own.one("summary").text
    assert "the run; the catalogue states it otherwise now" in own.one("dl").text


def test_an_unfinished_run_says_what_is_missing_and_how_to_go_on(call: Call, store: Path, tmp_path: Path):
    change(store, "DELETE FROM verdicts WHERE claim = 'gauss.fisher'", "UPDATE runs SET finished = NULL WHERE id = 1")
    code, out, _ = call(1, "--store", store, "--output", tmp_path / "out")
    go_on = (
        "scoreproof verify --claim gauss.fisher --claim wht24.eq4.printed --examples 10 --seed 5 "
        f"--store {store} --resume"
    )
    assert code == 0
    assert "run 1 is not finished: 1 of 2 claims have a verdict" in out
    assert go_on in out
    page = page_in(tmp_path / "out")
    told = page.one("section", id="unjudged").text
    assert "1 of its 2 claims have reached no verdict yet" in told
    assert "This goes on with it" in told
    assert go_on in told
    assert [one.text for one in page.one("section", id="unjudged").all("li")] == ["gauss.fisher"]
    assert "not finished" in page.one("header").text


def test_a_run_of_other_software_cannot_be_gone_on_with_as_things_are(call: Call, store: Path, tmp_path: Path):
    change(
        store,
        "DELETE FROM verdicts WHERE claim = 'gauss.fisher'",
        "UPDATE runs SET finished = NULL, settings = json_set(settings, '$.versions.sympy', '0.1') WHERE id = 1",
    )
    assert call(1, "--store", store, "--output", tmp_path / "out")[0] == 0
    page = page_in(tmp_path / "out")
    assert "as it was begun: it was run by sympy 0.1, not" in page.one("section", id="unjudged").text
    assert "sympy 0.1" in page.one("header").text


def test_a_store_of_before_statements_were_kept_still_opens(call: Call, store: Path, tmp_path: Path):
    change(
        store,
        "UPDATE verdicts SET verdict = json_remove(verdict, '$.claim')",
        "UPDATE runs SET settings = json_remove(settings, '$.files')",
    )
    assert call(1, "--store", store, "--output", tmp_path / "out")[0] == 0
    assert len(page_in(tmp_path / "out").all("details", class_="claim")) == 2
    code, out, _ = call("--store", store, "--output", tmp_path / "own")
    assert code == 0
    assert "mine.a is not on the page: supported; an older scoreproof ran it" in out or "certified; an older" in out
    page = page_in(tmp_path / "own")
    assert "mine.a" in page.one("section", id="unjudged").text
    assert not page.all("details", class_="claim")


def test_the_list_shows_each_run_with_how_far_it_is(call: Call, store: Path):
    change(store, "DELETE FROM verdicts WHERE claim = 'gauss.fisher'", "UPDATE runs SET finished = NULL WHERE id = 1")
    code, out, _ = call("--store", store, "--list")
    assert code == 0
    head, second, first = (line.split() for line in out.strip().splitlines())
    assert head[0] == "run"
    assert second[0] == "2"
    assert first[0] == "1"
    assert " ".join(first).endswith("no, 2 of 2 shards 2 10 5 cpu 1 refuted")


def test_what_is_not_there_is_said_with_what_there_is(call: Call, store: Path, tmp_path: Path):
    missing = tmp_path / "no.sqlite"
    code, _, err = call("--store", missing)
    assert code == 2
    assert "there is no such file" in err
    assert not missing.exists()
    code, _, err = call(7, "--store", store)
    assert (code, err) == (2, f"error: there is no run 7 in {store}; it has runs 1 to 2")
    change(store, "DELETE FROM verdicts")
    code, _, err = call(1, "--store", store, "--output", tmp_path / "out")
    assert code == 2
    assert "run 1 has reached no verdict yet (2 of 2 shards are kept" in err
    assert not (tmp_path / "out").exists()
    change(store, "DELETE FROM shards", "DELETE FROM runs")
    for arguments in ((), ("--list",)):
        code, _, err = call("--store", store, *arguments)
        assert code == 2
        assert f"there is no run in {store}" in err


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE runs SET settings = '{'",
        "UPDATE runs SET settings = '{}'",
        "UPDATE runs SET settings = json_set(settings, '$.claims', 3)",
    ],
)
def test_settings_that_are_damaged_are_named_and_nothing_is_written(
    call: Call, store: Path, tmp_path: Path, statement: str
):
    change(store, statement)
    code, _, err = call(1, "--store", store, "--output", tmp_path / "out")
    assert code == 2
    assert "run 1" in err
    assert "cannot be read" in err
    assert "Traceback" not in err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "change_to",
    [
        "'torn'",
        "'[]'",
        "json_set(verdict, '$.status', 'splendid')",
        "json_remove(verdict, '$.tightness')",
        "json_set(verdict, '$.counterexample', json('{\"case\": 1}'))",
        "json_set(verdict, '$.examples', 'many')",
        "json_set(verdict, '$.seconds', 'long')",
        "json_set(verdict, '$.tightness', json('[\"near\", 1]'))",
        "json_set(verdict, '$.how', 3)",
    ],
)
def test_a_verdict_whose_row_is_damaged_is_not_shown_and_the_others_are(
    call: Call, store: Path, tmp_path: Path, change_to: str
):
    change(store, f"UPDATE verdicts SET verdict = {change_to} WHERE claim = 'gauss.fisher'")
    code, out, err = call(1, "--store", store, "--output", tmp_path / "out")
    assert (code, err) == (0, "")
    assert "gauss.fisher is not on the page: its row in the store cannot be read" in out
    assert "not finished" not in out
    page = page_in(tmp_path / "out")
    assert [one.attributes["id"] for one in page.all("details", class_="claim")] == ["wht24.eq4.printed"]
    assert "gauss.fisher" in page.one("section", id="unjudged").text
    code, out, err = call("--store", store, "--list")
    assert (code, err) == (0, "")
    if "counterexample" not in change_to:  # the list does not look into cases
        assert out.strip().endswith("1 refuted, 1 unreadable")


def test_a_statement_that_would_execute_something_is_not_shown(call: Call, store: Path, tmp_path: Path):
    stolen = tmp_path / "stolen"
    evil = f"LessThan(Symbol(''x''), log(''open(\"{stolen}\", \"w\")''))"
    change(store, f"UPDATE verdicts SET verdict = json_set(verdict, '$.claim.relation', '{evil}') WHERE run = 2")
    code, out, _ = call("--store", store, "--output", tmp_path / "out")
    assert code == 0
    assert "mine.a is not on the page" in out
    assert "has no place in a relation" in out
    assert not stolen.exists()


def test_a_folder_that_cannot_be_written_is_named(call: Call, store: Path, tmp_path: Path):
    (tmp_path / "taken").write_text("a file")
    code, _, err = call(1, "--store", store, "--output", tmp_path / "taken")
    assert (code, err) == (2, f"error: --output {tmp_path / 'taken'} is a file; name a folder")


def test_a_page_of_somebody_else_is_not_written_over(call: Call, store: Path, tmp_path: Path):
    page = tmp_path / "index.html"
    page.write_text("<!doctype html><title>My home page</title>")
    code, _, err = call(1, "--store", store, "--output", tmp_path, "--stored-only")
    assert code == 2
    assert f"{page} is not a report of this scoreproof, and would be lost; name another folder" in err
    assert page.read_text() == "<!doctype html><title>My home page</title>"
    assert not (tmp_path / "verdicts.json").exists()
    page.unlink()
    for _ in range(2):  # its own page may be made again
        assert call(1, "--store", store, "--output", tmp_path, "--stored-only")[0] == 0


def test_verify_refuses_before_any_work_what_its_report_would_write_over(tmp_path: Path):
    report, nothing = tmp_path / "ra", {"--json": None, "--junit": None, "--sarif": None}
    report.mkdir()
    for name in ("verdicts.json", "budgets.json", "mutants.json"):
        with pytest.raises(BadInput, match=f"{name} is a file of the --report itself"):
            _check_outputs(nothing | {"--sarif": report / name}, report, [tmp_path / "s.sqlite"])
        with pytest.raises(BadInput, match=f"would write over .*{name}; name another folder"):
            _check_outputs(nothing, report, [report / name])
    _check_outputs(nothing | {"--sarif": report / "v.sarif"}, report, [report / "s.sqlite"])
    (report / "index.html").write_text("mine")
    with pytest.raises(BadInput, match=r"index\.html is not a report"):
        _check_outputs(nothing, report, [])


@pytest.mark.parametrize(
    ("given", "named"),
    [(["99"], "run 99"), (["--open"], "--open"), (["--output", "x"], "--output"), (["--stored-only"], "--stored-only")],
)
def test_a_list_with_what_is_for_a_page_is_refused(call: Call, store: Path, given: list[str], named: str):
    code, out, err = call("--store", store, "--list", *given)
    assert (code, out) == (2, "")
    assert f"--list with {named}: the list of all runs writes no page" in err


@pytest.mark.parametrize("content", [b"", b"x", b"SQLite format 3\0", b"notes, and no database at all\n" * 200])
def test_a_file_that_is_no_store_is_left_as_it_is(call: Call, tmp_path: Path, content: bytes):
    file = tmp_path / "s.sqlite"
    file.write_bytes(content)
    for arguments in (("--list",), ("--output", tmp_path / "out")):
        code, _, err = call("--store", file, *arguments)
        assert code == 2
        assert f"store {file}: " in err
        assert "give" in err
    assert file.read_bytes() == content
    assert [one.name for one in tmp_path.iterdir()] == ["s.sqlite"]


def test_reading_leaves_nothing_behind_and_needs_no_right_to_write(call: Call, made: tuple[Path, Path]):
    with TemporaryDirectory(prefix="scoreproof-test-") as outer:
        folder = Path(outer) / "runs"
        folder.mkdir()
        file = folder / "s.sqlite"
        file.write_bytes(made[0].read_bytes())
        before = file.read_bytes()
        assert before[18:20] == b"\2\2", "it is in WAL mode"
        for path, mode in ((Path(outer), 0o755), (file, 0o444), (folder, 0o555)):
            path.chmod(mode)
        root = os.geteuid() == 0
        try:
            if root:  # whom no permissions bind
                os.seteuid(65534)
            code, out, err = call("--store", file, "--list")
        finally:
            if root:
                os.seteuid(0)
            folder.chmod(0o755)
        assert (code, err) == (0, "")
        assert "1 refuted" in out
        assert call("--store", file, "--list")[0] == 0
        assert [one.name for one in folder.iterdir()] == ["s.sqlite"]
        assert file.read_bytes() == before


def test_a_run_that_is_being_written_is_listed(call: Call, store: Path):
    with Store(store) as writer:
        writer.begin(RunSettings.of([(find("gauss.mmse"), None)], 10, 6))
        assert store.with_name("s.sqlite-wal").stat().st_size
        code, out, _ = call("--store", store, "--list")
        assert code == 0
        assert [line.split()[0] for line in out.strip().splitlines()] == ["run", "3", "2", "1"]


def test_the_page_is_opened_where_that_is_asked_for(
    call: Call, store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", lambda address: bool(opened.append(address)) or len(opened) == 1)
    arguments = (1, "--store", store, "--output", tmp_path / "out")
    call(*arguments)
    assert not opened
    assert "no browser" not in call(*arguments, "--open")[1]
    assert opened == [(tmp_path / "out" / "index.html").as_uri()]
    assert "no browser could be started" in call(*arguments, "--open")[1]


def test_the_store_of_verify_is_the_one_that_is_read():
    from inspect import signature

    from verify.cli import verify

    assert signature(command.report).parameters["store"].default == signature(verify.verify).parameters["store"].default
