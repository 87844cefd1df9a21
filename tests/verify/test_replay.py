"""Replaying: true certificates agree; the language, the layers and the command."""

import ast
import json
import subprocess
import sys

import pytest
from replay_certificates import (
    LINE,
    MIXTURE,
    PLANE,
    POINTS,
    ROOT,
    SAMPLE,
    STEPS,
    WIDE,
    answers,
    case,
    changed,
    save,
    verdict,
)
from sympy import (
    Abs,
    Derivative,
    Eq,
    Integral,
    Le,
    Max,
    Min,
    Product,
    Rational,
    Sum,
    atan,
    cos,
    exp,
    log,
    pi,
    sinh,
    sqrt,
    tan,
)

from numerics.targets import PointCloud
from theory.claims import catalogue, find
from theory.vocabulary import (
    E_D,
    E_I,
    E_S,
    KL,
    C,
    F_out,
    H,
    J,
    KL_path,
    KLn,
    M_out,
    N,
    V_out,
    cdf,
    cov2,
    d,
    eps2,
    hess2,
    k,
    lam,
    loss,
    m2,
    mmse,
    mu,
    score,
    sigma,
    u,
    v,
    w,
    x,
)
from verify.cases import Case
from verify.certificates import relation_text, write_certificate
from verify.cli import main
from verify.replay.check import Answer
from verify.replay.text import read_statement
from verify.verdicts import Status

VIOLATIONS = {
    "curves": (Le(J(u) + mmse(u) + hess2(u) + cov2(u) + KLn(u), H(u)), (WIDE, LINE, MIXTURE, POINTS), {"u": 0.3}),
    "derivatives": (
        Le(-Derivative(J(u), u) + Derivative(mmse(u), u) + Derivative(H(u), u), Derivative(KLn(u), u)),
        (WIDE, LINE, MIXTURE, POINTS),
        {"u": 0.3},
    ),
    "points": (Le(Rational(1, 2) + cdf(x, u), score(x, u)), (LINE, MIXTURE, POINTS), {"x": 1.3, "u": 0.3}),
    "budget": (Le(E_I + E_S + E_D + Sum(eps2[k], STEPS), m2 / 100), (WIDE, LINE, MIXTURE, POINTS), {}),
    "output": (Le(KL + V_out + KL_path, lam / 10 + mu * 0), (LINE,), {}),
    "loss": (Le(loss[0] * sigma[0], Min(d, m2) / 9), (WIDE, LINE), {}),
    "integral": (Le(Integral(J(w) / w, (w, v[N], v[0])), E_D / 9), (WIDE, LINE), {}),
    "functions": (
        Le(Max(E_D, v[1]) + Abs(cos(v[0]) - 2) + tan(v[2]), Min(exp(-Product(v[k] + 1, STEPS)), atan(v[0])) * pi / 99),
        (WIDE, LINE, MIXTURE),
        {},
    ),
    "powers and products": (
        Le(Product(v[k] ** 3 + 1, STEPS), sqrt(m2) + m2 ** Rational(1, 3) + (1 + v[N]) ** m2 + sinh(v[N]) ** 2),
        (WIDE, LINE),
        {},
    ),
    "no constant helps": (Le(E_D, -C * m2), (WIDE, LINE), {"C": 1e6}),
    "equality": (Eq(E_D, Sum(log(v[k] / v[k + 1]), STEPS) / 7), (WIDE, LINE, MIXTURE, POINTS), {}),
}


def batched(cases):
    """Two at a time; the last one twice where it is alone."""
    return [(*cases[i : i + 2], cases[-1])[:2] for i in range(0, len(cases), 2)]


ABOUT_SAMPLERS = ("budget", "output", "equality")
RUNS = [(name, "score") for name in VIOLATIONS] + [(name, "denoiser") for name in ABOUT_SAMPLERS]


@pytest.mark.parametrize(("name", "sampler"), RUNS)
def test_true_violations_agree(tmp_path, name, sampler):
    relation, targets, free = VIOLATIONS[name]
    cases = [case(target, sampler=sampler, **free) for target in targets]
    for two in batched(cases):  # a certificate has two cases
        path = write_certificate(verdict(relation, *two), tmp_path)
        assert json.loads(path.read_text())["cases"][0]["evidence"] == "ball arithmetic"
        assert [one.answer for one in answers(path)] == [Answer.AGREE] * 2, two


@pytest.mark.parametrize("sampler", ["score", "denoiser", "ode", "heun"])
@pytest.mark.parametrize("start", ["noise", "exact"])
def test_outputs_of_all_samplers_agree(tmp_path, sampler, start):
    relation = Le(KL + M_out + V_out, lam / 100)
    path = write_certificate(verdict(relation, case(LINE, sampler=sampler, start=start)), tmp_path)
    assert [one.answer for one in answers(path)] == [Answer.AGREE] * 2


def test_float64_evidence_is_checked_too(tmp_path):
    path = write_certificate(verdict(Le(Rational(1, 2), F_out(x)), case(LINE, x=-1.0), case(LINE, x=-2.0)), tmp_path)
    content = json.loads(path.read_text())
    assert content["cases"][0]["evidence"] == "float64"
    assert [one.answer for one in answers(path)] == [Answer.AGREE] * 2


