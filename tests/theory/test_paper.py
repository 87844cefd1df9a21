"""The statements of the paper: none is missing, and each claim that speaks of the paper belongs to exactly one."""

from theory.claims import catalogue
from theory.paper import STATEMENTS, Statement, claims_of, dependencies, proved_from, statement_of

NUMBERS = (
    "Eq. (4)",
    *(f"Theorem {i}" for i in (1, 2, 3)),
    *(f"Corollary {i}" for i in (1, 2)),
    "Proposition 1",
    *(f"Lemma {i}" for i in range(1, 16)),
    *(f"Remark {i}" for i in (1, 2, 3)),
    *(f"Table {i}" for i in (1, 2)),
    "Appendix I.1",
    "Optimality",
)
UNKNOWN = {"Lemma 6", "Lemma 7", "Lemma 11", "Lemma 14", "Remark 2"}


def test_every_numbered_statement_is_there():
    numbers = [one.number for one in STATEMENTS.values()]
    assert set(NUMBERS) <= set(numbers)
    assert len(set(numbers)) == len(numbers)
    assert {one.number for one in STATEMENTS.values() if not one.transcribed} == UNKNOWN


def test_a_statement_has_claims_if_and_only_if_its_text_is_known():
    assert {one.number for one in STATEMENTS.values() if not claims_of(one)} == UNKNOWN


def test_every_claim_on_the_paper_belongs_to_exactly_one_statement():
    owners = {id: [one.number for one in STATEMENTS.values() if one.states(id)] for id in catalogue()}
    assert all(len(owners[id]) == 1 for id in owners if id.startswith("wht24.")), owners
    assert all(len(names) <= 1 for names in owners.values())


def test_a_lemma_does_not_take_the_claims_of_one_whose_number_begins_alike():
    assert statement_of("wht24.lemma1").number == "Lemma 1"
    assert statement_of("wht24.lemma10").number == "Lemma 10"
    assert statement_of("wht24.lemma13.printed").number == "Lemma 13"
    assert statement_of("info.tweedie") is None


def test_names_that_a_statement_gives_exist():
    for one in STATEMENTS.values():
        assert set(one.also) <= catalogue().keys(), one.number
        assert set(one.uses) <= STATEMENTS.keys() - {one.key}, one.number
        assert one.says.endswith((".", "`."))


def test_dependencies_go_through_claims_of_no_statement():
    # remark1 <- info.dsm, which states eq. (4); lemma10 <- budget.initial <- info.*, which are of no statement
    assert proved_from(STATEMENTS["remark1"]) == ("eq4",)
    assert proved_from(STATEMENTS["lemma10"]) == ()
    assert {"lemma9", "lemma10"} <= set(proved_from(STATEMENTS["thm2"]))
    assert set(STATEMENTS["thm2"].uses) <= set(dependencies()["thm2"])


def test_no_statement_rests_on_itself():
    rests = dependencies()

    def depth(key: str, path: tuple[str, ...] = ()) -> int:
        assert key not in path, (*path, key)
        return max((depth(other, (*path, key)) + 1 for other in rests[key]), default=0)

    assert max(map(depth, rests)) >= 3


def test_a_statement_knows_its_claims():
    one = Statement(key="key", number="Key 1", title="a title", says="A sentence.", also=("info.dsm",))
    assert all(one.states(id) for id in ("wht24.key", "wht24.key.printed", "info.dsm"))
    assert not any(one.states(id) for id in ("wht24.key2", "wht24.ke", "wht24.key2.printed", "info.dsm.printed"))
