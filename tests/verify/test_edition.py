"""The verified edition: it says what the stored run says, misses no statement, and cannot go stale."""

import json
import re
import shlex
from pathlib import Path
from typing import get_args

import pytest

from benchmarks.edition import COMMAND, PAGE, RUN, check
from theory.claims import Expected, catalogue, find
from theory.paper import STATEMENTS, claims_of, statement_of
from verify.reports.edition import GRAPH, draw_statements, edition, standings
from verify.reports.edition_formulas import formula, with_mathml
from verify.reports.edition_run import StoredOutcome, StoredRun, StoredVerdict, Word, collect, read_run, write_run
from verify.reports.edition_sections import anchor, heading
from verify.reports.edition_words import Standing, claim_sentence, counterexample, standing, tightness
from verify.suites import SUITES
from verify.verdicts import Status


@pytest.fixture(scope="module")
def run() -> StoredRun:
    return read_run(RUN)


@pytest.fixture(scope="module")
def page() -> str:
    return PAGE.read_text(encoding="utf-8")


def verdict(id: str, status: str, **changes) -> StoredVerdict:
    """A verdict as a run might have reached it."""
    fields = {
        "id": id, "status": status, "expected": "supported", "as_expected": True, "how": "held on 9 cases",
        "examples": 9, "tightness": {"max": 0.5, "median": 0.2}, "counterexample": None, "largest_violation": None,
        "tightest": None, "rates": None, "seed": 0,
    }  # fmt: skip
    return StoredVerdict.model_validate(fields | changes)


def outcome(left: float, right: float, kind: str = "certified") -> StoredOutcome:
    sides = {name: {"value": value, "radius": 0.0, "kind": kind} for name, value in (("lhs", left), ("rhs", right))}
    return StoredOutcome(text="N = 1", ratio=left / right if right > 0 else None, certified=True, **sides)


def as_expected() -> dict[str, StoredVerdict]:
    return {id: verdict(id, str(claim.expected)) for id, claim in catalogue().items()}


# --- the committed page


def test_the_page_is_what_the_stored_run_says(run, page):
    assert page == edition(run), "docs/paper.md is stale: python -m benchmarks.edition"


def test_the_graph_shows_what_the_stored_run_says(run, tmp_path):
    def texts(path: Path) -> list[str]:
        return sorted(re.findall(r"<text[^>]*>([^<]*)</text>", path.read_text(encoding="utf-8")))

    draw_statements(run, tmp_path / GRAPH)
    committed = texts(PAGE.parent / "images" / GRAPH)
    assert committed == texts(tmp_path / GRAPH), "the graph is stale: python -m benchmarks.edition"
    assert {one.number for one in STATEMENTS.values()} <= set(committed)


def test_the_run_has_the_expected_verdict_on_every_claim_of_the_suite(run):
    suite = {claim.id: claim for claim in SUITES["paper"].claims()}
    assert run.by_id.keys() == suite.keys()
    for id, claim in suite.items():
        held = run.by_id[id].status in ("certified", "supported")
        assert held == (claim.expected is Expected.SUPPORTED), f"{id} is {run.by_id[id].status}"
        assert run.by_id[id].status != "inconclusive"


def test_every_statement_has_a_row_and_a_section_with_its_verdict(run, page):
    for key, verdict in standings(run.by_id).items():
        one = STATEMENTS[key]
        assert f"| [{one.number}](#{anchor(one)}) |" in page
        _, _, section = page.partition(f"\n## {heading(one)}\n")
        section = section.partition("\n## ")[0]
        assert one.says in section
        assert f"**{verdict.value.capitalize()}.**" in section
        assert all(f"`{claim.id}`" in section for claim in claims_of(one))


def test_every_claim_of_the_run_is_on_the_page(run, page):
    assert all(f"`{id}`" in page for id in run.by_id)


def test_the_commands_name_every_claim_of_a_statement_once(page):
    named = [word for command in COMMAND.findall(page) for word in shlex.split(command) if word in catalogue()]
    assert sorted(named) == sorted(id for id in catalogue() if statement_of(id))


def test_pictures_exist(page):
    shown = set(re.findall(r"!\[[^]]*\]\((images/[^)]*)\)", page))
    assert len(shown) > 1
    assert all((PAGE.parent / name).is_file() for name in shown)


@pytest.mark.long
def test_a_command_gives_the_stored_verdicts_and_a_difference_is_told(run, page):
    command = next(c for c in COMMAND.findall(page) if "wht24.lemma13.printed" in c)
    wrong = run.by_id["wht24.lemma13.printed"].model_copy(update={"status": "supported"})
    others = [one for one in run.verdicts if one.id != wrong.id]
    changed = StoredRun(examples=run.examples, verdicts=[*others, wrong])
    assert check(f"$ {command}\n", changed) == ["wht24.lemma13.printed: refuted, stored is supported"]


# --- verdicts in words


