"""A chain proves its own claim, in its own setting, from listed starting points: false chains are refused."""

import sys
from dataclasses import fields, replace
from types import SimpleNamespace

import pytest
from sympy import Derivative, Eq, Ge, IndexedBase, Integral, Le, Rational, Sum, Symbol, log, oo

import theory.derivations as package
from theory.claims import Cases, Claim, Expected, Family, Form, TrainingSpace, catalogue, find
from theory.claims.wht24_theorem2 import D_TERM
from theory.derivations import Derivation, Domain, Mark, Step, derivations, rests_on, starting_points
from theory.derivations.axioms import AXIOMS
from theory.derivations.kinds import Algebra, Assumption, Known, Monotone, SeriesLimit, Sign, TermByTerm
from theory.derivations.kinds.chord import Chord
from theory.derivations.kinds.decomposition import Meaning
from theory.derivations.kinds.named import Named
from theory.derivations.kinds.ordered import Ordered
from theory.derivations.kinds.scores import excess_star, loss_star
from theory.derivations.kinds.usable import elsewhere
from theory.derivations.written import summary
from theory.symbols import N, k
from theory.vocabulary import (
    E_D,
    E_I,
    E_S,
    E_S_em,
    H,
    J,
    KL_path,
    KLn,
    beta,
    d,
    drift2,
    excess,
    lam,
    loss,
    m2,
    mmse,
    sigma,
    u,
    v,
    w,
)
from verify.conclude import with_derivation
from verify.verdicts import Status, Tightness, Verdict

STEPS = (k, 0, N - 1)
FALLING = Step("<=", v[0], Sign())
OTHER = Le(v[N], v[0], evaluate=False)  # true, and no claim's relation
FAILED, ASSUMED, CHECKED = Mark.FAILED, Mark.ASSUMED, Mark.CHECKED


def planted(monkeypatch, relation, **cases):
    """A claim of this relation in the catalogue, for the time of a test."""
    claim = Claim("planted", "", relation, "nobody", form=Form.CONJECTURE, cases=Cases(**cases))
    monkeypatch.setitem(catalogue(), "planted", claim)
    return claim


def mark(by, before, relation, after, domain=None):
    return by.check(before, after, relation, domain or Domain()).mark


# --- the conclusion belongs to the claim ---------------------------------------------------------------------------


def reload(monkeypatch, *chains):
    """The derivations, if one module held these chains."""
    name = f"{package.__name__}.planted"
    monkeypatch.setitem(sys.modules, name, SimpleNamespace(DERIVATIONS=chains))
    monkeypatch.setattr(package, "iter_modules", lambda path: [SimpleNamespace(name="planted")])
    return derivations.__wrapped__()


def test_a_chain_under_a_claim_s_id_must_be_for_its_relation(monkeypatch):
    good = derivations()["wht24.lemma10"]
    assert set(reload(monkeypatch, good)) == {"wht24.lemma10"}
    for wrong in (
        Derivation("wht24.lemma10", "", v[N], (FALLING,), proves=OTHER),
        Derivation("wht24.lemma10", "", D_TERM, (Step("->", m2, SeriesLimit("exponential", 1)),)),
        replace(good, id="wht24.lemma10.again"),
    ):
        with pytest.raises(ValueError, match=r"is a claim: give|is no claim: add"):
            reload(monkeypatch, wrong)


def verdict(id):
    return Verdict(find(id), Status.SUPPORTED, "held on 3 cases", 3, Tightness(None, None), seed=0, seconds=0.0)


def test_a_chain_for_another_relation_certifies_no_claim_and_is_not_used(monkeypatch):
    id = "wht24.i1.edm.polynomial"
    claim = find(id)
    assert id not in AXIOMS
    wrong = Derivation(id, "", v[N], (FALLING,), proves=OTHER)
    monkeypatch.setitem(derivations(), id, wrong)
    assert wrong.complete
    assert not wrong.proves_claim
    assert with_derivation(verdict(id)) == verdict(id)
    assert mark(Known(id), claim.relation.lhs, "<=", claim.relation.rhs) is not CHECKED
    monkeypatch.undo()
    good = derivations()["wht24.lemma10"]
    assert good.proves_claim
    assert with_derivation(verdict("wht24.lemma10")).status is Status.CERTIFIED


def test_a_limit_proves_no_claim():
    value = 4 * log(Symbol("sigma_max", positive=True) / Symbol("sigma_min", positive=True)) ** 2
    step = Step("->", value, SeriesLimit("exponential", 1))
    total = Sum(log(v[k] / v[k + 1]) ** 2, STEPS)
    assert Derivation("some limit", "", total, (step,)).complete
    assert Derivation("info.mmse_bound", "", total, (step,)).outcomes[-1].mark is FAILED


