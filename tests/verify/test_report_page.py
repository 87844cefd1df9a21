"""The page of a report: its structure, what it says, and that no text of a claim becomes a part of the page."""

import base64
import hashlib
import json
import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from parsed_page import Element, parsed
from sympy import Function, Ge, IndexedBase, Le, Symbol, log

from theory.claims import Cases, Claim, Expected, Family, find
from theory.vocabulary import E_D, E_I, d, m2, v
from verify.events import Failure
from verify.reports.commands import claim_command, run_command
from verify.reports.folder import write_report
from verify.reports.page import Origin
from verify.reports.page.anchors import TAKEN, anchors
from verify.reports.page.cases import shown_cases
from verify.reports.page.formulas import formula
from verify.search import verify_claim
from verify.suites import SUITES
from verify.verdicts import Status, Verdict

SCRIPT = "<script>alert(1)</script>"
HOSTILE = Claim(
    id='h "><script>alert(2)</script>',
    title=f"{SCRIPT}</details></main><h1>",
    relation=Le(E_D, d * log(v[0] / v[1])),
    source="</style><b>me</b>",
    setting="a & b </table>",
    note='"onclick="alert(3)',
    cases=Cases(families=(Family.POINT,), samplers=("score",), max_steps=1),
)


def found(claim: Claim, examples: int = 10) -> Verdict:
    return verify_claim(claim, examples, seed=3)


@pytest.fixture(scope="module")
def verdicts() -> list[Verdict]:
    """Refuted and supported claims, one of them of a user's own, with hostile words."""
    return [found(find("wht24.eq4.printed")), found(find("gauss.fisher")), found(HOSTILE)]


def page_of(folder: Path, verdicts: list[Verdict], **more) -> Element:
    page = write_report(folder, verdicts, 3, 10, 61.2, with_budgets=False, **more)
    return parsed(page.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def page(verdicts: list[Verdict], tmp_path_factory: pytest.TempPathFactory) -> Element:
    return page_of(tmp_path_factory.mktemp("report"), verdicts)


def undecided(claim: Claim, how: str) -> Verdict:
    return replace(found(find("gauss.fisher")), claim=claim, status=Status.INCONCLUSIVE, how=how)


def section(page: Element, id: str) -> Element:
    return page.one("section", id=id)


def test_the_page_is_one_document_that_a_screen_reader_can_walk(page: Element):
    assert page.one("html").attributes["lang"] == "en"
    assert (
        page.one("head").one("title").text == "all as expected: 1 certified, 1 supported, 1 refuted – scoreproof report"
    )
    heads = [int(one.tag[1]) for one in page.all() if re.fullmatch("h[1-6]", one.tag)]
    assert heads[0] == 1
    assert heads.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(heads))
    for table in page.all("table"):
        assert table.one("caption").text
        assert all(th.attributes["scope"] in ("col", "row") for th in table.all("th"))
    for image in page.all("img"):
        assert image.attributes["alt"]
    for picture in page.all("svg"):
        assert picture.attributes["role"] == "img"
    assert page.all("a")[0].attributes == {"class": "skip", "href": "#claims"}


def test_every_id_is_there_once_and_every_link_leads_somewhere(page: Element):
    ids = [one.attributes["id"] for one in page.all() if "id" in one.attributes]
    assert len(ids) == len(set(ids))
    links = [one.attributes["href"] for one in page.all("a")]
    inside = {link[1:] for link in links if link.startswith("#")}
    assert inside <= set(ids)
    assert {"claims-section", "all-claims", "inconclusive"} <= inside
    named = {id for one in page.all() for id in one.attributes.get("aria-labelledby", "").split()}
    assert named <= set(ids)


