"""JUnit XML of a run: valid by the schema of Jenkins, complete when the run was stopped, whatever the texts hold."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
import xmlschema
from made_runs import HOSTILE, events, failure, so_far, verdict, verdicts

from theory.claims import find
from verify.events import Interrupted, RunFinished, SoFar
from verify.language.errors import BadInput
from verify.reports.handlers.junit import JUnit, junit
from verify.verdicts import Status

XSD = Path(__file__).with_name("schemas") / "junit-10.xsd"


@pytest.fixture(scope="module")
def schema() -> xmlschema.XMLSchema:
    """Jenkins' schema, and properties at the head of a test case, which it lacks and which pytest writes too."""
    text = XSD.read_text()
    begin = re.search(r'<xs:element name="testcase">\s*<xs:complexType>\s*<xs:sequence>', text)
    assert begin is not None
    extra = '<xs:element ref="properties" minOccurs="0"/>'
    return xmlschema.XMLSchema(text[: begin.end()] + extra + text[begin.end() :])


def cases(reached: SoFar) -> dict[str, ElementTree.Element]:
    return {str(case.get("name")): case for case in ElementTree.fromstring(junit(reached)).iter("testcase")}


def test_it_is_valid_by_the_schema(schema: xmlschema.XMLSchema) -> None:
    for reached in (so_far(), so_far([]), so_far(failures=[failure()]), so_far(missing=[find("info.hessian")])):
        assert [error.reason for error in schema.iter_errors(junit(reached))] == []


def test_the_schema_sees_what_is_wrong(schema: xmlschema.XMLSchema) -> None:
    good = junit(so_far())
    for old, new in (
        ("<properties>", "<properties><note/>"),
        ('classname="', 'place="'),
        ('tests="5" ', ""),
        ('<failure type="', '<fault type="'),
        ('time="3.000"', 'time="3 s"'),
    ):
        assert old in good
        spoilt = good.replace(old, new).replace("</failure>", "</failure>" if "fault" not in new else "</fault>")
        assert not schema.is_valid(spoilt), old


def test_counts_are_those_of_the_cases() -> None:
    reached = so_far(failures=[failure()], missing=[find("wht24.eq4.corrected"), find("wht24.lemma10")])
    suite = ElementTree.fromstring(junit(reached))
    assert {name: suite.get(name) for name in ("tests", "failures", "errors", "skipped")} == {
        "tests": "8",
        "failures": "4",
        "errors": "1",
        "skipped": "2",
    }
    assert len(list(suite.iter("failure"))) == 4
    assert len(list(suite.iter("skipped"))) == 2


def test_a_case_has_its_place_time_numbers_and_sentence() -> None:
    case = cases(so_far())["gauss.mmse"]
    assert case.get("classname") == "theory.claims.gauss_information"
    assert case.get("time") == "1.234" or case.get("time") == "1.235"
    found = {p.get("name"): p.get("value") for p in case.iter("property")}
    assert found == {
        "status": "supported",
        "expected": "supported",
        "seed": "7",
        "cases": "40",
        "tightest": "7.5e-01 off",
    }
    assert case.find("failure") is None
    out = case.findtext("system-out")
    assert out is not None
    assert "held on 40 cases" in out
    assert "scoreproof verify --claim gauss.mmse --examples 40 --seed 7" in out


def test_what_is_not_as_expected_fails_with_its_counterexample() -> None:
    found = cases(so_far())
    refuted = found["gauss.fisher"].find("failure")
    assert refuted is not None
    assert refuted.get("type") == "refuted"
    message = str(refuted.get("message"))
    assert message.startswith("refuted, expected supported: certified by ball arithmetic")
    assert "left 0.5 > 0.25 right" in message
    assert "N = 1, v = (2, 1), data gaussian(d=1, var=1)" in message
    survived = found["wht24.eq4.printed"].find("failure")
    assert survived is not None
    assert "supported, expected refuted" in str(survived.get("message"))


def test_an_inconclusive_verdict_fails_as_its_exit_code_does() -> None:
    only = verdict(find("gauss.mmse"), Status.INCONCLUSIVE, "no case could be measured")
    (case,) = cases(so_far([only])).values()
    failed = case.find("failure")
    assert failed is not None
    assert failed.get("type") == "inconclusive"


def test_a_failure_of_the_tool_is_an_error_with_its_trace() -> None:
    error = cases(so_far(failures=[failure()]))["info.hessian"].find("error")
    assert error is not None
    assert "ValueError" in str(error.get("message"))
    assert "line 1" in str(error.text)


def test_hostile_text_comes_back_as_itself_or_as_escapes() -> None:
    v = verdicts()[-1]
    case = cases(so_far([v], files={v.claim.id: Path("a b/mine.py")}))[v.claim.id]
    assert case.get("classname") == "a b.mine"
    message = str(case.find("failure").get("message"))  # type: ignore[union-attr]
    assert 'a [/bold] [red] | `b` *c* _d_ ~e~ <i>&amp; ]]> "q" % $x$ @me #1' in message
    assert r"\x00" in message
    assert r"\x1b[31m" in message
    assert r"\ud800" in message
    assert HOSTILE not in message


def test_a_file_is_written_when_the_run_ends_or_is_stopped(tmp_path: Path) -> None:
    for missing, last in (([], RunFinished), ([find("info.hessian")], Interrupted)):
        to, reached = tmp_path / f"{last.__name__}.xml", SoFar()
        handler = JUnit(to)
        for event in events(missing=missing):
            assert not to.exists()
            reached.add(event)
            handler.handle(event, reached)
        assert isinstance(event, last)
        assert to.read_text() == junit(reached)


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    reached = so_far()
    with pytest.raises(BadInput, match=r"--junit .*no/such\.xml cannot be written"):
        JUnit(tmp_path / "no" / "such.xml").handle(RunFinished(1.0), reached)
