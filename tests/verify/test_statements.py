"""Statements as a store keeps them: they come back as they were, and nothing is executed to read them."""

import json
from pathlib import Path

import pytest
from sympy import Eq, Function, Le, Rational, Symbol, exp, srepr

from theory.claims import catalogue, find
from theory.mathml import to_mathml
from verify.store.statements import claim_of, claim_record, read_relation

SOME = [*sorted(catalogue())[::8], "wht24.lemma1", "info.de_bruijn", "wht24.lemma10"]


@pytest.mark.parametrize("id", dict.fromkeys(SOME))
def test_a_claim_comes_back_with_its_statement_and_its_words(id: str):
    claim = find(id)
    kept = claim_of(id, json.loads(json.dumps(claim_record(claim))))
    assert srepr(kept.relation) == srepr(claim.relation)
    assert to_mathml(kept.relation) == to_mathml(claim.relation)
    for name in ("id", "title", "source", "form", "expected", "setting", "derived_from", "note", "design", "names"):
        assert getattr(kept, name) == getattr(claim, name), name


@pytest.mark.long
def test_every_statement_of_the_catalogue_comes_back():
    for claim in catalogue().values():
        assert srepr(read_relation(srepr(claim.relation))) == srepr(claim.relation), claim.id


def test_words_that_no_vocabulary_has_are_kept():
    x, f = Symbol("mine", positive=True), Function("energy")
    relation = Le(f(x), Rational(1, 3) * exp(-2.5 * x))
    assert srepr(read_relation(srepr(relation))) == srepr(relation)


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('touch stolen')",
        "LessThan(Symbol('x'), __import__('os').system('touch stolen'))",
        "LessThan(Symbol('x'), open('stolen', 'w'))",
        "LessThan(Symbol('x'), (lambda: 1)())",
        "LessThan(Symbol('x'), Symbol.__class__('y'))",
        "LessThan(Symbol('x'), [1 for _ in range(3)])",
        "LessThan(Symbol('x', **{'positive': True}), Integer(1))",
        "LessThan(Symbol('x', positive=open('stolen', 'w')), Integer(1))",
        "LessThan(Symbol('x'), Pow(Integer(10), Pow(Integer(10), Integer(10))))",
        "LessThan(Symbol('x'), log('__import__(\\'os\\').system(\\'touch stolen\\')'))",
        "LessThan('open(\\'stolen\\', \\'w\\')', Integer(1))",
        "LessThan(Symbol('x'), Add(Symbol('y'), 'open(\\'stolen\\', \\'w\\')'))",
        "LessThan(Symbol('x'), Tuple('open(\\'stolen\\', \\'w\\')'))",
        "LessThan(Symbol('x'), IndexedBase('open(\\'stolen\\', \\'w\\')'))",
        "LessThan(Symbol('x'), Float('open(\\'stolen\\', \\'w\\')'))",
        "LessThan(Symbol('x'), Rational('open(\\'stolen\\', \\'w\\')', 2))",
        "LessThan(Symbol('x'), Function('f')('open(\\'stolen\\', \\'w\\')'))",
        "LessThan(Symbol('x'), sympify('1'))",
        "LessThan(Symbol('x'), lambdify('1'))",
        "LessThan(Symbol('x'), 9**9**9)",
        "LessThan(Symbol('x'))",
        "Integer(1)",
        "LessThan(Symbol('x'), Integer('one'))",
        "Add(" * 5_000,
        "Add(" * 5_000 + ")" * 5_000,
        "",
    ],
)
def test_nothing_else_is_read(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match="relation"):
        read_relation(text)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("part", "value"),
    [("title", 3), ("form", "stolen"), ("derived_from", [1]), ("design", {"levels": 1}), ("note", None)],
)
def test_a_record_that_is_no_claim_is_refused(part: str, value: object):
    record = claim_record(find("gauss.mmse")) | {part: value}
    with pytest.raises(ValueError, match=r"gauss\.mmse|stolen"):
        claim_of("gauss.mmse", record)


def test_an_equality_stays_one():
    assert isinstance(read_relation("Equality(Symbol('x'), Integer(1))"), Eq)
