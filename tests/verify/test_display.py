"""What results show: text that fits a terminal, HTML that is well formed, harmless and readable on any ground."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from sympy import Eq, Ge, Le, Sum, log

from numerics import Enclosure, Gaussian, LossCurve
from theory import Cases, Claim, Expected, Form, derive, find, karras
from theory.display import Displayed
from theory.display.html import GROUND, as_html
from theory.display.text import as_text
from theory.vocabulary import E_D, E_I, N, d, k, m2, v
from verify import Verdicts, check, compare, grid_budget, lint, optimise, rank, record, verify_claim

EXAMPLES = Path(__file__).parents[2] / "examples"
DATA = Gaussian(d=1, var=0.25)
ENDS = (5, 0.1, 10.0)
GUESS = Le(E_D, d / 8 * Sum(log(v[k] / v[k + 1]) ** 2, (k, 0, N - 1)))
HOSTILE = "<script>alert('&')</script>"
CURVE = LossCurve([0.1, 1.0, 10.0], [1.9, 1.0, 0.02], d=2, error=[0.01, 0.01, 0.01], label=HOSTILE)


def claim(relation: Any, title: str = "a guess", **more: Any) -> Claim:
    return Claim(id="mine", title=title, relation=relation, source="own", cases=Cases(samplers=("score",)), **more)


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Displayed]:
    """One of each kind, with a hostile text wherever its owner may put one."""
    refuted = verify_claim(claim(GUESS, HOSTILE), examples=10)
    folder = tmp_path_factory.mktemp("baseline")
    record(karras(*ENDS), folder / "base.json", "gaussian(d=1, var=0.25)", "score")
    comparison = compare([karras(*ENDS), [10.0, 3.0, 1.0, 0.3, 0.1]], DATA)
    return {
        "claim": find("wht24.thm2.corrected"),
        "hostile claim": claim(GUESS, HOSTILE, note=HOSTILE),
        "verdict": refuted,
        "verdicts": Verdicts([refuted]),
        "derivation": derive("wht24.lemma10"),
        "grid": karras(*ENDS),
        "budget": grid_budget(karras(*ENDS), DATA),
        "comparison": comparison,
        "ranking": rank([karras(*ENDS), karras(*ENDS, rho=3.0)], CURVE, "denoiser"),
        "optimum": optimise(DATA, 2, 10.0, 0.1, points=33),
        "check": check([10.0, 3.0, 1.0, 0.3, 0.1], folder / "base.json", name=HOSTILE),
        "findings": lint([10.0, 3.0, 3.0, 0.1]),
        "finding": lint([10.0, 3.0, 3.0, 0.1])[0],
        "number": Enclosure.of(1.5, 0.25),
        "numbers": Enclosure.of(np.arange(30.0)),
    }


RESULTS = ("claim", "hostile claim", "verdict", "verdicts", "derivation", "grid", "number", "numbers")
KINDS = (*RESULTS, "budget", "comparison", "ranking", "optimum", "check", "findings", "finding")
PLOTS = ("budget", "ranking", "optimum", "check", "findings")


@pytest.mark.parametrize("kind", KINDS)
def test_html_is_well_formed_and_harmless(results: dict[str, Displayed], kind: str) -> None:
    page = results[kind]._repr_html_()
    tree = ElementTree.fromstring(page)  # an unescaped < or & would be an error
    tags = {element.tag.rpartition("}")[2] for element in tree.iter()}
    assert not tags & {"script", "style", "iframe", "img", "link", "object"}
    attributes = {name for element in tree.iter() for name in element.attrib}
    assert not {name for name in attributes if name.startswith("on") or name in ("href", "src")}


@pytest.mark.parametrize("kind", KINDS)
def test_html_takes_the_colours_of_the_notebook(results: dict[str, Displayed], kind: str) -> None:
    """Only badges have colours of their own, and each brings its ground."""
    for element in ElementTree.fromstring(results[kind]._repr_html_()).iter():
        style = dict(part.split(":", 1) for part in element.get("style", "").split(";") if part)
        if style.get("color", "inherit") != "inherit":
            assert style["background"] in GROUND.values()
        else:
            assert style.get("background", "transparent") == "transparent"


@pytest.mark.parametrize("ground", GROUND.values())
def test_badges_can_be_read(ground: str) -> None:
    """White on the ground has the contrast of WCAG AA for small text, 4.5."""
    channels = [int(ground[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    assert 1.05 / (float(np.dot((0.2126, 0.7152, 0.0722), linear)) + 0.05) >= 4.5


@pytest.mark.parametrize("width", [60, 100])
@pytest.mark.parametrize("kind", KINDS)
def test_text_fits_the_terminal(results: dict[str, Displayed], kind: str, width: int) -> None:
    text = as_text(results[kind]._contents(), width)
    assert max(map(len, text.splitlines())) <= width
    assert "\x1b" not in text


@pytest.mark.parametrize("kind", KINDS)
def test_showing_measures_nothing(results: dict[str, Displayed], kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*_: Any, **__: Any) -> Any:
        raise AssertionError("shown results are not measured again")

    for owner in (Gaussian, LossCurve):
        monkeypatch.setattr(owner, "measure", forbidden)
    monkeypatch.setattr("theory.derivations.derivation.Derivation.checks", forbidden)
    str(results[kind])
    results[kind]._repr_html_()


def test_a_verdict_says_what_the_search_found(results: dict[str, Any]) -> None:
    verdict = results["verdict"]
    text = str(verdict)
    assert text.startswith("REFUTED   mine:")
    assert verdict.how in text
    assert str(verdict.counterexample.case) in text
    left, right = re.search(r"([\d.]+)\s+>\s+([\d.]+)", text).groups()  # type: ignore[union-attr]
    assert float(left) == pytest.approx((np.log(2) - 0.5) / 2, rel=1e-7)
    assert float(right) == pytest.approx(np.log(2) ** 2 / 8, rel=1e-7)
    assert verdict._repr_latex_().startswith("$\\displaystyle E_D \\leq")


def test_a_bound_from_above_is_shown_as_it_is_written(results: dict[str, Any]) -> None:
    """The sides of ``Ge`` are turned for the search, and turned back for people."""
    verdict = replace(results["verdict"], claim=claim(Ge(GUESS.rhs, GUESS.lhs)))
    left, right = re.search(r"([\d.]+)\s+<\s+([\d.]+)", str(verdict)).groups()  # type: ignore[union-attr]
    assert float(left) < float(right)
    assert "right/left" in str(verdict)


def test_what_was_expected_is_told_of_theorems_and_not_of_questions(results: dict[str, Any]) -> None:
    verdict = results["verdict"]
    assert "supported was expected" in " ".join(str(verdict).split())
    for form, expected, said in (
        (Form.EXACT, Expected.SUPPORTED, "1 NOT AS EXPECTED"),
        (Form.EXACT, Expected.REFUTED, "ALL AS EXPECTED"),
        (Form.CONJECTURE, Expected.SUPPORTED, "1 REFUTED"),
    ):
        told = replace(verdict, claim=claim(GUESS, form=form, expected=expected))
        assert str(Verdicts([told])).startswith(said)
        assert ("was expected" in " ".join(str(told).split())) == (said == "1 NOT AS EXPECTED")


def test_an_equality_is_measured_by_its_difference() -> None:
    wrong = verify_claim(claim(Eq(E_I, m2 / v[0])), examples=10, target=DATA)
    assert "difference" in str(wrong)
    assert "left/right" not in str(wrong)


def test_numbers_of_a_comparison_are_those_of_its_budgets(results: dict[str, Any]) -> None:
    comparison = results["comparison"]
    cells = [
        [cell.text for cell in row.iter("td")] for row in ElementTree.fromstring(comparison._repr_html_()).iter("tr")
    ]
    shown = next(row for row in cells if row[:1] == ["E_D"])
    for text, one in zip(shown[1:], comparison.budgets, strict=True):
        middle, radius = map(float, text.split(" ± "))
        assert abs(middle - float(one.part("E_D").value)) <= radius


def test_a_row_of_findings_stands_where_the_value_is(results: dict[str, Any]) -> None:
    assert "repeated  [2]" in str(results["findings"])
    assert "repeated  line 6" in str(lint(str(EXAMPLES / "broken_sigmas.csv")))
    assert results["findings"].failed
    assert not lint(karras(*ENDS)).failed
    assert str(lint(karras(30, 0.002, 80.0))).startswith("NOTHING FOUND")


def test_ipython_shows_one_in_full_and_many_in_short(results: dict[str, Any]) -> None:
    pretty = pytest.importorskip("IPython.lib.pretty").pretty
    assert pretty(results["verdict"]) == str(results["verdict"])
    assert pretty(results["findings"]) == str(results["findings"])
    assert pretty([results["claim"]]).startswith("[<wht24.thm2.corrected: ")
    assert "\n" not in pretty([results["claim"]])


@pytest.mark.parametrize("kind", PLOTS)
def test_a_plot_is_a_picture(results: dict[str, Any], kind: str, tmp_path: Path) -> None:
    picture = results[kind].plot()
    assert picture.png.startswith(b"\x89PNG")
    assert min(picture.size) > 300
    if kind == "budget":
        picture.save(tmp_path / "budget.svg")
        assert ElementTree.parse(tmp_path / "budget.svg").getroot().tag.endswith("svg")


def test_a_plot_leaves_the_backend_of_the_notebook(results: dict[str, Any]) -> None:
    matplotlib = pytest.importorskip("matplotlib")
    before = matplotlib.get_backend()
    try:
        matplotlib.use("svg")
        results["findings"].plot()
        assert matplotlib.get_backend() == "svg"
    finally:
        matplotlib.use(before)


def test_escaping_is_of_every_part() -> None:
    from theory.display import Badge, Contents, Formula, Line, Table

    make: list[Callable[[str], Contents]] = [
        lambda text: Contents(text),
        lambda text: Contents("", Badge(text)),
        lambda text: Contents("", None, (Line(text),)),
        lambda text: Contents("", None, (Line("", text), Line("x", text))),
        lambda text: Contents("", None, (Table((text,), (("x",),)),)),
        lambda text: Contents("", None, (Table(("x",), ((text,),)),)),
        lambda text: Contents("", None, (Table(("x",), ((Badge(text),),)),)),
        lambda text: Contents("", None, (Formula(m2, text),)),
    ]
    for one in make:
        page = as_html(one(HOSTILE))
        assert "<script" not in page
        assert page == as_html(one("")) or "&lt;script&gt;" in page
