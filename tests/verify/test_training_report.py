"""What a report, the terminal and the catalogue say of claims on training."""

import io
import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console
from typer.testing import CliRunner

from theory.claims import find
from verify.cli import app
from verify.reports import training_section
from verify.reports.folder import write_report
from verify.reports.rate_picture import draw_rates, exponents, printed_exponent
from verify.reports.terminal import verdict_table
from verify.reports.training_runs import Implied, LossCurves
from verify.verdicts import Status, Tightness, Verdict

SENTENCE = "the printed rate n^-3 is loose by n^a, a in [2.5, 2.9]"


def interval(value: float, half: float, **more) -> dict:
    return {"value": value, "low": value - half, "high": value + half, **more}


def size(slope: float, last: float, decided_by: str = "slope", drift: str = "none") -> dict:
    return {
        "slope": slope,
        "low": slope - 0.2,
        "high": slope + 0.2,
        "curvature": interval(0.0, 1.0, seen=decided_by == "last"),
        "last": interval(last, 0.4),
        "stay": None,
        "fade": None,
        "decided_by": decided_by,
        "drift": drift,
        "would_see": 0.6,
        "would_refute": 1.5,
    }


RATES = {
    "variables": {
        "m": size(-0.1, -0.05),
        "d": size(-0.1, 0.0),
        "n": size(2.7, 2.8),
        "N": size(2.1, 2.5, "last"),
    },
    "confidence": 0.99999,
    "range_confidence": 0.99,
    "sentence": SENTENCE,
    "constant": {"min": 1.0, "max": 100.0},
}


def verdict(id: str, rates: dict | None = None, status: Status = Status.SUPPORTED) -> Verdict:
    return Verdict(find(id), status, "as it was", 81, Tightness(None, None), seed=3, seconds=1.0, rates=rates)


@pytest.mark.parametrize(
    ("id", "printed"),
    [
        ("wht24.lemma1", {"m": 1, "d": -1 / 8, "n": -3, "N": -2}),
        ("wht24.lemma5", {"m": 1, "d": 0, "n": 0, "N": 1}),
        ("wht24.thm1.rate", {"m": 1, "d": -1 / 8, "n": -3, "N": -2}),
        ("wht24.thm1.step.rate.printed", {"m": 0, "d": 0, "n": 0, "N": 0}),
        ("ntk.finite_width", {"m": -0.5}),
    ],
)
def test_printed_exponents_are_read_from_the_relation(id: str, printed: dict[str, float]):
    assert {name: printed_exponent(find(id), name) for name in printed} == printed


def test_a_size_that_is_no_power_has_no_printed_exponent():
    claim = find("wht24.lemma5")
    left, right = claim.relation.args
    n = next(s for s in find("wht24.lemma1").relation.free_symbols if s.name == "n")
    sum_of_powers = replace(claim, relation=claim.relation.func(left, right * (1 + n)))
    assert printed_exponent(sum_of_powers, "n") is None
    assert printed_exponent(sum_of_powers, "N") == 1


def test_measured_exponents_are_printed_ones_plus_what_decided():
    found = {one.size: one for one in exponents(find("wht24.lemma1"), RATES)}
    assert found["n"].measured == pytest.approx((-0.3, -0.5, -0.1))
    assert found["N"].measured == pytest.approx((0.5, 0.1, 0.9))  # by the last slope
    assert not found["n"].lasting
    drifting = {**RATES, "variables": {"n": size(0.8, 0.9, drift="lasting")}}
    assert exponents(find("wht24.thm1.step.rate.printed"), drifting)[0].lasting


def test_claims_without_a_design_have_no_rates(tmp_path: Path):
    with pytest.raises(ValueError, match=r"ntk\.gram has no design"):
        exponents(find("ntk.gram"), RATES)
    with pytest.raises(ValueError, match="nothing to draw"):
        draw_rates([], tmp_path / "rates.png")


def page_of(verdicts: list[Verdict], folder: Path) -> str:
    return write_report(folder, verdicts, seed=3, examples=100, seconds=1.0, with_budgets=False).read_text()


def test_a_report_shows_the_sentence_the_design_and_the_picture_of_rates(tmp_path: Path):
    page = page_of([verdict("wht24.lemma5", RATES)], tmp_path)
    assert SENTENCE in page
    assert str(find("wht24.lemma5").design) in page
    assert "2.70 [2.50, 2.90]" in page
    assert "2.50 [2.10, 2.90]" in page  # between the largest two levels
    assert '<section id="training">' in page
    assert (tmp_path / "training-rates.png").read_bytes().startswith(b"\x89PNG")
    assert sorted(path.name for path in tmp_path.glob("*.png")) == ["training-rates.png"]