# --- a claim is used for what it says ------------------------------------------------------------------------------

MISUSED = {
    "m2 is the data's": (E_I, "<=", 0, Known("wht24.lemma10", at={m2: 0})),
    "E_I is one error": (E_D, "<=", m2 / (2 * v[0]), Known("wht24.lemma10", at={E_I: E_D})),
    "half the errors": (
        KL_path,
        "=",
        E_I + E_S / 2 + E_D / 2,
        Known("wht24.lemma9.constant", at={E_S: E_S / 2, E_D: E_D / 2}),
    ),
    "loss plus one": (
        loss[0],
        "=",
        excess[0] + mmse(v[0]) / v[0] - 1,
        Known("info.dsm", at={loss[0]: loss[0] + 1}),
    ),
    "argument lam": (J(w), "=", 1 / (2 * w), Known("gauss.fisher", at={u: lam})),
    "argument d": (J(w), "=", 1 - mmse(w) / w**2, Known("info.fisher_mmse", at={u: d})),
    "argument -1": (mmse(-1), "<=", -d, Known("info.mmse_bound", at={u: -1})),
    "argument 0": (J(0), "=", 1 / lam, Known("gauss.fisher")),
    "slope at a number": (
        Derivative(H(u), u),
        "=",
        J(v[0]) / 2,
        Known("info.de_bruijn", at={u: v[0]}),
    ),
    "levels the other way": (
        drift2(w, u),
        "=",
        d * (1 / u - 1 / w) + mmse(w) / w**2 - mmse(u) / u**2,
        Known("wht24.lemma12"),
    ),
    "levels swapped": (
        drift2(w, u),
        "=",
        d * (1 / u - 1 / w) + mmse(w) / w**2 - mmse(u) / u**2,
        Known("wht24.lemma12", at={u: w, w: u}),
    ),
    "an error of the whole path at one level": (
        E_I,
        "=",
        Integral((m2 - mmse(w)) / w**2, (w, v[N], oo)) / 2,
        Known("budget.initial", level=N),
    ),
    "a level beyond the grid": (
        loss[N + 1],
        "=",
        excess[N + 1] + mmse(v[N + 1]) / v[N + 1],
        Known("info.dsm", level=N + 1),
    ),
    "an error of all levels for one score": (
        E_S,
        "=",
        Sum((v[k] - v[k + 1]) / v[k] * excess[k], STEPS) / 2,
        Known("budget.score.excess", score="trained"),
    ),
}


@pytest.mark.parametrize("name", MISUSED)
def test_a_claim_holds_for_its_free_arguments_alone(name):
    before, relation, after, by = MISUSED[name]
    assert mark(by, before, relation, after) is FAILED


def test_the_same_claims_rightly_used():
    assert mark(Known("gauss.fisher", at={u: v[0]}), J(v[0]), "=", 1 / (lam + v[0])) is CHECKED
    assert mark(Known("gauss.fisher"), J(w), "=", 1 / (lam + w)) is CHECKED
    assert mark(Known("info.dsm", level=k), loss[k], "=", excess[k] + mmse(v[k]) / v[k]) is CHECKED
    assert mark(Known("info.de_bruijn", at={u: w}), Derivative(H(w), w), "=", J(w) / 2) is CHECKED


def test_an_argument_is_not_caught_by_a_bound_variable(monkeypatch):
    area = Eq(KLn(u), Integral(J(w), (w, u, 2 * u)))
    planted(monkeypatch, area)
    monkeypatch.setitem(AXIOMS, "planted", "nowhere")
    caught = Integral(J(w), (w, w, 2 * w))
    for by in (Known("planted", at={u: w}), Known("planted")):
        assert mark(by, KLn(w), "=", caught) is FAILED
    assert mark(Known("planted"), KLn(v[0]), "=", Integral(J(w), (w, v[0], 2 * v[0]))) is CHECKED


def test_two_learned_scores_have_two_errors():
    total = Sum((v[k] - v[k + 1]) / v[k] * excess[k], STEPS) / 2
    assert mark(Meaning(("E_S_em",)), E_S_em, "=", total) is FAILED, "excess is that of any score"
    chain = Derivation(
        "x",
        "",
        E_S_em,
        (Step("=", total, Meaning(("E_S_em",))), Step("=", E_S, Known("budget.score.excess"))),
        proves=Eq(E_S_em, E_S),
    )
    assert not chain.complete


def test_the_errors_of_a_score_are_no_names_for_formulas():
    chain = (
        Step("=", loss_star[0], Named(loss_star, 2 - k / N)),
        Step("=", excess_star[0] + mmse(v[0]) / v[0], Known("info.dsm", score="star")),
        Step(">=", mmse(v[0]) / v[0], Sign()),
    )
    assert not Derivation("x", "", 2, chain, proves=Ge(2, mmse(v[0]) / v[0])).complete


