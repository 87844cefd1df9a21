import pytest
from sympy import Le, Sum, log

from theory.vocabulary import E_D, VOCABULARY, J, N, Shape, d, k, scalar, symbols_by_name, to_latex, u, v


def test_every_quantity_says_what_it_is():
    for q in VOCABULARY.values():
        assert q.meaning
        assert q.domain
        assert q.tex
        assert q.unit
        assert (q.shape is Shape.FUNCTION) == bool(q.arguments)
    assert symbols_by_name()["E_D"] is E_D


def test_latex_uses_the_vocabularys_names():
    text = to_latex(Le(E_D, d / 4 * Sum(log(v[k] / v[k + 1]) ** 2, (k, 0, N - 1)) + J(u)))
    assert r"E_D \leq" in text
    assert r"\sum_{k=0}^{N - 1}" in text
    with pytest.raises(TypeError, match="got str"):
        to_latex("E_D")


def test_a_taken_name_is_refused():
    with pytest.raises(ValueError, match="already has a quantity 'E_D'"):
        scalar("E_D", "again", "1", "real", "E")