@pytest.mark.parametrize(
    ("key", "changed", "expected"),
    [
        ("lemma12", {}, Standing.HOLDS),
        ("lemma12", {"wht24.lemma12": "refuted"}, Standing.REFUTED),
        ("lemma12", {"wht24.lemma12": "inconclusive"}, Standing.OPEN),
        ("lemma12", {"wht24.lemma12": None}, Standing.OPEN),
        ("lemma2", {}, Standing.HOLDS),
        ("lemma2", {"wht24.lemma2": "refuted"}, Standing.REFUTED),
        ("lemma2", {"wht24.lemma2.independent": "supported"}, Standing.HOLDS),  # of its limits, not of itself
        ("lemma1", {}, Standing.RATE),
        ("prop1", {}, Standing.EXPLICIT),
        ("prop1", {"wht24.prop1.small": "refuted"}, Standing.REFUTED),
        ("lemma8", {}, Standing.CORRECTED),
        ("lemma8", {"wht24.lemma8.corrected": "refuted"}, Standing.REFUTED),
        ("lemma8", {"wht24.lemma8.printed": "supported"}, Standing.HOLDS),
        ("thm2", {}, Standing.CORRECTED),  # its d-term holds as printed, the theorem does not
        ("table2", {"wht24.table2.exponential.printed": "certified"}, Standing.PART),
        ("lemma6", {}, Standing.UNTRANSCRIBED),
    ],
)
def test_what_the_verdicts_say_of_a_statement(key, changed, expected):
    verdicts = as_expected()
    for id, status in changed.items():
        if status is None:
            del verdicts[id]
        else:
            verdicts[id] = verdict(id, status)
    one = STATEMENTS[key]
    assert standing(one, claims_of(one), verdicts) is expected


def test_sides_are_named_as_the_relation_has_them():
    upper, lower, equal = find("wht24.lemma8.printed"), find("wht24.prop1.small"), find("wht24.eq4.printed")
    assert counterexample(upper, outcome(2, 1))[1].startswith("left side 2 > 1 right side")
    assert counterexample(lower, outcome(2, 1))[1].startswith("left side 1 < 2 right side")
    assert counterexample(equal, outcome(2, 1))[1].startswith("left side 2 ≠ 1 right side")
    assert "2.0000001 >" in counterexample(upper, outcome(2.0000001, 2))[1]


def test_tightness_in_words():
    bound, equal = find("wht24.lemma10"), find("wht24.lemma12")

    def of(claim, most, closest, **changes):
        return tightness(claim, verdict(claim.id, "supported", tightness={"max": most, "median": 0.1},
                                        tightest=closest.model_dump(), **changes))  # fmt: skip

    assert "0.5000 of the larger" in of(bound, 0.5, outcome(1, 2))
    assert of(bound, 1.0, outcome(2, 2)).startswith("Tight")
    assert "0 on both sides" in of(bound, 1.0, outcome(0, 0))
    assert of(bound, 232.0, outcome(5, 1, "sampled")).startswith("Closest case: left side 5 > 1 right side")
    assert "1.0e-07" in of(equal, 1e-7, outcome(1, 1))
    assert "errors of sampling" in of(equal, None, outcome(1, 1))
    assert tightness(bound, verdict(bound.id, "refuted")) == ""


def test_a_rate_says_what_was_measured():
    rate = verdict("wht24.lemma1", "supported", rates={"sentence": "no drift in m"}, examples=1024)
    assert claim_sentence(find("wht24.lemma1"), rate) == (
        "Supported as a rate, on 1,024 trained networks: no drift in m."
    )
    assert claim_sentence(find("wht24.lemma1"), None) == "No verdict in this run."


# --- formulas


def test_every_formula_of_the_page_becomes_mathml(page):
    built = with_mathml(page)
    assert "```math" not in built
    assert built.count("<math") == built.count("</math>") == page.count("```math\n") > 50


def test_a_formula_of_no_claim_is_an_error():
    assert "<math" in with_mathml(formula(find("wht24.lemma10")))
    with pytest.raises(KeyError, match="nonsense"):
        with_mathml("<!-- formula wht24.nonsense -->\n```math\nx\n```\n<!-- end of formula -->")


# --- the stored run


def test_later_files_count_and_what_is_not_needed_is_dropped(tmp_path):
    first, second = tmp_path / "1.json", tmp_path / "2.json"
    first.write_text(json.dumps([verdict(id, "supported").model_dump() | {"seconds": 3.0} for id in ("a", "b")]))
    second.write_text(json.dumps([verdict("b", "refuted").model_dump()]))
    run = collect([first, second], 40)
    assert {id: one.status for id, one in run.by_id.items()} == {"a": "supported", "b": "refuted"}
    write_run(run, tmp_path / "runs" / "paper.json")
    assert "seconds" not in (tmp_path / "runs" / "paper.json").read_text()
    assert read_run(tmp_path / "runs" / "paper.json") == run


@pytest.mark.parametrize("text", ["", "{}", "[{}]", '[{"id": "a"}]'])
def test_another_file_is_refused(tmp_path, text):
    (tmp_path / "x.json").write_text(text)
    with pytest.raises(ValueError, match=r"x\.json is not what `scoreproof verify --json` writes"):
        collect([tmp_path / "x.json"], 40)
    with pytest.raises(ValueError, match=r"x\.json is no stored run"):
        read_run(tmp_path / "x.json")


def test_a_stored_verdict_may_have_every_status():
    assert set(get_args(Word)) == set(Status)


def test_runs_of_two_seeds_are_not_mixed(tmp_path):
    (tmp_path / "x.json").write_text(json.dumps([verdict(id, "supported", seed=i).model_dump()
                                                 for i, id in enumerate("ab")]))  # fmt: skip
    with pytest.raises(ValueError, match="seeds 0, 1"):
        collect([tmp_path / "x.json"], 40)
