"""Replaying: true certificates agree, false ones do not, and no file can do harm."""

import ast
import copy
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
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

from numerics.enclosures import Enclosure
from numerics.score_errors import LinearError
from numerics.targets import Gaussian, GaussianMixture, PointCloud
from theory.claims import Cases, Claim, catalogue, find
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
from verify.certificates import certificate, relation_text, write_certificate
from verify.cli import main
from verify.evaluate import Evaluator
from verify.replay.check import Answer, check_case, separated
from verify.replay.errors import Refused
from verify.replay.format import digest
from verify.replay.reader import read_certificate
from verify.replay.text import read_statement
from verify.verdicts import Status, Tightness, Verdict

ROOT = Path(__file__).parents[2]
STEPS = (k, 0, N - 1)
MIXTURE = GaussianMixture([0.3, 0.7], [-1.5, 1.0], [0.25, 0.4])
POINTS = GaussianMixture([0.5, 0.5], [-1.0, 1.0], [0.0, 0.0])
PLANE = GaussianMixture([0.5, 0.5], [[0.0, 0.0], [1.0, 1.0]], [0.1, 0.1])
WIDE = Gaussian(eigenvalues=[0.2, 1.0, 3.0], mean=[1.0, 0.0, 2.0])
LINE = Gaussian(d=1, var=0.25, mean=1.0)
ERROR = LinearError(0.1, -0.5)
GRID = (2.0, 0.7, 0.1)


def verdict(relation, *cases, id="test", status=Status.REFUTED):
    """A verdict on cases that were chosen here, without a search."""
    claim = Claim(id=id, title="a test", relation=relation, source="test", cases=Cases(samplers=("score",)))
    outcomes = [Evaluator(claim)(case) for case in cases]
    found = Verdict(claim, status, "", len(cases), Tightness(None, None), 7, 0.0)
    if status is Status.REFUTED:
        return replace(found, counterexample=outcomes[0], largest_violation=outcomes[-1])
    return replace(found, proved=tuple(outcomes))


def case(target, v=GRID, sampler="score", start="noise", error=ERROR, **free):
    return Case(target, v, sampler, start, error, tuple(free.items()))


def save(path, content, new_digest=True):
    if new_digest:
        content = {**content, "sha256": digest(content)}
    path.write_text(json.dumps(content))
    return path


def answers(path, seconds=60.0):
    found, statement = read_certificate(path)
    return [check_case(statement, one, seconds) for one in found.cases]


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


ABOUT_SAMPLERS = ("budget", "output", "equality")
RUNS = [(name, "score") for name in VIOLATIONS] + [(name, "denoiser") for name in ABOUT_SAMPLERS]


@pytest.mark.parametrize(("name", "sampler"), RUNS)
def test_true_violations_agree(tmp_path, name, sampler):
    relation, targets, free = VIOLATIONS[name]
    for target in targets:
        path = write_certificate(verdict(relation, case(target, sampler=sampler, **free)), tmp_path)
        assert json.loads(path.read_text())["cases"][0]["evidence"] == "ball arithmetic"
        for one in answers(path):
            assert one.answer is Answer.AGREE, (target.label, one)


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


# --- false certificates ------------------------------------------------------------------------------------------


def test_a_true_claim_dressed_as_refuted_disagrees(tmp_path):
    """With the true enclosures, and with forged ones that state a violation."""
    for relation in (Le(E_I, m2 / (2 * v[0])), Eq(J(u), d / u - mmse(u) / u**2)):
        for target in (LINE, MIXTURE):
            honest = verdict(relation, case(target, u=0.5))
            assert [a.answer for a in answers(write_certificate(honest, tmp_path))] == [Answer.DISAGREE] * 2
            one = honest.counterexample
            forged = replace(one, lhs=Enclosure.of(float(one.rhs.value) + 1, 1e-9))
            path = write_certificate(replace(honest, counterexample=forged, largest_violation=forged), tmp_path)
            assert [a.answer for a in answers(path)] == [Answer.DISAGREE] * 2


@pytest.mark.long
def test_sides_that_touch_are_no_violation(tmp_path):
    for target in (LINE, MIXTURE):
        path = write_certificate(verdict(Le(KLn(v[0]), E_I), case(target)), tmp_path)
        assert [a.answer for a in answers(path)] == [Answer.DISAGREE] * 2


@pytest.mark.parametrize(
    ("sign", "left", "right", "violated", "holds"),
    [
        ("<=", (1, 2), (3, 4), False, True),
        ("<=", (3, 4), (1, 2), True, False),
        ("<=", (1, 3), (2, 4), False, False),
        ("<=", (2, 4), (1, 3), False, False),
        ("<=", (1, 2), (2, 3), False, True),
        ("<=", (2, 3), (1, 2), False, False),
        ("<", (1, 2), (2, 3), False, False),
        ("<", (2, 3), (1, 2), True, False),
        ("==", (1, 2), (3, 4), True, False),
        ("==", (3, 4), (1, 2), True, False),
        ("==", (1, 2), (2, 3), False, False),
        ("==", (2, 2), (2, 2), False, True),
    ],
)
def test_what_intervals_prove(sign, left, right, violated, holds):
    assert separated(sign, left, right, violated=True) is violated
    assert separated(sign, left, right, violated=False) is holds


