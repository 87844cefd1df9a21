"""Components of u along eigenvectors: what equal eigenvalues leave undetermined is not measured."""

from __future__ import annotations

import numpy as np
import pytest
from sympy import Ge, Le, Sum, Symbol

from numerics.targets import Gaussian
from numerics.targets.base import NotAvailable
from numerics.training import Given, Training
from theory.claims import Cases, Claim, TrainingSpace, find
from theory.vocabulary import N, d, ev, loss_em, n, proj2
from verify.cases import Case
from verify.components import components_alone, named_alone
from verify.evaluate import Evaluator
from verify.language import parse_relation
from verify.search import verify_claim
from verify.training import run_of, training_number
from verify.verdicts import Status

i = Symbol("i", integer=True, nonnegative=True)
LAST = n * N * d - 1

# W_2 = I and one unit for each coordinate: K = |q_0|^2 I, whose two eigenvalues are equal
TWINS = Case(
    Gaussian(d=2, var=0.0),
    (1.0, 0.5),
    training=Training(
        n=1,
        m=2,
        given=Given(
            points=((1.0, 2.0),),
            noises=((0.0, 0.0),),
            matrices=(
                ((0.0, 0.0, 1.0), (0.0, 0.0, 1.0)),
                ((1.0, 1.0), (1.0, 2.0)),
                ((1.0, 0.0), (0.0, 1.0)),
            ),
        ),
    ),
)
APART = Case(Gaussian(d=2, var=1.0), (4.0, 1.0, 0.25), training=Training(n=2, m=16, seed=3))


def claim(relation) -> Claim:
    return Claim(
        id="typed", title="typed", relation=relation, source="test", cases=Cases(training=TrainingSpace(most_steps=1))
    )


@pytest.mark.parametrize(
    ("text", "alone"),
    [
        ("Sum(proj2[i], (i, 0, n*N*d - 1)) <= 2*loss_em[0]", ()),
        ("Sum((1 - h*ev[i])**2*proj2[i] + ev[i], (i, 0, n*N*d - 1)) <= 1", ()),
        ("proj2[0] <= 2*loss_em[0]", (0,)),
        ("Sum(ev[i]*proj2[i], (i, 0, n*N*d - 1)) >= proj2[n*N*d - 1]", (LAST,)),
        ("Sum(proj2[i], (i, 1, n*N*d - 1)) <= 1", (i,)),
        ("Sum(proj2[i]**2, (i, 0, n*N*d - 1)) <= 1", (i,)),
        ("Sum(ev[j]*proj2[i], (j, 0, n*N*d - 1), (i, 0, n*N*d - 1)) <= 1", (i,)),
    ],
)
def test_what_is_named_alone(text, alone):
    assert named_alone(parse_relation(text)) == alone


def test_the_closed_form_of_linearised_descent_names_none_alone():
    assert named_alone(find("ntk.linearised").relation) == ()
    assert named_alone(find("ntk.linearised.divergence").relation) == (LAST,)


def test_of_twins_only_the_sum_is_known():
    top = training_number(TWINS, "ev")
    assert top.value[0] == pytest.approx(top.value[1])
    for index in (0, LAST, i):
        with pytest.raises(NotAvailable, match=r"proj2\[.*\] is not determined on its own"):
            components_alone(TWINS, (index,))
    total = Evaluator(claim(Le(Sum(proj2[i], (i, 0, LAST)), 2 * loss_em[0]))).screen(TWINS)
    assert float(total.lhs.value) == pytest.approx(float(total.rhs.value), rel=1e-14)


def test_a_typed_relation_on_one_of_twins_is_not_answered_by_chance():
    one = Evaluator(claim(Ge(proj2[0], loss_em[0])))
    with pytest.raises(NotAvailable, match="equal to its neighbour"):
        one(TWINS)
    assert one.screen(APART).lhs.radius < 1e-6


def test_the_error_covers_the_turn_of_an_eigenvector():
    """K moved by an error of its stated size: no component leaves its enclosure."""
    runs, row = run_of(APART)
    found = components_alone(APART, (i,))
    from numerics.training.kernel import gram

    K = gram(runs.batch, runs.batch.trained)[row].numpy()
    u = runs.start.seen.u[row].flatten().numpy()
    error = float(runs.start.kernel_error[row])
    rng, left = np.random.default_rng(0), 0.0
    for _ in range(20):
        move = rng.normal(size=K.shape)
        move = move + move.T
        vectors = np.linalg.eigh(K + 1e3 * error * move / np.linalg.norm(move, 2))[1]
        away = np.abs((vectors.T @ u) ** 2 - found.value)
        assert (away <= 1e3 * found.radius).all()
        left = max(left, float((away / found.radius).max()))
    assert left > 1  # an error of the stated size is not lost in rounding


def test_a_sum_over_all_is_still_supported_and_half_of_it_refuted():
    whole = Sum(ev[i] * proj2[i], (i, 0, LAST))
    from theory.vocabulary import grad2

    assert verify_claim(claim(Le(grad2[0], whole)), examples=10).status is Status.SUPPORTED
    assert verify_claim(claim(Le(grad2[0], whole / 2)), examples=10).status is Status.REFUTED