def test_nothing_is_loaded_and_no_script_runs_but_the_page_s_own(page: Element):
    assert not page.all("link") + page.all("iframe") + page.all("object")
    for one in page.all():
        assert not [name for name in one.attributes if name.startswith("on")], one.tag
        assert one.attributes.get("src", "data:").startswith("data:")
        assert not re.match("[a-z]+:", one.attributes.get("href", ""))
    script = "".join(map(str, page.one("script").parts))
    (policy,) = [one.attributes["content"] for one in page.all("meta") if "http-equiv" in one.attributes]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert "default-src 'none'" in policy
    assert f"script-src 'sha256-{digest}'" in policy


def test_words_of_a_claim_stay_words(page: Element, verdicts: list[Verdict]):
    assert len(page.all("script")) == len(page.all("style")) == len(page.all("main")) == 1
    assert len(page.all("details", class_="claim")) == len(verdicts)
    (own,) = [one for one in page.all("details") if one.attributes["data-claim"] == HOSTILE.id]
    assert HOSTILE.title in own.one("summary").text
    for text in (HOSTILE.source, HOSTILE.setting, HOSTILE.note):
        assert text in own.one("dl").text
    assert not own.all("b")
    assert SCRIPT in own.one("blockquote").text
    (row,) = [one for one in page.one("table", id="claims").all("tr") if SCRIPT in one.attributes.get("data-text", "")]
    assert row.attributes["data-claim"] == HOSTILE.id
    assert own.one("button", class_="copy", data_copy=own.one("blockquote").text)


def test_a_claim_of_one_s_own_has_a_section_like_the_catalogue_s(verdicts: list[Verdict], tmp_path: Path):
    mine = replace(HOSTILE, id="mine.a", title="a bound", source="own note", setting="", note="guessed")
    file = Path.cwd() / "my claims.py"
    page = page_of(tmp_path, [found(mine)], origin=Origin(files={"mine.a": file}))
    own = page.one("details", id="mine.a")
    assert own.one(class_="statement").one("math").text
    assert own.one("blockquote").text.startswith("scoreproof ")
    assert "guessed" in own.one("dl").text
    assert "number of sampler steps" not in own.one("dl").text
    assert "discretisation error in the path KL" in own.one("dl").text
    assert own.one(class_="reproduce").all("code")[0].text == "scoreproof verify 'my claims.py' --examples 10 --seed 3"
    assert [row.all("td")[-1].text for row in own.one("table", class_="cases").all("tr")[1:]] == ["ball arithmetic"]
    assert "scoreproof verify 'my claims.py' --examples 10 --seed 3" in page.one("header").text


def test_each_case_is_shown_with_both_sides_and_all_its_digits(page: Element, verdicts: list[Verdict]):
    table = page.one("details", id="wht24.eq4.printed").one("table", class_="cases")
    rows = {row.one("th").text: row.all("td") for row in table.all("tr")[1:]}
    assert [name.split(" relative")[0] for name in rows] == ["smallest counterexample", "largest violation"]
    shown, outcome = next(iter(rows.values())), verdicts[0].counterexample
    assert str(outcome.case) in shown[0].text
    assert json.loads(shown[0].one("button").attributes["data-copy"]) == outcome.case.as_json()
    assert [float(cell.text) for cell in shown[1:3]] == pytest.approx(
        [float(outcome.lhs.value), float(outcome.rhs.value)], rel=1e-7
    )


def test_a_case_that_is_two_of_them_is_shown_once(verdicts: list[Verdict]):
    one = verdicts[0]
    assert [case.role for case in shown_cases(replace(one, largest_violation=one.counterexample))] == [
        "smallest counterexample, largest violation"
    ]
    other = replace(one.counterexample, lhs=one.counterexample.lhs + 1)
    assert len(shown_cases(replace(one, largest_violation=other))) == 2


