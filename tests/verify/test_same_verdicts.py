"""The same seed gives the same verdicts, byte for byte, however the work is divided."""

import shlex

import pytest

from theory.claims import find
from verify.conclude import conclude
from verify.search import search_shard, verify_claim
from verify.shards import SHARD_CASES, Findings, shard_seed, shard_sizes

MINE = """
from sympy import Le
from numerics.enclosures import Enclosure
from theory.claims import Cases, Claim, Expected
from theory.vocabulary import E_I, m2, v
from verify.measurements import new_quantity

steps2 = new_quantity("steps2", lambda case: Enclosure.of(float(case.N**2)), "steps, squared")
mine = Claim("mine.false", "false", Le(E_I, steps2 * m2 / (4 * v[0])), "me", cases=Cases(samplers=("score",)),
             expected=Expected.REFUTED)
"""


@pytest.fixture
def work(tmp_path):
    """Arguments of a run of two claims, one of them of the user's own, in four shards."""
    (tmp_path / "mine.py").write_text(MINE)
    return shlex.split("verify mine.py --claim gauss.mmse --examples 120 --seed 7 --json -")


@pytest.mark.long
def test_any_number_of_processes(scoreproof, work, timeless):
    runs = [scoreproof(*work, "--jobs", jobs) for jobs in (1, 3)]
    assert [run.returncode for run in runs] == [0, 0], runs[0].stderr
    texts = [timeless(run.stdout) for run in runs]
    assert texts[0] == texts[1]
    assert texts[0].count('"seed": 7') == 2


@pytest.mark.parametrize("id", ["gauss.mmse", pytest.param("wht24.eq4.printed", marks=pytest.mark.long)])
def test_shards_do_not_depend_on_each_other_nor_on_their_order(id):
    claim = find(id)
    whole = verify_claim(claim, 210, 4)
    parts = [search_shard(claim, 210, 4, shard) for shard in (2, 0, 1)]
    parts = [Findings.from_json(part.to_json()) for part in parts]
    verdict = conclude(claim, parts, 4)
    assert verdict.as_json() | {"seconds": 0} == whole.as_json() | {"seconds": 0}
    assert verdict.ratios == whole.ratios
    assert verdict.examples == sum(len(part.outcomes) for part in parts) >= 200
    drawn = [{str(o.case) for o in part.outcomes} for part in parts]
    assert len(drawn[0] & drawn[2]) < len(drawn[0]) / 2, "shards draw cases of their own"


def test_a_claim_without_all_its_shards_has_no_verdict():
    claim = find("gauss.mmse")
    first = search_shard(claim, 210, 4, 1)
    for incomplete in ([], [first], [first, first]):
        with pytest.raises(ValueError, match="shards"):
            conclude(claim, incomplete, 4)


def test_shards_have_a_fixed_size_and_seeds_of_their_own():
    cheap, costly = find("gauss.mmse"), find("path.data_processing")
    for examples in (10, 99, 100, 101, 250, 2000):
        sizes = shard_sizes(cheap, examples)
        assert sum(sizes) == examples
        assert max(sizes) <= SHARD_CASES
        assert max(sizes) - min(sizes) <= 1
    assert sum(shard_sizes(costly, 2000)) == 500
    assert sum(shard_sizes(costly, 10)) == 10
    seeds = {shard_seed(seed, id, shard) for seed in (0, 1) for id in ("a", "b") for shard in range(50)}
    assert len(seeds) == 200
    with pytest.raises(IndexError):
        search_shard(cheap, 100, 0, 1)