@pytest.mark.parametrize("id", ["wht24.thm2.corrected", "wht24.lemma3", "linear.training"])
def test_other_reports_stay_as_they_are(id: str, tmp_path: Path):
    page = page_of([verdict(id)], tmp_path)
    assert 'id="training"' not in page
    assert not list(tmp_path.glob("*.png"))


def test_a_claim_on_the_kernel_brings_the_spectrum_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(training_section, "NARROW_SEEDS", 4)
    monkeypatch.setattr(training_section, "WIDE", 16)
    page = page_of([verdict("ntk.gram")], tmp_path)
    assert [path.name for path in tmp_path.glob("*.png")] == ["training-spectrum.png"]
    assert "of 4 networks of width 4," in page
    assert re.search(r'<img src="data:image/png;base64,[^"]{1000,}" alt="Largest and smallest', page)


def test_the_caption_of_losses_counts_what_the_runs_show(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Of three networks two end silent and two stay below their envelope."""
    found = LossCurves(
        m=7,
        printed=np.array([[1, 1e3, 0.1], [1, 1e9, 0.2], [1, 1e5, np.inf]]),
        h_lambda=np.array([30.0, 10.0, 20.0]),
        silent=np.array([0.1, 0.2, 0.3]),
        stable=np.array([[1, 0.8], [1, 0.95], [1, 0.5]]),
        envelope=np.array([[1, 0.9], [1, 0.9], [1, 0.9]]),
        linearised=np.array([[1, 0.4], [1, 0.95], [1, 0.5]]),
    )
    monkeypatch.setattr(training_section, "loss_curves", lambda: found)
    (group,) = (one for one in training_section.GROUPS if one.name == "loss")
    caption = group.draw([], tmp_path / "loss.png")
    for words in (
        "3 networks of width 7",
        "lambda_max is 10 to 30",
        "all units off in 2 of the networks",
        "falls to 5.0e-01 to 9.5e-01 of its start in 1 steps",
        "0.5 to 1.0 times as much",
        "above 2 of 3 runs",
        "ends at 0.90 to 0.90",
    ):
        assert words in caption


def test_the_caption_of_constants_names_the_widths_without_a_smallest_eigenvalue(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    floors = {16: 1e-14, 64: 30.0, 256: 60.0}

    def made(m: int) -> Implied:
        return Implied(m, np.array([[100.0, 10.0], [200.0, -1.0 if m == 64 else 20.0]]), np.array([0, 1]),
                       np.full((2, 2), floors[m]))  # fmt: skip

    monkeypatch.setattr(training_section, "implied_constants", made)
    (group,) = (one for one in training_section.GROUPS if one.name == "constant")
    caption = group.draw([], tmp_path / "constant.png")
    assert "at width 16 that is 0 but for rounding" in caption
    assert "It is 1e+02 to 2e+02 in the first step" in caption
    assert "In 1 of 6 runs the loss grew" in caption


def test_each_picture_belongs_to_claims_that_there_are():
    from theory.claims import catalogue

    for group in training_section.GROUPS:
        assert all(any(id.startswith(prefix) for id in catalogue()) for prefix in group.prefixes)
    everything = [verdict(id, RATES if claim.design else None) for id, claim in catalogue().items()]
    assert all(group.concerns(everything) for group in training_section.GROUPS)
    by_name = {group.name: group for group in training_section.GROUPS}
    assert by_name["loss"].concerns([verdict("wht24.thm1.step.printed")])
    assert not by_name["weightings"].concerns([verdict("wht24.thm1.step.printed")])
    assert not by_name["rates"].concerns([verdict("wht24.lemma1")])  # not measured


def test_the_terminal_says_the_sentence():
    out = io.StringIO()
    verdict_table(Console(file=out, width=200), [verdict("wht24.lemma1", RATES), verdict("ntk.gram")], 3, 1.0)
    said = [line for line in out.getvalue().splitlines() if SENTENCE in line]
    assert said == [f"wht24.lemma1: {SENTENCE}"]


def test_the_catalogue_shows_the_design():
    shown = CliRunner().invoke(app, ["claims", "show", "wht24.lemma1"])
    assert f"design {find('wht24.lemma1').design}" in shown.stdout
    plain = CliRunner().invoke(app, ["claims", "show", "ntk.gram"])
    assert plain.exit_code == 0
    assert "design" not in plain.stdout
    listed = json.loads(CliRunner().invoke(app, ["claims", "show", "wht24.lemma1", "--json", "-"]).stdout)
    assert listed["design"] == str(find("wht24.lemma1").design)


def test_the_vocabulary_names_the_index_of_each_axis():
    shown = CliRunner().invoke(app, ["claims", "vocabulary"], env={"COLUMNS": "200"}).stdout
    words = {line.split()[0] for line in shown.splitlines() if line.strip()}
    assert {"v[k]", "loss_em[s]", "ev[i]"} <= words