def test_a_case_of_a_bound_from_below_is_shown_in_its_own_direction(verdicts: list[Verdict]):
    above = verdicts[2]
    below = replace(above, claim=replace(HOSTILE, relation=Ge(HOSTILE.relation.rhs, HOSTILE.relation.lhs)))
    (one,), (other,) = shown_cases(above), shown_cases(below)
    assert one.sides.left != one.sides.right
    assert (one.sides.left, one.sides.right) == (other.sides.right, other.sides.left)
    assert one.size.startswith("lhs/rhs = ")
    assert other.size == one.size.replace("lhs/rhs", "rhs/lhs")


def test_what_is_not_as_expected_comes_first(verdicts: list[Verdict], page: Element, tmp_path: Path):
    assert not page.all("section", id="unexpected")
    wrong = replace(verdicts[0], claim=replace(verdicts[0].claim, expected=Expected.SUPPORTED))
    loud = page_of(tmp_path, [verdicts[1], wrong])
    assert loud.all("section")[0].attributes["id"] == "unexpected"
    assert "wht24.eq4.printed: refuted, expected supported." in section(loud, "unexpected").text
    assert loud.one("head").one("title").text.startswith("1 not as expected: ")
    assert "1 not as expected" in loud.one("header").one(class_="lead").text
    rows = loud.one("table", id="claims").one("tbody").all("tr")
    assert [(row.attributes["data-claim"], row.attributes["data-expected"]) for row in rows] == [
        ("wht24.eq4.printed", "false"),
        ("gauss.fisher", "true"),
    ]
    assert section(loud, "all-claims").all("details")[0].attributes["id"] == "wht24.eq4.printed"


def test_the_head_says_what_was_run(page: Element):
    head = page.one("header")
    facts = dict(zip((one.text for one in head.all("dt")), (one.text for one in head.all("dd")), strict=True))
    assert facts["seed"] == "3"
    assert facts["cases a claim"] == "10 drawn (fewer where a case is costly), and those at the boundary"
    assert facts["time"] == "61 s from start to end"
    assert "1e-06 in the whole run" in facts["error budget"]
    assert "3 claims, all as expected" in head.text
    assert "no claim of this page was decided by sampling" in facts["error budget"]
    assert [one.text for one in page.all("li", class_="count")] == ["1 certified", "1 supported", "1 refuted"]


def test_sampling_is_charged_to_the_run_s_error_budget(verdicts: list[Verdict], tmp_path: Path):
    sampled = [replace(one, error_rates={"false_alarm": 2e-10}) for one in verdicts[:2]]
    head = page_of(tmp_path, [*sampled, verdicts[2]]).one("header").text
    assert "2 claims sampled, at 4.0e-10 together" in head


def test_what_was_inconclusive_says_why(page: Element, tmp_path: Path):
    assert section(page, "inconclusive").text.endswith("Nothing: every claim that was judged has a verdict.")
    why = "no case could be measured: 4 cases: too <wide>"
    said = section(page_of(tmp_path, [undecided(find("gauss.mmse"), why)]), "inconclusive").text
    assert why in said
    assert "gauss.mmse" in said
    assert "Nothing" not in said


def test_failures_and_missing_claims_have_no_verdict_and_are_named(verdicts: list[Verdict], tmp_path: Path):
    failed = Failure(find("gauss.ode"), "Traceback: <boom>")
    origin = Origin(missing=("info.dsm",), go_on="scoreproof verify --resume", unshown={"mine.b": "refuted; no <b>"})
    page = page_of(tmp_path, verdicts[:1], failures=[failed], origin=origin)
    said = section(page, "unjudged").text
    for words in (
        "Traceback: <boom>",
        "gauss.ode",
        "info.dsm",
        "scoreproof verify --resume",
        "mine.b: refuted; no <b>",
    ):
        assert words in said
    assert "4 claims, all as expected: 1 refuted; 3 without a verdict on this page." in page.one("header").text
    assert len(page.all("details", class_="claim")) == 1


