"""A shard as a worker sees it: a machine of its own, which may lack the user's file or have other software."""

from dataclasses import replace

from theory.claims import find
from verify.search import search_shard
from verify.shards import Findings
from verify.store import installed_versions
from verify.user_claims import load_claims
from verify.work import Order, Trouble, UserFile, perform

MINE = """
from sympy import Le
from theory.claims import Cases, Claim
from theory.vocabulary import E_I, m2, v
mine = Claim("mine.initial", "a", Le(E_I, m2 / v[0]), "me", cases=Cases(samplers=("score",)))
"""


def without_time(findings: str | Trouble) -> str:
    assert isinstance(findings, str), findings
    return replace(Findings.from_json(findings), seconds=0.0).to_json()


def test_a_users_file_is_found_here_or_made_from_its_text(tmp_path):
    file = tmp_path / "mine.py"
    file.write_text(MINE)
    (claim,) = load_claims(file)
    expected = without_time(search_shard(claim, 10, 1, 0).to_json())
    here = Order("mine.initial", 0, 10, 1, UserFile.read(file))
    assert without_time(perform(here)) == expected
    elsewhere = replace(here, file=UserFile("/no/such/folder/mine.py", MINE))
    assert without_time(perform(elsewhere)) == expected
    file.write_text(MINE.replace("m2 / v", "m2 / 100 / v"))  # another text at the same place
    sent = replace(here, file=UserFile(str(file), MINE + "# as it was sent"))
    assert without_time(perform(sent)) == expected


def test_other_software_is_refused():
    order = Order("gauss.mmse", 0, 10, 1, versions=installed_versions())
    assert without_time(perform(order)) == without_time(search_shard(find("gauss.mmse"), 10, 1, 0).to_json())
    other = replace(order, versions=(("hypothesis", "6.0.0"),))
    refused = perform(other)
    assert isinstance(refused, Trouble)
    assert "hypothesis" in refused.reason
    assert "not 6.0.0" in refused.reason


def test_what_goes_wrong_is_told_and_not_raised():
    trouble = perform(Order("no.such.claim", 0, 10, 1))
    assert isinstance(trouble, Trouble)
    assert "no.such.claim" in trouble.reason
