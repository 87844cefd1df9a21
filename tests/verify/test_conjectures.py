"""Typed conjectures about networks and their training: read, refused with a reason, and tried."""

from __future__ import annotations

import json

import pytest
from sympy import Eq, Ge, Le, Product, Sum, Symbol

from numerics.targets import Gaussian
from theory.claims import TrainingSpace
from theory.compiler import compile_array
from theory.vocabulary import (
    K,
    N,
    beta,
    d,
    ev,
    g_max,
    grad2,
    h,
    k,
    lambda_max,
    lambda_min,
    loss_em,
    loss_lin,
    mmse,
    n,
    proj2,
    s,
    v,
)
from verify.cli import main
from verify.conjectures import conjecture_cases
from verify.language import BadInput, parse_relation

i = Symbol("i", integer=True, nonnegative=True)


@pytest.mark.parametrize(
    ("text", "relation"),
    [
        ("grad2[s] <= 2*lambda_max[s]*loss_em[s]", Le(grad2[s], 2 * lambda_max[s] * loss_em[s])),
        ("loss_em[s+1] <= loss_em[0]", Le(loss_em[s + 1], loss_em[0])),
        (
            "loss_em[K] <= Product(1 - h*lambda_min[s], (s, 0, K-1))*loss_em[0]",
            Le(loss_em[K], Product(1 - h * lambda_min[s], (s, 0, K - 1)) * loss_em[0]),
        ),
        ("Sum(grad2[k], (k, 0, K)) >= grad2[0]", Ge(Sum(grad2[k], (k, 0, K)), grad2[0])),
        (
            "loss_lin[s] == Sum((1 - h*ev[i])**(2*s)*proj2[i], (i, 0, n*N*d - 1))/2",
            Eq(loss_lin[s], Sum((1 - h * ev[i]) ** (2 * s) * proj2[i], (i, 0, n * N * d - 1)) / 2),
        ),
        ("ev[n*N*d - 1] <= lambda_max[0]", Le(ev[n * N * d - 1], lambda_max[0])),
        (
            "loss_em[K] >= Sum(beta[k]*mmse(v[k])/v[k], (k, 0, N-1))/2",
            Ge(loss_em[K], Sum(beta[k] * mmse(v[k]) / v[k], (k, 0, N - 1)) / 2),
        ),
        ("Sum(beta[k]*loss_em[k], (k, 0, 1)) <= g_max", Le(Sum(beta[k] * loss_em[k], (k, 0, 1)), g_max)),
        ("loss_em[K-s] <= loss_em[0]", Le(loss_em[K - s], loss_em[0])),
    ],
)  # fmt: skip
def test_reads_what_sympy_would_write(text: str, relation: object) -> None:
    parsed = parse_relation(text)
    assert parsed == relation
    compile_array(parsed.lhs)
    compile_array(parsed.rhs)
    assert conjecture_cases(parsed, "score", []).training == TrainingSpace()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("v[s] <= loss_em[0]", ["grid point", "s counts steps", "v[k]"]),
        ("v[K] <= loss_em[0]", ["K counts steps", "(k, 0, N - 1)"]),
        ("loss_em[N] <= 1", ["N counts grid points", "loss_em[s]"]),
        ("loss_em[N + K] <= 1", ["mixes grid points and steps"]),
        ("loss_em[n*N*d - 1] <= 1", ["counts residuals"]),
        ("ev[s] <= lambda_max[0]", ["residual", "ev[i]", "(i, 0, n*N*d - 1)"]),
        ("ev[n*N*d] <= lambda_max[0]", ["beyond the residuals"]),
        ("ev[n*N] <= lambda_max[0]", ["N*n cannot be part"]),
        ("ev[i] <= lambda_max[0]", ["i is free", "n*N*d - 1"]),
        ("loss_em[k] <= loss_em[0]", ["k is free", "(s, 0, K - 1)"]),
        ("loss_em <= 1", ["step of training", "loss_em[s]"]),
        ("loss_em[K + 1] <= loss_em[0]", ["beyond the run", "index K"]),
        ("loss_em[s + 2] <= loss_em[0]", ["beyond the run", "s runs to K - 1"]),
        ("loss_em[s - 1] <= loss_em[0]", ["negative at s = 0"]),
        ("loss_em[-1] <= loss_em[0]", ["negative", "counted from 0"]),
        ("Sum(loss_em[k], (k, 0, N - 1)) <= 1", ["k counts grid points"]),
        ("Sum(v[k], (k, 0, K)) <= loss_em[0]", ["k counts steps"]),
        ("Sum(v[i]*v[k], (i, 0, k), (k, 0, K)) <= loss_em[0]", ["counts steps"]),
        ("Sum(v[s], (s, 0, N - 1)) <= loss_em[0]", ["s counts steps", "call the index k"]),
        ("Sum(loss_em[k], (k, N, K)) <= 1", ["range of k mixes"]),
        ("beta[N] <= g_max", ["no value", "0 to N - 1"]),
    ],
)
def test_a_misused_index_is_refused(text: str, words: list[str]) -> None:
    with pytest.raises(BadInput) as caught:
        parse_relation(text)
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize(
    ("text", "sampler", "words"),
    [
        ("loss_em[0] <= C5*m", "score", ["C5 has no value", "rate", "number"]),
        ("loss_em[0] <= C6 + C_h", "score", ["C6, C_h has no value"]),
        ("loss_em[0] <= KL_path", "score", ["KL_path cannot stand beside loss_em"]),
        ("loss_em[0] <= J(u)", "score", ["u cannot stand beside loss_em"]),
        ("loss_em[K] <= loss_gd[0]", "score", ["loss_gd cannot stand beside loss_em"]),
        ("loss_em[K] <= loss_em[0]", "heun", ["--sampler heun"]),
        ("loss_em[K] <= loss_em[0]", "euler", ["no sampler"]),
        ("E_D <= K", "score", ["K is a size", "loss_em[K]"]),
        ("E_D <= layers*m", "score", ["m is a size"]),
    ],
)
def test_what_has_no_case_is_refused(text: str, sampler: str, words: list[str]) -> None:
    with pytest.raises(BadInput) as caught:
        conjecture_cases(parse_relation(text), sampler, [])
    for word in words:
        assert word in str(caught.value)