# --- facts of the domain -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("left", "right", "domain", "fact"),
    [
        (v[0], sigma[0], Domain(order=((v[0], sigma[0]),)), "v[0] <= sigma[0]"),
        (beta[1], beta[0], Domain(decreasing=("v", "sigma", "beta")), "beta[k] falls with k"),
        (v[0], v[1], Domain(decreasing=(), increasing=("v",)), "v[k] rises with k"),
    ],
)
def test_a_fact_that_no_step_shows_is_assumed(monkeypatch, left, right, domain, fact):
    planted(monkeypatch, Le(left, right, evaluate=False))
    chain = Derivation("planted", "", left, (Step("<=", right, Ordered()),), domain=domain)
    assert chain.granted == (fact,)
    assert chain.outcomes[-1].mark is ASSUMED
    assert fact in chain.outcomes[-1].how
    assert not chain.proves_claim
    assert summary(chain, chain.outcomes).startswith("not complete")


def test_a_name_shows_that_its_formula_falls(monkeypatch):
    a = IndexedBase("a", positive=True)
    ramp = 2 - k / N
    planted(monkeypatch, Le(ramp.subs(k, 1) * v[0], ramp.subs(k, 0) * v[0], evaluate=False))
    domain = Domain(decreasing=("v", "sigma", "a"))
    steps = (
        Step("=", a[1] * v[0], Named(a, ramp)),
        Step("<=", a[0] * v[0], Sign()),
        Step("=", 2 * v[0], Named(a, ramp)),
    )
    chain = Derivation("planted", "", ramp.subs(k, 1) * v[0], steps, domain=domain)
    assert chain.granted == ()
    assert chain.proves_claim, [o.how for o in chain.outcomes]
    rising = tuple(replace(s, by=Named(a, 1 + k / N)) if isinstance(s.by, Named) else s for s in steps)
    assert replace(chain, steps=rising).outcomes[0].mark is FAILED
    elsewhere_known = replace(domain, order=((v[0], m2),))
    assert replace(chain, domain=elsewhere_known).granted == ("v[0] <= m2",)


def test_no_derivation_of_the_tree_takes_facts_for_granted():
    assert not {id: x.granted for id, x in derivations().items() if x.granted}


# --- settings ------------------------------------------------------------------------------------------------------

POINT = Cases(families=(Family.POINT,), samplers=("score",), score_error=True)
ERRORS = Eq(E_S + E_D, d)
NETWORKS = TrainingSpace()
SETTINGS = {
    "one excess": (ERRORS, {"uniform_excess": True}, POINT),
    "true score": (ERRORS, {"score_error": False}, POINT),
    "true score, trained": (ERRORS, {"score_error": False}, Cases(samplers=("score",), training=NETWORKS)),
    "one weighting": (
        ERRORS,
        {"training": replace(NETWORKS, weightings=("edm",)), "samplers": ()},
        Cases(training=NETWORKS),
    ),
    "trained alone": (ERRORS, {"training": NETWORKS, "samplers": ()}, Cases(score_error=True)),
    "other exponents": (Eq(v[0], find("wht24.thm2.dterm.printed").relation.rhs), {"time_exponents": (2.0,)}, POINT),
    "no sampler wanted": (ERRORS, {}, replace(POINT, samplers=())),
    "one sampler of two": (ERRORS, {}, replace(POINT, samplers=("score", "denoiser"))),
    "other start": (ERRORS, {"start": "exact"}, POINT),
    "other data": (ERRORS, {"families": (Family.GAUSSIAN_1D,)}, POINT),
    "centred": (ERRORS, {"centred": True}, POINT),
    "spread": (ERRORS, {"spread": True}, POINT),
}


@pytest.mark.parametrize("name", SETTINGS)
def test_every_field_of_a_setting_is_compared(name):
    relation, change, wanted = SETTINGS[name]
    base = replace(POINT, families=(Family.GAUSSIAN, Family.MIXTURE, Family.POINT))
    known = Claim("x", "", relation, "nobody", cases=replace(base, **change))
    assert elsewhere(known, wanted)
    same = replace(known.cases, max_steps=1)
    assert not elsewhere(known, same), "a setting covers itself, however many steps are searched"


@pytest.mark.parametrize("name", [f.name for f in fields(TrainingSpace)])
def test_every_field_of_a_training_space_is_compared(name):
    narrower = {
        "step": "printed",
        "factors": (0.5, 0.6),
        "weightings": ("edm",),
        "widths": (1,),
        "reach": (0.5, 1.0),
        "least_sigma": 1.0,
        "by_hand": False,
    }
    known = Claim("x", "", ERRORS, "nobody", cases=Cases(training=replace(NETWORKS, **{name: narrower.get(name, 1)})))
    assert elsewhere(known, Cases(training=NETWORKS)) == "is for other networks and training runs"
    assert not elsewhere(known, known.cases)


