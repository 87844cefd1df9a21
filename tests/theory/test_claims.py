import pytest
from sympy import Eq, Le, Symbol

from theory.claims import Claim, Expected, Form, catalogue, find
from theory.vocabulary import KL, KL_path, d


def test_ids_sources_and_links():
    claims = catalogue()
    assert len(claims) > 40
    for claim in claims.values():
        assert claim.source
        assert claim.title
        assert claim.latex
        assert set(claim.derived_from) <= claims.keys()


def test_every_printed_form_expected_false_has_a_corrected_sibling():
    claims = catalogue()
    for claim in claims.values():
        if claim.form is Form.PRINTED and claim.expected is Expected.REFUTED:
            stem = claim.id.removesuffix(".printed")
            siblings = [c for c in claims.values() if c.id.startswith(stem) and c.form is Form.CORRECTED]
            assert siblings, claim.id


def test_derivations_have_no_cycle():
    claims = catalogue()

    def depth(id, path=()):
        assert id not in path, path
        return max((depth(parent, (*path, id)) for parent in claims[id].derived_from), default=0)

    for id in claims:
        depth(id)


def test_bad_claims_are_refused():
    with pytest.raises(ValueError, match="not in the vocabulary"):
        Claim(id="x", title="x", relation=Le(KL, Symbol("nonsense")), source="x")
    with pytest.raises(ValueError, match="is not a relation"):
        Claim(id="x", title="x", relation=KL + KL_path, source="x")
    with pytest.raises(ValueError, match="no quantity"):
        Claim(id="x", title="x", relation=Eq(d, 2), source="x")
    with pytest.raises(KeyError, match=r"wht24\.thm2\.corrected"):
        find("wht24.thm2.correct")
