"""Certificates: exact content, and files that stay whole and in their folder."""

import json
from dataclasses import replace
from fractions import Fraction as F

import pytest
import sympy
from sympy import Eq, Float, Ge, Gt, Le, Lt, sqrt

from numerics.score_errors import LinearError
from numerics.targets import Gaussian, GaussianMixture, PointCloud
from theory.claims import Cases, Claim, find
from theory.vocabulary import E_D, E_I, J, m2, u, v
from verify.cases import Case
from verify.certificates import certificate, file_name, has_certificate, relation_text, write_certificate
from verify.evaluate import Evaluator
from verify.replay.format import MAX_CASES, digest
from verify.verdicts import Status, Tightness, Verdict


def verdict(relation, *cases, id="test", status=Status.REFUTED, **fields):
    """A verdict on cases that were chosen here, without a search."""
    claim = Claim(id=id, title="a test", relation=relation, source="test", cases=Cases(samplers=("score",)))
    outcomes = [Evaluator(claim)(case) for case in cases]
    found = Verdict(claim, status, "", len(cases), Tightness(None, None), 7, 0.0, **fields)
    if status is Status.REFUTED:
        return replace(found, counterexample=outcomes[0], largest_violation=outcomes[-1])
    return replace(found, proved=tuple(outcomes))


POINT = Case(Gaussian(d=1, var=0.0), (2.0, 1.0))
MIXED = Case(GaussianMixture([0.3, 0.7], [-1.5, 1.0], [0.25, 0.4]), (2.0, 0.1), error=LinearError(0.1, -0.5))
FALSE = Le(E_D, E_I)


def test_every_number_is_exact():
    content = certificate(verdict(FALSE, POINT, MIXED))
    small, large = content["cases"]
    assert [small["role"], large["role"]] == ["smallest counterexample", "largest violation"]
    assert small["data"] == {"kind": "gaussian", "variances": ["0"], "means": ["0"]}
    assert small["v"] == ["2", "1"]
    assert [F(x) for x in large["v"]] == [F(2), F(0.1)]
    assert [F(x) for x in large["data"]["weights"]] == [F(0.3), F(0.7)]
    assert [F(x) for x in large["data"]["variances"]] == [F(0.25) ** 2, F(0.4) ** 2]
    assert (F(large["score_error"]["a"]), F(large["score_error"]["b"])) == (F(0.1), F(-0.5))
    assert small["evidence"] == large["evidence"] == "ball arithmetic"
    middle, radius = (F(small["lhs"][part]) for part in ("midpoint", "radius"))
    value = F(str((2 * sympy.log(2).evalf(40) - 1) / 4))
    assert abs(middle - value) <= radius < F(1, 10**15)
    assert content["sha256"] == digest(content)
    assert content["seed"] == 7
    assert {"python", "scoreproof", "python-flint", "sympy"} <= content["versions"].keys()


def test_a_certified_verdict_lists_all_its_cases():
    three = [Case(Gaussian(d=1, var=1.0), (2.0, 1.0 / (n + 1))) for n in range(3)]
    content = certificate(verdict(Le(E_I, m2 / v[0]), *three, status=Status.CERTIFIED))
    assert [case["role"] for case in content["cases"]] == ["proved"] * 3
    assert content["status"] == "certified"


@pytest.mark.parametrize(
    ("target", "kind"),
    [
        (Gaussian(cov=[[2.0, 1.0], [1.0, 2.0]]), "gaussian"),
        (Gaussian(cov=[[2.0, 1.0], [1.0, 2.0]], mean=1.0), "other"),  # the eigenvectors matter and are not exact
        (PointCloud([0.0, 1.0]), "other"),
    ],
)
def test_data_without_an_exact_description_are_only_named(target, kind):
    good = verdict(FALSE, POINT)
    one = replace(good.counterexample, case=replace(POINT, target=target))
    data = certificate(replace(good, counterexample=one))["cases"][0]["data"]
    assert data["kind"] == kind
    if kind == "other":
        assert data["label"] == target.label


@pytest.mark.parametrize(
    ("relation", "text"),
    [
        (Le(E_D, m2 / 3), "E_D <= m2/3"),
        (Ge(E_D, m2 / 3), "m2/3 <= E_D"),
        (Lt(E_D, m2), "E_D < m2"),
        (Gt(E_D, m2), "m2 < E_D"),
        (Eq(E_D, sqrt(m2)), "E_D == sqrt(m2)"),
        (Le(E_D, Float(0.1) * v[0]), f"E_D <= ({F(0.1)})*v[0]"),
        (Le(J(u), 1 / u), "J(u) <= 1/u"),
    ],
)
def test_relations_as_text(relation, text):
    assert relation_text(relation) == text


def test_only_decided_verdicts_have_one():
    good = verdict(FALSE, POINT)
    with pytest.raises(ValueError, match="supported"):
        certificate(replace(good, status=Status.SUPPORTED))
    with pytest.raises(ValueError, match="no case"):
        certificate(replace(good, status=Status.CERTIFIED))
    assert has_certificate(good)
    drifting = replace(good, counterexample=None, largest_violation=None)  # a rate is refuted by a design, not a case
    assert not has_certificate(drifting)
    assert not has_certificate(replace(good, status=Status.SUPPORTED))
    many = replace(good, status=Status.CERTIFIED, proved=(good.counterexample,) * (MAX_CASES + 1))
    with pytest.raises(ValueError, match=str(MAX_CASES)):
        certificate(many)


@pytest.mark.parametrize(
    "id",
    ["../../x", "a/b", "CON", "con.txt", "..", ".hidden", "", "/etc/passwd", "a\0b", "x" * 500, "ä ö", "C:\\x", "a\nb"],
)
def test_files_stay_in_their_folder(tmp_path, id):
    folder = tmp_path / "deep" / "runs"
    path = write_certificate(verdict(FALSE, POINT, id=id[:300]), folder)
    assert path.resolve().parent == folder.resolve()
    assert path.name.isascii()
    assert not path.name.startswith(".")
    assert path.name.split(".")[0].split("-")[0].lower() != "con"
    assert sorted(p for p in tmp_path.rglob("*") if p.is_file()) == [path]
    assert json.loads(path.read_text())["claim"]["id"] == id[:300]


def test_names_tell_ids_apart():
    assert file_name("wht24.thm2.printed") == "wht24.thm2.printed"
    ids = ["a/b", "a_b", "a\\b", "a b", "CON", "con", "x" * 90, "x" * 91]
    assert len({file_name(id) for id in ids}) == len(ids)


def test_a_link_is_replaced_not_followed(tmp_path):
    outside = tmp_path / "outside.json"
    outside.write_text("mine")
    folder = tmp_path / "runs"
    folder.mkdir()
    (folder / "test-7.json").symlink_to(outside)
    path = write_certificate(verdict(FALSE, POINT), folder)
    assert outside.read_text() == "mine"
    assert not path.is_symlink()


def test_writing_again_gives_the_same_file(tmp_path):
    one = verdict(FALSE, POINT, MIXED)
    first = write_certificate(one, tmp_path).read_bytes()
    assert write_certificate(one, tmp_path).read_bytes() == first
    assert write_certificate(one, tmp_path, label="var=0").name.startswith("claim_test-var_0")
    assert len(list(tmp_path.iterdir())) == 2


def test_the_catalogue_can_be_written_as_text():
    for id in ("wht24.thm2.printed", "gauss.ode", "info.fisher_derivative", "budget.initial"):
        assert relation_text(find(id).relation)