def test_sizes_of_other_experiments_are_not_those_of_training() -> None:
    assert conjecture_cases(parse_relation("eps2_gd[0] <= K"), "score", []).training is None
    assert conjecture_cases(parse_relation("V_q <= layers/m"), "score", []).training is None


def test_words_of_one_sample_get_one_sample() -> None:
    space = conjecture_cases(parse_relation("res_norm <= xi_norm + sigma[0]*S_unit"), "score", []).training
    assert space is not None
    assert (space.most_points, space.most_levels) == (1, 1)


@pytest.fixture
def run(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def call(*arguments):
        with pytest.raises(SystemExit) as stop:
            main([str(a) for a in arguments])
        seen = capsys.readouterr()
        return stop.value.code, seen.out, seen.err

    return call


@pytest.mark.parametrize("options", [(), ("--target", "gaussian(d=2, var=4)")])
def test_a_true_conjecture_survives(run, options) -> None:
    code, out, _ = run(
        "conjecture", "grad2[s] <= 2*lambda_max[s]*loss_em[s]", "--examples", 20, *options, "--json", "-"
    )
    assert code == 0
    assert json.loads(out)["status"] == "supported"


def test_a_false_conjecture_is_refuted(run) -> None:
    code, out, _ = run("conjecture", "grad2[s] <= lambda_max[s]*loss_em[s]", "--examples", 20, "--json", "-")
    assert code == 1
    verdict = json.loads(out)
    assert verdict["status"] == "refuted"
    # one unit: grad2 = u^2, lambda_max = 1, loss_em = u^2/2
    assert verdict["counterexample"]["ratio"] == pytest.approx(2)
    assert verdict["counterexample"]["case"]["training"]["m"] == 1


def test_fixed_data_are_trained_on(run) -> None:
    options = ("--target", "gaussian(d=2, var=4)", "--examples", 20, "--json", "-")
    code, out, _ = run("conjecture", "loss_em[0]*d <= 0.1*loss_em[0]", *options)
    assert code == 1
    assert json.loads(out)["counterexample"]["case"]["target"] == Gaussian(d=2, var=4).label


def test_a_refuted_conjecture_on_a_move_replays(run, tmp_path) -> None:
    code, _, _ = run("conjecture", "loss_moved - loss_em[0] - slope_moved <= gauss_newton", "--examples", 30)
    assert code == 1
    (file,) = (tmp_path / "runs" / "seed-0").glob("conjecture-*.json")
    code, out, _ = run("replay", file)
    assert (code, "2 agree" in out) == (0, True)
