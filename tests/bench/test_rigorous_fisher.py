"""The benchmark's proved Fisher information: an independent evaluation lies in the balls, which are small enough."""

from __future__ import annotations

import pytest
from flint import acb, arb, ctx
from mpmath import mp

from numerics.information.ball_mixture import BallMixture
from numerics.information.balls import _fisher
from verify.bench.row import Setting
from verify.bench.rows import rigorous_fisher
from verify.bench.rows.information import mixture


@pytest.mark.parametrize("row", rigorous_fisher.ROWS, ids=lambda row: row.name)
def test_both_sides_reach_the_digits(row) -> None:
    case = row.make(Setting(size="small"))
    mine, theirs = case.ours(), case.other()
    (accuracy,) = case.check(mine, theirs)
    assert 0 < accuracy.ours <= accuracy.wanted
    assert accuracy.other <= accuracy.wanted
    # a value that is off by more than the digits is seen
    (off,) = case.check(mine, [value * (1 + mp.mpf(10) * accuracy.wanted) for value in theirs])
    assert off.other > accuracy.wanted
    with pytest.raises(AssertionError):
        case.check([ball * (1 + 1e-6) for ball in mine], theirs)


def test_the_reference_is_the_integral_itself() -> None:
    # 40 digits by mpmath, which shares no code with the balls
    (ball,) = rigorous_fisher.proved(rigorous_fisher.target(), 30, (0.37,))
    (value,) = rigorous_fisher.plainly(40, (0.37,))
    with ctx.workprec(140):
        assert ball.contains(arb(mp.nstr(value, 38)))
        assert not ball.contains(arb(mp.nstr(value, 38)) * (1 + arb(10) ** -27))


def test_the_quick_form_at_points_is_the_careful_one() -> None:
    line = mixture(4).line
    for v in (1e-4, 0.3, 100.0):
        law = BallMixture(line, acb(v))
        for x in ("-40", "-3.1", "0", "1.7", "60"):
            quick, careful = law.fisher(acb(x)), _fisher(law.at(acb(x)))
            assert quick.overlaps(careful)
            assert quick.real.rel_accuracy_bits() > 20
