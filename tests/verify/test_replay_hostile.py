"""Certificates from outside: what is no certificate, or a hostile one, is refused with a reason and ends soon."""

import json

import pytest
from replay_certificates import SAMPLE, changed, save

from verify.replay.check import Answer, check_case
from verify.replay.errors import Refused
from verify.replay.reader import read_certificate
from verify.replay.text import read_statement


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
