"""The command line: exit codes, JSON, and one clear line for each kind of bad input."""

import json
import subprocess
import sys

import numpy as np
import pytest

from verify.cli import main

KARRAS = "karras(n=9, sigma_min=0.05, sigma_max=5, rho=7)"


@pytest.fixture
def run(capsys):
    def call(*arguments):
        with pytest.raises(SystemExit) as stop:
            main([str(a) for a in arguments])
        seen = capsys.readouterr()
        return stop.value.code, seen.out, seen.err

    return call


def test_a_false_conjecture_is_refuted_with_exit_code_1(run):
    relation = "E_D <= d/8*Sum(log(v[k]/v[k+1])**2, (k,0,N-1))"
    code, out, _ = run("conjecture", relation, "--examples", 20, "--json", "-")
    verdict = json.loads(out)
    assert code == 1
    assert verdict["status"] == "refuted"
    case = verdict["counterexample"]["case"]
    assert case["N"] == 1
    assert verdict["counterexample"]["lhs"]["kind"] == "certified"
    # the numbers can be checked with a pocket calculator: E_D = (ln r - 1 + 1/r)/2 at one point
    r = case["v"][0] / case["v"][1]
    assert verdict["counterexample"]["lhs"]["value"] == pytest.approx((np.log(r) - 1 + 1 / r) / 2)
    assert verdict["counterexample"]["rhs"]["value"] == pytest.approx(np.log(r) ** 2 / 8)


@pytest.mark.parametrize(
    "relation",
    [
        "E_D <= d/2*Sum(log(v[k]/v[k+1]) - 1 + v[k+1]/v[k], (k,0,N-1)) + m2/2*Sum(1/v[k+1]-1/v[k], (k,0,N-1))",
        "E_D <= d/4*Sum(log(v[k]/v[k+1])**2, (k, 0, N-1)) + m2/(2*v[N])",
        "J(u) <= d/u",
        "mmse(u) <= min(m2, d*u)",
    ],
)
def test_true_conjectures_survive_with_exit_code_0(run, relation):
    code, out, _ = run("conjecture", relation, "--examples", 10, "--json", "-")
    assert json.loads(out)["status"] in ("supported", "certified")
    assert code == 0


@pytest.mark.parametrize(
    ("relation", "options"),
    [
        ("J(u) >= d/u", ()),
        ("KL <= E_I", ("--target", "gaussian(d=1, var=0.25)")),
        ("E_D <= d/2*log(v[0]/v[N])/N", ("--sampler", "denoiser")),
    ],
)
def test_more_false_conjectures_are_refuted(run, relation, options):
    code, out, _ = run("conjecture", relation, "--examples", 40, "--json", "-", *options)
    assert json.loads(out)["status"] == "refuted"
    assert code == 1


def test_verify_one_claim_and_its_json(run, tmp_path):
    code, out, _ = run(
        *("verify", "--claim", "wht24.eq4.printed", "--claim", "gauss.fisher", "--examples", 15),
        *("--json", tmp_path / "v.json", "--report", tmp_path / "report"),
    )
    assert code == 0
    assert "0 not as expected" in out
    verdicts = {v["id"]: v for v in json.loads((tmp_path / "v.json").read_text())}
    assert verdicts["wht24.eq4.printed"]["status"] == "refuted"
    fields = "id status expected as_expected how examples tightness counterexample largest_violation error_rates"
    assert set(f"{fields} seed seconds".split()) <= verdicts["gauss.fisher"].keys()
    page = (tmp_path / "report" / "index.html").read_text()
    assert 'id="wht24.eq4.printed"' in page
    assert "<math" in page
    assert "http" not in page.replace("http://www.w3.org/1998/Math/MathML", "")


def test_workers_do_not_change_verdicts(run):
    ids = ("--claim", "gauss.fisher", "--claim", "gauss.mmse", "--claim", "wht24.eq4.printed")
    results = []
    for jobs in (1, 2):
        _, out, _ = run("verify", *ids, "--examples", 15, "--seed", 7, "--jobs", jobs, "--json", "-")
        results.append([{k: x for k, x in v.items() if k != "seconds"} for v in json.loads(out)])
    assert results[0] == results[1]


def test_user_files(run, tmp_path):
    mine = tmp_path / "mine.py"
    mine.write_text(
        "from sympy import Le\nfrom theory.claims import Cases, Claim\nfrom theory.vocabulary import E_I, m2, v\n"
        "c = Claim(id='mine.a', title='a', relation=Le(E_I, m2/(4*v[0])), source='me',"
        " cases=Cases(samplers=('score',)))\n"
    )
    code, out, _ = run("verify", mine, "--examples", 20)
    assert code == 1, "a claim that is refuted against its expectation"
    assert "mine.a" in out
    mine.write_text("x = 1/0\n")
    other = tmp_path / "other.py"
    other.write_text("a = 1\nx = 1/0\n")
    code, _, err = run("verify", other)
    assert code == 2
    assert "ZeroDivisionError at line 2" in err
    empty = tmp_path / "empty.py"
    empty.write_text("x = 1\n")
    code, _, err = run("verify", empty)
    assert code == 2
    assert "has no claims" in err


