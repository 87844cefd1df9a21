"""The benchmark's information curves: both sides reach their digits, and what was changed for speed stays true."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from numerics.information import curves, quadrature
from numerics.information.components import Components
from numerics.information.marginal import Marginal
from verify.bench.row import Setting
from verify.bench.rows import information


def test_both_sides_reach_the_digits() -> None:
    case = information.make(Setting(size="small"))
    mine, theirs = case.ours(), case.other()
    for accuracy in case.check(mine, theirs):
        assert accuracy.ours <= accuracy.wanted
        assert accuracy.other is None or accuracy.other <= accuracy.wanted
    assert theirs.shape == (4, 2)
    # a curve of the wrong level is seen
    wrong = [curve[::-1] for curve in mine]
    assert case.check(wrong, theirs)[0].ours > 0.1
    assert case.check(mine, theirs * (1 + 1e-9))[0].other > 1e-10


def test_exponentials_counted_are_those_of_the_first_round(monkeypatch: pytest.MonkeyPatch) -> None:
    counted = 0
    init = Marginal.__init__

    def counting(self: Marginal, components: Components, x: np.ndarray, v: np.ndarray) -> None:
        nonlocal counted
        init(self, components, x, v)
        counted += self.r.size

    monkeypatch.setattr(Marginal, "__init__", counting)
    monkeypatch.setattr(quadrature, "_HALVINGS", 0)
    case = information.make(Setting(size="small"))
    case.ours()
    assert case.work is not None
    assert case.work.exps == counted


def test_levels_in_blocks_are_the_same_levels(monkeypatch: pytest.MonkeyPatch) -> None:
    line, levels = information.mixture(3).line, information.variances(7)
    whole = curves.measure("mmse", line, levels)
    monkeypatch.setattr(curves, "LEVELS", 3)
    parts = curves.measure("mmse", line, levels)
    np.testing.assert_array_equal(parts.value, whole.value)
    np.testing.assert_array_equal(parts.radius, whole.radius)


@pytest.mark.parametrize("name", curves.NAMES)
def test_a_rough_value_has_the_right_size(name: str) -> None:
    line = information.mixture(4).line
    for v in (1e-6, 0.3, 1e4):
        value = float(curves.measure(name, line, np.array([v])).value[0])
        assert curves.rough(name, line, v) == pytest.approx(value, rel=0.05)


def test_responsibilities_are_those_of_the_densities() -> None:
    # the powers of 2 inside do not show: against torch.distributions, far out too
    line, v = information.mixture(5).line, 0.01
    x = np.array([[-30.0, -3.0, 0.0, 0.7, 4.0, 25.0]])
    m = Marginal(line, x, np.array([[v]]))
    normals = torch.distributions.Normal(torch.from_numpy(line.means), torch.from_numpy(np.sqrt(line.variances + v)))
    logs = normals.log_prob(torch.from_numpy(x.T)) + torch.from_numpy(np.log(line.weights))
    np.testing.assert_allclose(m.log_p[0], torch.logsumexp(logs, dim=1).numpy(), rtol=1e-13)
    np.testing.assert_allclose(m.r[:, 0, :].T, torch.softmax(logs, dim=1).numpy(), rtol=1e-10, atol=1e-300)