def test_claims_of_two_samplers_do_not_meet_in_a_claim_of_none():
    chain = Derivation(
        "wht24.thm2.dterm.quadratic",
        "",
        D_TERM,
        (
            Step("=", KL_path, Known("gauss.point.score")),
            Step("=", 0, Known("gauss.point.denoiser")),
            Step("<=", Sum(log(v[k] / v[k + 1]) ** 2, STEPS) / 4, Sign()),
        ),
    )
    assert [o.mark for o in chain.outcomes[:2]] == [FAILED, FAILED]


def test_a_weighting_is_not_that_of_all_networks():
    here = replace(Domain(), cases=find("wht24.remark1").cases)
    outcome = Known("edm.weighting").check(beta[0], find("edm.weighting").relation.rhs, "=", here)
    assert "other networks" in outcome.how


def test_monotone_has_the_setting_s_test_too(monkeypatch):
    gaussian = replace(find("info.mmse_derivative"), cases=Cases(families=(Family.GAUSSIAN_1D,)))
    monkeypatch.setitem(catalogue(), "info.mmse_derivative", gaussian)
    here = replace(Domain(), cases=find("info.mmse_bound").cases)
    assert mark(Monotone("mmse", v[1], v[0]), mmse(v[1]), "<=", mmse(v[0]), here) is FAILED
    circle = replace(Domain(), proving="info.mmse_derivative")
    assert "circle" in Monotone("mmse", v[1], v[0]).check(mmse(v[1]), mmse(v[0]), "<=", circle).how


# --- what a chain rests on -----------------------------------------------------------------------------------------


def test_claims_inside_other_justifications_are_told():
    p = Symbol("p", positive=True)
    chord = Chord(p, p**2, v[N], v[0], v[0], lower=Known("wht24.lemma10"), upper=Ordered())
    assert chord.claims == ("wht24.lemma10",)
    nested = TermByTerm(v[k], v[k], STEPS, chord)
    chain = Derivation("x", "", v[N], (Step("<=", v[0], nested),), proves=OTHER)
    assert chain.uses == ("wht24.lemma10",)
    assert starting_points(chain) == ("budget.initial",)


def test_starting_points_are_listed_and_proved_nowhere_here():
    for id in AXIOMS:
        assert catalogue()[id].expected is Expected.SUPPORTED
        assert catalogue()[id].form is Form.EXACT
    assert not AXIOMS.keys() & derivations().keys()
    complete = [id for id, x in derivations().items() if x.proves_claim]
    assert len(complete) > 25
    for id in complete:
        assert set(starting_points(derivations()[id])) <= AXIOMS.keys(), id


def test_an_exact_claim_that_is_no_starting_point_is_assumed():
    claim = find("wht24.cor1.score.floor")
    assert claim.form is Form.EXACT
    assert claim.id not in AXIOMS
    assert claim.id not in derivations()
    relation = "<=" if isinstance(claim.relation, Le) else ">="
    assert isinstance(claim.relation, (Le, Ge))
    assert mark(Known(claim.id), claim.relation.lhs, relation, claim.relation.rhs) is ASSUMED


def test_what_a_chain_uses_is_among_the_claim_s_ancestors():
    def ancestors(id, seen):
        for parent in catalogue()[id].derived_from:
            if parent not in seen:
                seen.add(parent)
                ancestors(parent, seen)
        return seen

    for id, chain in derivations().items():
        if id in catalogue():
            assert set(chain.uses) <= ancestors(id, set()), id


def test_the_verdict_names_all_starting_points():
    told = with_derivation(verdict("wht24.thm2.corrected"))
    assert told.status is Status.CERTIFIED
    behind = {id for id in rests_on("wht24.thm2.corrected") if id not in derivations()}
    assert set(told.rests_on) == behind
    assert {"budget.initial", "info.mmse_bound"} <= behind
    assert all(id in told.how for id in behind)
    assert Verdict.from_record(told.claim, told.record()) == told


def test_a_step_that_is_assumed_certifies_nothing(monkeypatch):
    good = derivations()["wht24.lemma10"]
    guess = replace(good, steps=(Step("<=", good.steps[-1].result, Assumption("a guess")),))
    monkeypatch.setitem(derivations(), "wht24.lemma10", guess)
    assert with_derivation(verdict("wht24.lemma10")).status is Status.SUPPORTED
    half = Derivation("wht24.lemma10", "", E_I, (Step("<=", Rational(1, 2) * m2 / v[0], Algebra()),))
    assert not half.proves_claim
