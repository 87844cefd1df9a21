"""The row of the optimal grid: both sides find the least, and the check sees a grid that is not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from numerics.grid_programme import certify
from verify.bench.row import Setting
from verify.bench.rows.optimal_grid import ROWS, SMALL


def test_both_sides_find_the_least() -> None:
    case = ROWS[0].make(Setting("small"))
    mine, theirs = case.ours(), case.other()
    cost, bellman, apart = case.check(mine, theirs)
    assert 0 <= cost.ours <= cost.wanted
    assert 0 <= cost.other <= cost.wanted
    assert bellman.ours <= bellman.wanted
    assert apart.ours <= apart.wanted
    assert len(theirs[0]) == SMALL[1] + 1
    assert np.all(np.diff(theirs[0]) > 0)


def test_the_check_sees_what_is_not_the_least() -> None:
    case = ROWS[0].make(Setting("small"))
    (programme, _), (path, least) = case.ours(), case.other()
    choices = programme.choices.copy()
    choices[-1, -1] -= 1
    worse = replace(programme, choices=choices)
    moved = path.copy()
    moved[4] += 1
    cost, _, _ = case.check((worse, certify(worse)), (moved, least))
    assert cost.ours > cost.wanted
    assert cost.other > cost.wanted
    raised = replace(programme, values=programme.values * (1 + np.arange(SMALL[1] + 1)[:, None] * 1e-6))
    _, bellman, apart = case.check((raised, certify(raised)), (path, least))
    assert bellman.ours > bellman.wanted
    assert apart.ours > apart.wanted