def test_numbers_that_json_lacks_do_not_stop_a_report(verdicts: list[Verdict], tmp_path: Path):
    outcome = verdicts[1].tightest
    wide = replace(outcome, rhs=replace(outcome.rhs, radius=outcome.rhs.radius + float("inf")))
    page = page_of(tmp_path, [replace(verdicts[1], tightest=wide)])
    (record,) = json.loads((tmp_path / "verdicts.json").read_text(), parse_constant=pytest.fail)
    assert record["tightest"]["rhs"]["radius"] is None
    assert "± inf" in page.one("details").text.lower().replace("infinity", "inf")


@pytest.mark.parametrize(
    "name",
    [
        "<script>alert(1)</script>",
        '</mi><mi href="javascript:alert(1)">x',
        "<![CDATA[<script>alert(1)</script>]]>",
        "<!--<script>alert(1)</script>-->",
        "a<b",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        "x_<img src=x onerror=alert(1)>",
    ],
)
@pytest.mark.parametrize("kind", [Symbol, Function, IndexedBase])
def test_names_in_a_formula_never_become_elements(name: str, kind: type):
    one = kind(name)
    expression = one(1) if kind is Function else one[0] if kind is IndexedBase else one
    inside = {part.tag for part in parsed(formula(Le(E_D, expression))).all()}
    assert inside <= {"math", "mrow", "mi", "mn", "mo", "msub", "code"}


@pytest.mark.parametrize(
    "id", ["wht24.lemma8.printed", "info.martingale_score", "linear.kl", "ntk.gram", "info.de_bruijn"]
)
def test_statements_of_the_catalogue_are_formulas(id: str):
    root = parsed(formula(find(id).relation))
    assert [part.tag for part in root.parts] == ["math"]
    assert not root.all("code")


def test_anchors_are_different_from_each_other_and_from_the_page_s_own():
    ids = ["claims", "Graph", "a b", "a  b", "", "1", "x", "X", "gauss.fisher", '"', *TAKEN]
    made = anchors(ids)
    assert made["gauss.fisher"] == "gauss.fisher"
    assert len(set(made.values())) == len(set(ids))
    assert not set(made.values()) & set(TAKEN)
    assert all(re.fullmatch(r"[A-Za-z][\w.:-]*", one) for one in made.values())


def test_every_id_that_the_page_has_for_itself_is_reserved(page: Element):
    inside = {id(one) for details in page.all("details", class_="claim") for one in [details, *details.all()]}
    own = [one.attributes["id"] for one in page.all() if "id" in one.attributes and id(one) not in inside]
    drawn = {part.attributes["id"] for svg in page.all("svg") for part in [svg, *svg.all()] if "id" in part.attributes}
    assert set(own) - drawn <= set(TAKEN)


def test_commands_leave_out_what_is_usual():
    quick = [claim.id for claim in SUITES["quick"].claims()]
    assert run_command(quick, {}, SUITES["quick"].examples, 0) == "scoreproof verify --suite quick"
    assert run_command(quick[:1], {}, 100, 7) == f"scoreproof verify --claim {quick[0]} --seed 7"
    mine = {"mine.a": Path("/x/a.py"), "mine.b": Path("/x/a.py")}
    told = run_command(["mine.a", "mine.b", "gauss.ode"], mine, 20, 0, "cuda", Path("s.sqlite"), resume=True)
    assert told == ("scoreproof verify /x/a.py --claim gauss.ode --examples 20 --device cuda --store s.sqlite --resume")
    assert claim_command("gauss.ode", None, 20, 1) == "scoreproof verify --claim gauss.ode --examples 20 --seed 1"


def test_a_note_of_a_bound_by_the_signal_is_typed_as_it_is_shown(tmp_path: Path):
    claim = replace(HOSTILE, id="mine.c", relation=Le(E_I, m2 / v[0]))
    own = page_of(tmp_path, [replace(found(find("gauss.fisher")), claim=claim)]).one("details", id="mine.c")
    assert "E_I <= m2/v[0]" in [one.text for one in own.all("code", class_="copyable")]
