"""Names on the command line that are wrong: what was meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from theory.claims import find
from verify.cli.selection import chosen_claims
from verify.cli.verify import _check_outputs, _command
from verify.language.errors import BadInput
from verify.suites import SUITES

MINE = (
    "from sympy import Le\nfrom theory.claims import Cases, Claim\nfrom theory.vocabulary import E_I, m2, v\n"
    "c = Claim(id='mine.a', title='a', relation=Le(E_I, m2/v[0]), source='me', cases=Cases(samplers=('score',)))\n"
)


@pytest.fixture
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("my_claims.py").write_text(MINE)
    return Path("my_claims.py")


def test_nothing_named_is_the_quick_suite() -> None:
    jobs, suite = chosen_claims([], None, [])
    assert suite == "quick"
    assert [claim for claim, _ in jobs] == SUITES["quick"].claims()


def test_files_claims_and_a_suite_add_up(mine: Path) -> None:
    jobs, suite = chosen_claims([mine], None, ["gauss.mmse", "gauss.mmse"])
    assert suite is None
    assert [(claim.id, path) for claim, path in jobs] == [("mine.a", mine), ("gauss.mmse", None)]
    jobs, suite = chosen_claims([mine], "sampling", ["gauss.mmse"])
    assert suite == "sampling"
    assert len(jobs) == 1 + len({"gauss.mmse"} | {claim.id for claim in SUITES["sampling"].claims()})


@pytest.mark.parametrize(
    ("files", "suite", "ids", "said"),
    [
        ([], "papr", [], "there is no suite 'papr'; did you mean paper?; there are quick, sampling"),
        ([], "x", [], "there is no suite 'x'; there are quick, sampling, training, paper, full"),
        ([], None, ["wht24.thm2.correct"], "did you mean wht24.thm2.corrected"),
        ([], None, ["quick"], "it is a suite: --suite quick"),
        (["quick"], None, [], "for the suite of that name, --suite quick"),
        (["gauss.mmse"], None, [], "for the claim of that id, --claim gauss.mmse"),
        (["gauss.mmsee"], None, [], "did you mean --claim gauss.mmse?"),
        (["my_claim.py"], None, [], "my_claim.py: no such file; did you mean my_claims.py?"),
        (["none/of/this.py"], None, [], "none/of/this.py: no such file"),
        (["my_claims.py"], None, ["mine.a"], "--claim mine.a: it is in my_claims.py, whose claims are all run"),
    ],
)
@pytest.mark.usefixtures("mine")
def test_a_slip_is_answered_with_what_was_meant(files: list[str], suite: str | None, ids: list[str], said: str) -> None:
    with pytest.raises(BadInput) as refused:
        chosen_claims([Path(file) for file in files], suite, ids)
    assert said in str(refused.value)


def test_an_id_that_is_the_catalogues_is_refused(mine: Path) -> None:
    mine.write_text(MINE.replace("mine.a", "gauss.mmse"))
    with pytest.raises(BadInput, match=r"more than one claim to run has the id gauss\.mmse"):
        chosen_claims([mine], None, ["gauss.mmse"])
    assert find("gauss.mmse").id == "gauss.mmse"


def test_outputs_are_refused_before_any_work(mine: Path, tmp_path: Path) -> None:
    nothing: dict[str, Path | str | None] = {"--json": None, "--junit": None, "--sarif": None}
    for given, report, said in (
        ({"--json": "my_claims.py"}, None, "--json my_claims.py is the store itself or a file with claims"),
        ({"--junit": Path("no/v.xml")}, None, "there is no folder no"),
        ({"--json": "v.json", "--sarif": "v.json"}, None, "are one file"),
        ({"--json": "-", "--sarif": "-"}, None, "--json - and --sarif - both write to standard output"),
        ({}, mine, "--report my_claims.py is a file; name a folder"),
    ):
        with pytest.raises(BadInput) as refused:
            _check_outputs(nothing | given, report, [mine, tmp_path / "s.sqlite"])
        assert said in str(refused.value)
    _check_outputs(nothing | {"--json": "-", "--junit": Path("v.xml")}, Path("report"), [mine])


def test_the_command_that_goes_on_has_every_option_that_was_given() -> None:
    from typer.main import get_command

    from verify.cli import app

    words = [
        *(
            "my claims.py",
            "--claim",
            "gauss.mmse",
            "--suite",
            "quick",
            "--examples",
            "20",
            "--seed",
            "3",
            "--jobs",
            "2",
        ),
        *("--device", "cuda", "--store", "s.sqlite", "--report", "r", "--json", "-", "--junit", "v.xml"),
        *("--sarif", "v.sarif", "--mutants", "--quiet", "--no-github"),
    ]
    command = get_command(app).commands["verify"]  # type: ignore[attr-defined]
    given = command.make_context("verify", list(words)).params
    again = _command(given)
    assert again.startswith("scoreproof verify 'my claims.py' --claim gauss.mmse --suite quick")
    assert again.endswith("--resume")
    import shlex

    assert command.make_context("verify", shlex.split(again)[2:]).params == given | {"resume": True}
    assert _command(command.make_context("verify", []).params) == "scoreproof verify --resume"
