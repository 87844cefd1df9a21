"""``scoreproof derive``, and what a complete derivation does to a verdict."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from xml.dom.minidom import parseString

import pytest

from theory.claims import find
from theory.derivations import Mark, Step, derivations, find_derivation
from theory.derivations.kinds import Assumption
from theory.vocabulary import E_D, d, m2
from verify.cli import main
from verify.conclude import ContradictedDerivation, with_derivation
from verify.search import verify_claim
from verify.verdicts import Status

THM2 = "wht24.thm2.discretisation.corrected"
GRID = "karras(n=9, sigma_min=0.1, sigma_max=10, rho=7)"


@pytest.fixture
def run(capsys):
    def call(*arguments):
        with pytest.raises(SystemExit) as stop:
            main(["derive", *map(str, arguments)])
        seen = capsys.readouterr()
        return stop.value.code, seen.out, seen.err

    return call


def test_a_chain_with_a_mark_and_a_reason_for_each_step(run):
    code, out, _ = run(THM2)
    assert code == 0
    assert out.count("✓") == 10
    assert "✗" not in out
    assert "summation by parts" in out
    assert "complete: 9 steps checked, from budget.score.discretisation" in out


def test_an_assumption_is_shown_as_one(run):
    code, out, _ = run("wht24.lemma12")
    assert code == 0
    assert out.count("  ? ") == 1
    assert "not complete: 1 of 3 steps assumed" in out


def test_a_claim_without_a_derivation_says_so(run):
    code, out, _ = run("info.tweedie")
    assert (code, "no derivation" in out) == (0, True)


def test_json_has_every_step_in_every_form(run):
    code, out, _ = run(THM2, "--json", "-")
    (claim,) = json.loads(out)
    assert code == 0
    assert claim["derivation"]["complete"]
    assert [step["mark"] for step in claim["derivation"]["steps"]] == ["checked"] * 9
    for step in claim["derivation"]["steps"]:
        assert step["how"]
        assert step["latex"]
        parseString(step["mathml"])
    assert claim["derivation"]["conclusion"]["mark"] == "checked"


def test_limit_and_minimum(run):
    code, out, _ = run("wht24.thm2.dterm.quadratic", "--grid", "karras", "--limit", "N", "--minimise", "rho")
    assert code == 0
    assert "N * right side -> 4*rho**2*sinh(log(sigma_max/sigma_min)/(2*rho))**2" in out
    assert "no minimum: infimum log(sigma_max/sigma_min)**2 as rho -> oo" in out
    _, out, _ = run("wht24.thm2.dterm.quadratic", "--grid", "exponential", "--limit", "N", "--json", "-")
    (claim,) = json.loads(out)
    assert claim["limit"]["value"] == "log(sigma_max/sigma_min)**2"
    assert claim["limit"]["power"] == 1


def test_the_limit_on_a_grid_is_a_number(run):
    _, out, _ = run("wht24.thm2.dterm.quadratic", "--grid", GRID, "--limit", "N", "--json", "-")
    (claim,) = json.loads(out)
    assert float(claim["limit"]["number"]) == pytest.approx(21.984, abs=0.001)  # 4 * 49 * sinh(ln(100)/14)^2


def test_closed_forms_and_numbers(run):
    _, out, _ = run("wht24.thm2.dterm.quadratic", "--grid", "exponential")
    assert "Sum" not in out
    _, out, _ = run("wht24.lemma10", "--grid", GRID)
    assert "m2/200" in out


def test_latex_and_mathml(run):
    _, out, _ = run("wht24.lemma10", "--latex")
    assert r"\begin{aligned}" in out
    assert r"&\le \frac{\int" in out
    _, out, _ = run("wht24.lemma10", "--mathml")
    lines = out.splitlines()
    assert len(lines) == 2
    for line in lines:
        parseString(line)
    _, out, _ = run("E_I", "--mathml")
    assert out.count("<math") >= 2


@pytest.mark.long
def test_a_quantity_with_claims_that_have_no_limit_still_shows_the_others(run):
    code, out, _ = run("E_D", "--grid", "karras", "--limit", "N")
    assert code == 0
    assert "right side ->" in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nothing",), "no claim 'nothing'"),
        (("wht24.lemma10", "--limit", "M", "--grid", "karras"), "--limit M"),
        (("wht24.lemma10", "--limit", "N"), "add --grid"),
        (("wht24.lemma10", "--grid", "laplace", "--limit", "N"), "made of pieces"),
        (("wht24.lemma10", "--grid", "karras", "--minimise", "rho"), "no such parameter; it has sigma_max"),
        (("wht24.lemma10", "--minimise", "sigma"), "--minimise sigma"),
        (("wht24.thm2.dterm.quadratic", "--grid", "karras", "--minimise", "rho"), "no closed form"),
        (("wht24.lemma10", "--latex", "--mathml"), "one of the two"),
        (("wht24.lemma10", "--grid", "[3, 2, 1]", "--limit", "N"), "[3, 2, 1]"),
        (("wht24.lemma10", "--grid", "karra"), "karra"),
    ],
)
def test_bad_input_is_one_line(run, arguments, said):
    code, _, err = run(*arguments)
    assert code == 2
    assert said in err
    assert err.count("error:") == 1


def test_a_complete_derivation_certifies_all_cases():
    verdict = verify_claim(find("wht24.lemma10"), 12)
    assert verdict.status is Status.CERTIFIED
    given = "given budget.initial, tested and not proved here; "
    assert verdict.how.startswith(f"a checked derivation of 3 steps covers all cases, {given}")
    assert verdict.rests_on == ("budget.initial",)
    assert verdict.as_json()["rests_on"] == ["budget.initial"]
    assert str(verdict.examples) in verdict.how, "the cases that were tried are told beside it"


def test_an_incomplete_derivation_changes_nothing():
    verdict = verify_claim(find("wht24.lemma12"), 10)
    assert verdict.status is Status.SUPPORTED
    assert "derivation" not in verdict.how


def test_a_variant_with_the_claim_s_name_is_not_covered():
    claim = find("wht24.lemma10")
    weaker = replace(claim, relation=claim.relation.func(claim.relation.lhs, 2 * claim.relation.rhs))
    verdict = verify_claim(weaker, 12)
    assert "derivation" not in verdict.how


def test_a_refuted_claim_with_a_complete_derivation_is_no_verdict():
    verdict = verify_claim(find("wht24.lemma10"), 12)
    with pytest.raises(ContradictedDerivation, match=r"wht24\.lemma10 was refuted .* a checked derivation of 3 steps"):
        with_derivation(replace(verdict, status=Status.REFUTED))
    assert with_derivation(replace(verdict, status=Status.INCONCLUSIVE)).status is Status.INCONCLUSIVE


def test_a_failed_step_is_marked(run, monkeypatch):
    good = find_derivation("wht24.lemma10")
    wrong = replace(good, steps=(*good.steps[:-1], replace(good.steps[-1], result=m2)))
    assert wrong.outcomes[-2].mark is Mark.FAILED
    monkeypatch.setitem(derivations(), "wht24.lemma10", wrong)
    _, out, _ = run("wht24.lemma10")
    assert out.count("✗") == 2
    assert "not a proof: 2 of 4 checks failed" in out
    monkeypatch.setitem(
        derivations(), THM2, replace(derivations()[THM2], start=E_D, steps=(Step("<=", d, Assumption("a guess")),))
    )
    _, out, _ = run(THM2)
    assert "  ? <=" in out
    assert "a guess" in out


def test_long_work_says_so(run, monkeypatch):
    monkeypatch.setattr("verify.cli.derive.PATIENCE", 0.0)
    _, out, err = run("wht24.lemma10", "--json", "-")
    assert "deriving wht24.lemma10 ..." in err
    json.loads(out)


def test_derivations_wait_until_they_are_needed():
    code = (
        "import importlib, sys\n"
        "for module in ('theory', 'theory.claims', 'verify.cli', 'verify.conclude'):\n"
        "    importlib.import_module(module)\n"
        "    if 'theory.derivations' in sys.modules:\n"
        "        sys.exit(f'importing {module} loads the derivations')\n"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
