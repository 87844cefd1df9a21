"""Every claim that is expected to be true has false variants, and the search kills them."""

from itertools import islice

import pytest
from sympy import Rational

from theory.claims import Expected, catalogue, find
from verify.mutants import kill, mutable_claims, mutants

TRUE = [c.id for c in mutable_claims()]


@pytest.mark.parametrize("id", TRUE)
def test_the_search_kills_a_false_variant_of_every_true_claim(id):
    """Of an equality each of the first variants dies; of a bound, the first that makes it too strong."""
    claim = find(id)
    variants = mutants(claim)
    if claim.is_equality:
        dead = [kill(m, examples=40) for m in islice(variants, 3)]
        assert all(dead), [m.change for m, d in zip(variants, dead, strict=False) if d is None]
        return
    for mutant in islice(variants, 12):
        violation = kill(mutant, examples=40)
        if violation is not None:
            assert violation.trusted
            return
    pytest.fail("no variant was refuted")


@pytest.mark.parametrize("id", ["wht24.lemma10", "wht24.thm2.dterm.quadratic", "wht24.thm2.dterm.printed"])
def test_tight_bounds_do_not_survive_five_percent_less(id):
    claim = find(id)
    tighter = [m for m in mutants(claim) if m.claim.relation.rhs == Rational(19, 20) * claim.relation.rhs]
    assert len(tighter) == 1
    assert kill(tighter[0]) is not None


def test_twice_a_bound_is_still_a_bound():
    claim = find("wht24.lemma10")
    weaker = next(m for m in mutants(claim) if m.claim.relation.rhs == 2 * claim.relation.rhs)
    assert kill(weaker, examples=30) is None


def test_variants_differ_from_the_claim_and_from_each_other():
    for id in ("info.fisher_mmse", "wht24.thm2.corrected", "gauss.variance.denoiser"):
        found = mutants(find(id))
        relations = {m.claim.relation for m in found}
        assert len(relations) == len(found) > 10
        assert find(id).relation not in relations


def test_claims_expected_false_are_not_mutated():
    assert {c.id for c in catalogue().values() if c.expected is Expected.REFUTED}.isdisjoint(TRUE)