def test_a_false_claim_dressed_as_certified_disagrees(tmp_path):
    path = write_certificate(verdict(Le(E_D, E_I / 100), case(LINE), status=Status.CERTIFIED), tmp_path)
    assert [a.answer for a in answers(path)] == [Answer.DISAGREE]


def test_a_violation_at_one_constant_is_not_one_at_all(tmp_path):
    """E_D > C - 10^6 + 10^-9 at C = 10^6 alone is no violation for every C... and one at small C alone none either."""
    path = write_certificate(verdict(Le(E_D, E_I), case(LINE)), tmp_path)
    content = json.loads(path.read_text())
    content["claim"]["relation"] = "E_D <= (10**6 + 1 - C)*E_I"
    for one in content["cases"]:
        one["free"] = {"C": "1000000"}
    (first, _) = answers(save(path, content))
    assert first.answer is Answer.CANNOT_CHECK
    assert "constant" in first.reason


def fields_of(content, path=()):
    """Every place of a certificate that holds a value."""
    if isinstance(content, dict):
        for key, value in content.items():
            yield from fields_of(value, (*path, key))
    elif isinstance(content, list):
        for i, value in enumerate(content):
            yield from fields_of(value, (*path, i))
    else:
        yield path


def changed(content, path, value):
    out = copy.deepcopy(content)
    here = out
    for step in path[:-1]:
        here = here[step]
    here[path[-1]] = value
    return out


SAMPLE = certificate(verdict(Le(E_D, E_I), case(LINE), case(MIXTURE)))
PLACES = list(fields_of(SAMPLE))
TEXT_ONLY = {
    "title",
    "id",
    "seed",
    "bits",
    "versions",
    "sha256",
    "role",
}  # say nothing that a re-check could contradict
IDLE = {"sampler", "start", "score_error"}  # E_I and E_D depend on the sampler, not on start or score error


@pytest.mark.parametrize("place", PLACES, ids=lambda p: ".".join(map(str, p)))
def test_a_change_that_keeps_the_digest_is_refused(tmp_path, place):
    old = SAMPLE
    for step in place:
        old = old[step]
    new = {int: lambda: old + 1, str: lambda: old + "1", type(None): lambda: "1"}[type(old)]()
    path = save(tmp_path / "c.json", changed(SAMPLE, place, new), new_digest=False)
    with pytest.raises(Refused):
        read_certificate(path)


TOLD = [p for p in PLACES if not set(p) & {*TEXT_ONLY, *IDLE, "radius", "kind", "format", "version"}]


@pytest.mark.parametrize("place", TOLD, ids=lambda p: ".".join(map(str, p)))
def test_a_changed_number_with_a_new_digest_is_found(tmp_path, place):
    """A number moved by 1e-6, the relation weakened, another status: refused, or the re-check disagrees."""
    old = SAMPLE
    for step in place:
        old = old[step]
    if place[-1] == "relation":
        new = "E_D <= 100*E_I"
    elif place[-1] == "status":
        new = "certified"
    elif place[-1] == "evidence":
        new = "guess"
    elif place[-1] in ("error_rate", "training"):
        new = "x"
    else:
        from fractions import Fraction

        new = str(Fraction(old) * Fraction(1000001, 1000000) + Fraction(1, 10**6))
    path = save(tmp_path / "c.json", changed(SAMPLE, place, new))
    try:
        found = answers(path)
    except Refused:
        return
    assert Answer.DISAGREE in [a.answer for a in found], found


def test_another_sampler_with_a_new_digest_is_found(tmp_path):
    path = save(tmp_path / "c.json", changed(SAMPLE, ("cases", 0, "sampler"), "denoiser"))
    assert answers(path)[0].answer is Answer.DISAGREE


# --- files from outside ------------------------------------------------------------------------------------------


def test_truncated_files_are_refused(tmp_path):
    raw = (json.dumps(SAMPLE, indent=1) + "\n").encode()
    path = tmp_path / "c.json"
    path.write_bytes(raw)
    read_certificate(path)
    for length in range(0, len(raw) - 1, 50):
        path.write_bytes(raw[:length])
        with pytest.raises(Refused):
            read_certificate(path)