def test_certified_verdicts_agree(tmp_path):
    cases = [case(target) for target in (WIDE, LINE, MIXTURE, POINTS)]
    path = write_certificate(verdict(Le(E_D, KL_path), *cases[:2], status=Status.CERTIFIED), tmp_path)
    assert [one.answer for one in answers(path)] == [Answer.AGREE] * 2
    path = write_certificate(verdict(Le(E_I, m2 / v[0]), *cases, status=Status.CERTIFIED), tmp_path)
    assert [one.answer for one in answers(path)] == [Answer.AGREE] * 4


def test_an_absurdly_small_time_limit_is_said(tmp_path):
    path = write_certificate(verdict(Le(H(u), -9), case(MIXTURE, u=0.3)), tmp_path)
    (one, _) = answers(path, seconds=1e-9)
    assert one.answer is Answer.CANNOT_CHECK
    assert "time limit" in one.reason


@pytest.mark.parametrize(
    ("relation", "one", "why"),
    [
        (Le(KL, E_I / 100), case(MIXTURE, (2.0, 1.0)), "not Gaussian"),
        (Le(Integral(J(w), (w, v[N], v[0])), 0), case(POINTS), "integral of a mixture"),
        (Le(H(u), -9), Case(PointCloud([0.0, 1.0]), free=(("u", 1.0),)), "not described exactly"),
        (Le(H(u), -9), Case(PLANE, free=(("u", 1.0),)), "sampling"),
    ],
)
def test_what_cannot_be_checked_is_said(tmp_path, relation, one, why):
    found = answers(write_certificate(verdict(relation, one), tmp_path))
    assert {a.answer for a in found} == {Answer.CANNOT_CHECK}
    assert all(why in a.reason for a in found)


# --- the language and the layers -----------------------------------------------------------------------------------


def test_every_claim_of_the_catalogue_can_be_read():
    for claim in catalogue().values():
        statement = read_statement(relation_text(claim.relation))
        assert statement.names >= claim.names - {"k"} - {"w"} - {"C"}, claim.id


def test_nothing_of_the_first_implementation_is_loaded():
    code = (
        "import sys, verify.replay.check, verify.replay.reader\n"
        "bad = {'flint', 'numpy', 'sympy', 'scipy', 'torch', 'theory', 'numerics', 'hypothesis'}\n"
        "own = {m for m in sys.modules if m.startswith('verify.') and not m.startswith('verify.replay')}\n"
        "print(sorted(({m.split('.')[0] for m in sys.modules} & bad) | own))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.stdout.strip() == "[]", done.stdout + done.stderr


def test_nothing_else_is_imported_anywhere_in_the_package():
    allowed = set(sys.stdlib_module_names) | {"mpmath", "pydantic", "verify"}
    for file in sorted((ROOT / "verify" / "replay").glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for name in names:
                assert name.split(".")[0] in allowed, (file.name, name)
                assert not name.startswith("verify") or name.startswith("verify.replay"), (file.name, name)


# --- the command ----------------------------------------------------------------------------------------------------


@pytest.fixture
def run(capsys):
    def call(*arguments):
        with pytest.raises(SystemExit) as stop:
            main(["replay", *map(str, arguments)])
        seen = capsys.readouterr()
        return stop.value.code, seen.out, seen.err

    return call


def test_the_command_and_its_exit_codes(run, tmp_path):
    good = save(tmp_path / "good.json", SAMPLE)
    code, out, _ = run(good)
    assert code == 0
    assert "2 agree, 0 disagree, 0 cannot check" in out
    code, out, _ = run(good, "--json", "-")
    content = json.loads(out)
    assert (content["agree"], content["cases"][0]["answer"]) == (2, "agree")
    assert float(content["cases"][0]["lhs"][0]) <= float(content["cases"][0]["lhs"][1])
    bad = save(tmp_path / "bad.json", changed(SAMPLE, ("claim", "relation"), "E_D <= 100*E_I"))
    code, out, _ = run(bad)
    assert code == 1
    assert "disagree" in out
    unknown = save(tmp_path / "unknown.json", changed(SAMPLE, ("cases", 1, "evidence"), "sampling"))
    code, out, _ = run(unknown)
    assert code == 1
    assert "1 agree, 0 disagree, 1 cannot check" in out
    code, _, err = run(tmp_path / "absent.json")
    assert code == 2
    assert err.startswith("error: cannot read")
    code, _, err = run(good, "--seconds", "0")
    assert code == 2
    save(tmp_path / "broken.json", changed(SAMPLE, ("seed",), 8), new_digest=False)
    code, _, err = run(tmp_path / "broken.json")
    assert code == 2
    assert "changed after it was written" in err


def test_a_verdict_of_the_search_replays(run, tmp_path):
    from verify.search import verify_claim

    path = write_certificate(verify_claim(find("wht24.lemma9.printed"), examples=10, seed=3), tmp_path)
    assert path.name == "wht24.lemma9.printed-3.json"
    assert run(path)[0] == 0


def test_certificates_of_trained_linear_scores_replay(run, tmp_path):
    """Their step size, start and number of steps are free arguments of the case."""
    from verify.search import verify_claim

    verdict = verify_claim(find("linear.stability.half_loss"), examples=10, seed=3)
    path = write_certificate(verdict, tmp_path)
    assert {"eta", "w0", "K"} <= json.loads(path.read_text())["cases"][0]["free"].keys()
    assert run(path)[0] == 0