def test_schedule_budget_and_compare(run, tmp_path):
    code, out, _ = run("schedule", "budget", KARRAS, "--json", "-")
    budget = json.loads(out)
    assert code == 0
    total = sum(budget[name]["value"] for name in ("E_I", "E_D", "E_S"))
    assert budget["KL_path"]["value"] == pytest.approx(total)
    assert budget["KL"]["value"] < budget["KL_path"]["value"]
    exponential = KARRAS.replace("karras", "exponential").replace(", rho=7", "")
    picture = tmp_path / "p.png"
    code, out, _ = run("schedule", "compare", KARRAS, exponential, "--json", "-", "--plot", picture)
    comparison = json.loads(out)
    assert comparison["grids"][0]["verdict"] == "reference"
    assert comparison["grids"][1]["verdict"] in ("better", "worse")
    sign = comparison["grids"][1]["difference"]["value"]
    assert (sign < 0) == (comparison["grids"][1]["verdict"] == "better")
    assert picture.read_bytes()[:4] == b"\x89PNG"


def test_a_grid_is_the_same_as_itself_or_cannot_be_told_apart(run):
    _, out, _ = run("schedule", "compare", KARRAS, KARRAS, "--json", "-")
    assert json.loads(out)["grids"][1]["verdict"] in ("same", "cannot tell")


def test_deterministic_samplers_have_no_path_kl_but_an_output_kl(run):
    code, out, _ = run("schedule", "budget", KARRAS, "--sampler", "heun", "--json", "-")
    budget = json.loads(out)
    assert code == 0
    assert budget["KL_path"] is None
    assert "deterministic" in budget["reasons"]["KL_path"]
    assert budget["KL"]["value"] > 0


def test_derive_and_claims(run):
    code, out, _ = run("derive", "wht24.lemma10", "--grid", "karras")
    assert code == 0
    assert "sigma_max**2" in out
    _, out, _ = run("derive", "wht24.thm2.dterm.quadratic", "--grid", "exponential(n=5, sigma_min=1, sigma_max=4)")
    assert "0.386294" in out
    _, out, _ = run("derive", "E_D", "--latex")
    assert r"\sum" in out
    _, out, _ = run("claims", "list", "thm2")
    assert "wht24.thm2.corrected" in out
    _, out, _ = run("claims", "show", "wht24.thm2.corrected")
    assert "Wang, He, Tao 2024" in out
    assert run("claims", "graph")[0] == run("claims", "vocabulary")[0] == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("verify", "--claim", "wht24.thm2.correct"), "did you mean wht24.thm2.corrected"),
        (("verify", "--suite", "papr"), "there is no suite 'papr'"),
        (("verify", "nowhere.py"), "no such file"),
        (("verify", "--nonsense"), "No such option"),
        (("verify", "--examples", "3"), "--examples 3"),
        (("conjecture", "E_D <= foo"), "foo"),
        (("conjecture", "E_D <= "), "column"),
        (("conjecture", "E_D <= __import__('os').system('true')"), "column"),
        (("conjecture", "KL_path <= 1", "--sampler", "ode"), "deterministic"),
        (("conjecture", "E_D <= 1", "--sampler", "dpm"), "no sampler 'dpm'"),
        (("conjecture", "E_D <= 1", "--target", "gaussian(var=-1)"), "-1"),
        (("conjecture", "E_D <= Sum(v[k], (k, 0, N+1))"), "reaches index"),
        (("schedule", "budget", "karras(n=9, sigma_min=5, sigma_max=0.05)"), "swap"),
        (("schedule", "budget", "karras(n=1, sigma_min=1, sigma_max=2)"), "n = 1"),
        (("schedule", "budget", "nothing.csv"), "nothing.csv"),
        (("schedule", "budget", KARRAS, "--target", "gauss"), "gauss"),
        (("schedule", "compare", KARRAS), "two or more"),
        (("derive", "E_X"), "E_X"),
        (("claims", "show", "nope"), "nope"),
        (("claims", "list", "nothing like it"), "nothing like it"),
        (("fly",), "fly"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(run, arguments, said):
    code, out, err = run(*arguments)
    assert code == 2
    assert said in err
    assert err.startswith("error: ")
    assert len(err.strip().splitlines()) == 1
    assert "Traceback" not in out + err


@pytest.mark.parametrize("words", [["--help"], ["schedule", "optimise", "--help"], ["verify", "--help"], ["--nope"]])
def test_help_does_not_wait_for_what_computes(words):
    """Torch and sympy take seconds to load; help and a mistyped option need neither."""
    heavy = "torch", "sympy", "scipy", "matplotlib", "sklearn"
    code = (
        "import sys\nfrom verify.cli import main\n"
        f"try: main({words!r})\nexcept SystemExit: pass\n"
        f"assert not [name for name in {heavy!r} if name in sys.modules], 'loaded'\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_vocabulary_is_printed_word_by_word(capsys, monkeypatch):
    from theory.vocabulary import VOCABULARY
    from verify.cli import main

    monkeypatch.setenv("COLUMNS", "600")
    with pytest.raises(SystemExit):
        main(["claims", "vocabulary"])
    printed = " ".join(capsys.readouterr().out.split())
    assert not [q.name for q in VOCABULARY.values() if " ".join(q.meaning.split()) not in printed]