HOSTILE = {
    "no such quantity": ("claim.relation", "energy <= E_I", "unknown quantity 'energy'"),
    "no such function": ("claim.relation", "__import__(1) <= E_I", "unknown quantity"),
    "attribute": ("claim.relation", "E_D.real <= E_I", "not read here"),
    "lambda": ("claim.relation", "(lambda: 1)() <= E_I", "not read here"),
    "comprehension": ("claim.relation", "[E_D for k in v] <= E_I", "not read here"),
    "string": ("claim.relation", "'a' <= E_I", "whole number"),
    "two relations": ("claim.relation", "E_D <= E_I <= 1", "not one"),
    "no relation": ("claim.relation", "E_D", "not one"),
    "syntax": ("claim.relation", "E_D <=", "cannot be read"),
    "deep text": ("claim.relation", "(" * 3000 + "E_D" + ")" * 3000 + " <= 1", "nested|cannot be read"),
    "deep operators": ("claim.relation", "-" * 3000 + "E_D <= 1", "nested|cannot be read"),
    "long text": ("claim.relation", "E_D <= " + "1 + " * 5000 + "1", "characters|10000"),
    "a huge constant": ("claim.relation", "E_D <= " + "9" * 5000, "moderate|cannot be read"),
    "no limits": ("claim.relation", "E_D <= Sum(1, k)", "limits"),
    "derivative": ("claim.relation", "E_D <= Derivative(J(u), w)", "Derivative"),
    "arguments": ("claim.relation", "J(1, 2) <= 1", "argument"),
    "a missing level": ("claim.relation", "J(u) <= 1", "speaks of u"),
    "exponent bomb": ("cases.0.v.0", "1/10**1000000000", "rational"),
    "decimal bomb": ("cases.0.v.0", "1e1000000000", "rational"),
    "many digits": ("cases.0.v.0", "9" * 5000, "rational"),
    "zero below": ("cases.0.v.0", "1/0", "rational"),
    "a float": ("cases.0.v.0", 2.0, "rational"),
    "a bool": ("seed", True, "seed"),
    "other digits": ("cases.0.v.0", "\u0663", "rational"),
    "rising grid": ("cases.0.v.0", "1/100", "decreasing"),
    "negative level": ("cases.0.v.2", "-1", "positive"),
    "negative variance": ("cases.0.data.variances.0", "-1", "negative"),
    "no sampler": ("cases.0.sampler", "euler", "sampler"),
    "negative radius": ("cases.0.lhs.radius", "-1", "negative"),
    "unknown role": ("cases.0.role", "proved", "violations"),
    "unknown field": ("cases.0.free", {"q": "1"}, "free"),
    "another version": ("version", 3, "versions 1 and 2"),
    "a long version": ("version", "2" * 5000, "version"),
    "another format": ("format", "a poem", "no scoreproof certificate"),
    "no cases": ("cases", [], "cases"),
    "too many levels": ("cases.0.v", [str(2000 - i) for i in range(1500)], "v"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_content_is_refused_with_a_reason(tmp_path, name):
    place, value, why = HOSTILE[name]
    steps = tuple(int(step) if step.isdigit() else step for step in place.split("."))
    path = save(tmp_path / "c.json", changed(SAMPLE, steps, value))
    with pytest.raises(Refused, match=why) as refusal:
        read_certificate(path)
    assert len(str(refusal.value)) < 400
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"", "JSON"),
        (b"\xff\xfe", "UTF-8"),
        (b"[" * 100_000, "nested"),
        (b'{"a":' * 1000, "nested"),
        (b"NaN", "JSON"),
        (b"9" * 10_000, "JSON"),
        (b'{"format": 1, "format": 2}', "twice"),
        (b"[]", "no scoreproof certificate"),
        (b'{"format": "scoreproof certificate", "version": true}', "version"),
        (b'{"format": "scoreproof certificate", "version": 1}', "digest"),
        (b" " * 10_000_001, "larger"),
    ],
)
def test_files_that_are_no_certificates_are_refused(tmp_path, raw, why):
    path = tmp_path / "c.json"
    path.write_bytes(raw)
    with pytest.raises(Refused, match=why):
        read_certificate(path)
    with pytest.raises(Refused, match="cannot read"):
        read_certificate(tmp_path)
    with pytest.raises(Refused, match="cannot read"):
        read_certificate(tmp_path / "absent.json")


@pytest.mark.parametrize(
    "side",
    [
        "exp(exp(exp(100)))",
        "9**9**9**9",
        "((m2 + 2)**64)**64**2",
        "Sum(1, (k, 0, 10**12))",
        "Sum(Sum(k*j, (j, 0, 10**6)), (k, 0, 10**6))",
        "sin(10**300)",
        "log(-1)",
        "sqrt(-m2 - 1)",
        "1/(m2 - m2)",
        "v[N + 1]",
        "v[1/2]",
        "Integral(1/(w - 1/10), (w, v[N], v[0]))",
        "Integral(Abs(w - 1), (w, v[N], v[0]))",
    ],
)
def test_expressions_without_a_value_end_soon(side):
    statement = read_statement(f"E_D <= {side}")
    one = read_case()
    found = check_case(statement, one, seconds=5.0)
    assert found.answer in (Answer.CANNOT_CHECK, Answer.DISAGREE)
    assert found.seconds < 8
    assert found.reason


def test_a_sum_too_long_is_said_before_the_time_is_up():
    found = check_case(read_statement("E_D <= Sum(1, (k, 0, 10**12))"), read_case(), seconds=60.0)
    assert "terms" in found.reason
    assert found.seconds < 30


def read_case():
    from verify.replay.format import Certificate

    return Certificate.model_validate({k: x for k, x in SAMPLE.items() if k != "sha256"}).cases[0]


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
