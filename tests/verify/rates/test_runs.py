"""Designs, their runs and shards; and one design measured on real networks, whose false variants must die."""

from dataclasses import replace
from itertools import pairwise

import pytest
from rate_designs import LOWER, UPPER, design
from sympy import Le

from theory.claims.design import SIZES, Bound, Design
from theory.vocabulary import C5, C6, d, grad2, loss_em, m, s
from verify.conclude import conclude
from verify.rates.runs import SHARD_WORK, cases_of, seeds_a_cell, shards_of, size_of, work
from verify.rates.variants import false_variants
from verify.search import search_shard, verify_claim
from verify.shards import Findings, shard_sizes
from verify.verdicts import Status

PLAN = LOWER.design


def test_a_design_is_all_combinations():
    assert len(PLAN.cells) == 4 * 3 * 3
    assert len(set(PLAN.cells)) == len(PLAN.cells)
    assert PLAN.variables == ("m", "d", "n")
    assert hash(PLAN) == hash(replace(PLAN))
    text = str(PLAN)
    assert "36 combinations of m = 16, 32, 64, 128; d = 2, 4, 8; n = 2, 4, 8 at N = 2, layers = 1; 8 networks" in text


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"levels": PLAN.levels[1:]}, "needs levels of m, d, n, N, layers"),
        ({"levels": (("m", (2, 4)), *PLAN.levels[1:])}, "give one, or at least 3"),
        ({"levels": (("m", (4, 2, 8)), *PLAN.levels[1:])}, "ascending"),
        ({"levels": tuple((name, (2,)) for name in SIZES)}, "no size of this design varies"),
        ({"seeds": 2}, "at least 3"),
        ({"step": 1}, "not one of the steps"),
        ({"sigma_min": 20.0}, "sigma_min = 20"),
    ],
)
def test_illegal_designs_are_refused(change, why):
    with pytest.raises(ValueError, match=why):
        replace(PLAN, **change)


@pytest.mark.parametrize(
    ("relation", "bound"),
    [
        (Le(grad2[s], C5 * m * loss_em[s]), Bound.UPPER),
        (Le(C5 * m * loss_em[s], grad2[s]), Bound.LOWER),
        (grad2[s] >= C5 * m * loss_em[s], Bound.LOWER),
        (C5 * (m + d) > grad2[s], Bound.UPPER),
    ],
)
def test_which_way_a_bound_points(relation, bound):
    other, side, found = design("C5").sides(relation)
    assert other == grad2[s]
    assert side.has(C5)
    assert found is bound


@pytest.mark.parametrize(
    "relation",
    [Le(grad2[s], C6), Le(C5 * grad2[s], C5), Le(grad2[s], C5**2), Le(grad2[s], C5 + m), Le(grad2[s], C5 * (C5 + m))],
)
def test_the_constant_is_a_factor_of_one_side(relation):
    with pytest.raises(ValueError, match="C5 must be"):
        design("C5").sides(relation)


def test_runs_have_the_sizes_of_their_cell_and_seeds_of_their_own():
    cases = [case for number in range(len(PLAN.cells)) for case in cases_of(PLAN, number, 8, seed=1)]
    for i, case in enumerate(cases):
        assert {name: size_of(case, name) for name in SIZES} == dict(PLAN.cells[i // 8])
        assert dict(case.free) == {"C6": 1.0, "s": 0.0, "a_0": 0.75}
    # a network uses its seed and the two after it
    used = sorted(case.training.seed for case in cases)
    assert min(b - a for a, b in pairwise(used)) > 2
    again = [case.training.seed for case in cases_of(PLAN, 0, 8, seed=2)]
    assert not set(again) & set(used)
    assert [str(c) for c in cases_of(PLAN, 3, 5, seed=1)] == [str(c) for c in cases[24:29]]


def test_examples_scale_the_seeds():
    assert [seeds_a_cell(PLAN, examples) for examples in (10, 40, 100, 250)] == [3, 4, 8, 20]
    assert sum(shard_sizes(LOWER, 100)) == 36 * 8
    assert sum(shard_sizes(LOWER, 10)) == 36 * 3


def test_work_counts_every_size_and_seed():
    small = dict.fromkeys(SIZES, 4)
    for name in SIZES:
        assert work(PLAN, tuple((small | {name: 8}).items())) > work(PLAN, tuple(small.items()))
    assert work(replace(PLAN, seeds=16), PLAN.cells[0]) == 2 * work(PLAN, PLAN.cells[0])
    # a product of two matrices of 256 rows and columns is in each of three layers
    wide = tuple({"m": 256, "d": 4, "n": 256, "N": 1, "layers": 3}.items())
    assert work(replace(PLAN, seeds=3), wide) > 3 * 3 * 256**3


def test_shards_hold_every_cell_once_and_little_work():
    big = Design(tuple((name, (8, 16, 32)) for name in SIZES), "C6")
    for plan in (PLAN, UPPER.design, big):
        shards = shards_of(plan)
        assert [number for shard in shards for number in shard] == list(range(len(plan.cells)))
        for shard in shards:
            assert len(shard) == 1 or sum(work(plan, plan.cells[number]) for number in shard) <= SHARD_WORK


@pytest.fixture(scope="module")
def measured():
    return verify_claim(UPPER, 100, seed=1)


def test_the_largest_eigenvalue_of_the_kernel_is_of_order_m(measured):
    """Lambda_max <= C m N max g: N(0, 2/m) weights make the kernel a sum of m terms of equal law."""
    assert measured.status is Status.SUPPORTED
    assert measured.examples == 16 * 64
    assert measured.rates["variables"]["m"]["drift"] == "none"
    assert abs(measured.rates["variables"]["m"]["slope"]) < 0.2
    assert 0 < measured.rates["constant"]["min"] < measured.rates["constant"]["max"]


@pytest.mark.parametrize(("power", "examples"), [(1, 50), pytest.param(0, 100, marks=pytest.mark.long)])
def test_false_variants_are_refuted_on_other_networks(measured, power, examples):
    """A whole power beyond the measured rate on half of the networks; half a power, which is harder, on all."""
    variants = false_variants(UPPER, measured.rates)
    assert [(v.size, str(v.beyond)) for v in variants] == [("m", "1/2"), ("m", "1"), ("n", "1/2"), ("n", "1")]
    variant = variants[power]
    found = verify_claim(variant.claim, examples, seed=2)
    assert found.status is Status.REFUTED, variant.change
    assert found.rates["variables"][variant.size]["drift"] == "lasting"


def test_a_design_gives_the_same_verdict_from_shards_in_any_order():
    small = replace(UPPER, design=design("C5", seeds=4, m=(8, 16, 32), d=(2,), n=(1, 2, 16)))
    parts = [search_shard(small, 100, 5, shard) for shard in reversed(range(len(shard_sizes(small, 100))))]
    parts = [Findings.from_json(part.to_json()) for part in parts]
    whole = verify_claim(small, 100, 5).as_json()
    assert conclude(small, parts, 5).as_json() | {"seconds": 0} == whole | {"seconds": 0}
    assert verify_claim(small, 100, 6).as_json()["rates"] != whole["rates"]
    with pytest.raises(IndexError):
        search_shard(small, 100, 5, len(parts))
