"""The runs behind the pictures of a report, against other ways to the same numbers; and what the pictures leave out."""

import numpy as np
import pytest
import torch

from numerics.training.measured import MeasuredRuns
from verify.reports import training_pictures
from verify.reports.training_pictures import draw_implied, draw_losses, draw_spectra, draw_step_sizes
from verify.reports.training_runs import (
    A_0,
    SIZE,
    implied_constants,
    loss_curves,
    networks,
    printed_rate,
    spectra,
    step_sizes,
)

STEPS = 6


@pytest.fixture(scope="module")
def curves():
    return loss_curves(m=64, printed_steps=8, steps=STEPS)


def measured(m: int, factor: float, steps: int, layers: int = 2) -> MeasuredRuns:
    """The same networks, followed by the measurements that claims use."""
    runs = networks(m, factor=factor, layers=layers)
    runs.steps = steps
    return runs


def test_curves_are_those_that_claims_measure(curves):
    runs = measured(64, 0.5, STEPS)
    loss = runs.number("loss_em").value
    assert curves.stable == pytest.approx(loss / loss[:, :1], rel=1e-10)
    assert curves.linearised == pytest.approx(runs.number("loss_lin").value / loss[:, :1], rel=1e-9)
    kept = 1 - runs.h.numpy()[:, None] * runs.number("lambda_min").value[:, :-1]
    assert curves.envelope[:, 1:] == pytest.approx(np.cumprod(kept, axis=1), rel=1e-9)
    assert (curves.envelope[:, 0] == 1).all()


def test_the_silent_loss_is_that_of_the_noises_alone(curves):
    batch = networks(64, step="printed", factor=1.0).batch
    beta = torch.tensor([one.beta for one in batch.setups])
    norms = batch.noises.square().sum(dim=-1).reshape(batch.size, SIZE, SIZE)
    silent = (norms * beta[:, None, :]).sum(dim=(1, 2)) / (2 * SIZE)
    start = MeasuredRuns.number(networks(64, step="printed", factor=1.0), "loss_em").value[:, 0]
    assert curves.silent == pytest.approx(silent.numpy() / start, rel=1e-12)


def test_the_printed_step_diverges_and_the_stable_one_does_not(curves):
    assert (np.nanmax(curves.printed, axis=1) > 1e3).all()
    assert (curves.h_lambda > 2).all()
    assert (np.diff(curves.stable, axis=1) < 0).all()


def test_implied_constants_give_back_the_loss():
    """prod_s (1 - C5_s h rate) telescopes to L_K/L_0."""
    found, runs = implied_constants(32, steps=STEPS), measured(32, 0.5, STEPS)
    rate = 32 * 4 ** ((A_0 - 1) / 2) / (4**3 * 4**2)
    assert printed_rate(32, 4, 4, 4) == pytest.approx(rate, rel=1e-15)
    h = runs.h.numpy()[:, None]
    loss = runs.number("loss_em").value
    assert np.prod(1 - found.constant * h * rate, axis=1) == pytest.approx(loss[:, -1] / loss[:, 0], rel=1e-10)
    assert found.looks[0] == 0
    lowest = runs.number("lambda_min").value[:, found.looks]
    assert found.floor * rate == pytest.approx(lowest, rel=1e-8)


def test_spectra_are_scaled_by_the_largest_eigenvalue_at_the_start():
    found, runs = spectra(16, layers=2, steps=3), measured(16, 1.0, 3)
    largest, trace = (runs.number(name).value for name in ("lambda_max", "trace_K"))
    top = largest[:, :1]
    assert found.largest == pytest.approx(largest / top, rel=1e-10)
    assert found.start.sum(axis=1) == pytest.approx(trace[:, 0] / top[:, 0], rel=1e-10)
    assert found.end.sum(axis=1) == pytest.approx(trace[:, -1] / top[:, 0], rel=1e-10)
    assert (np.diff(found.start, axis=1) <= 1e-12).all()
    assert found.residuals == SIZE**3
    assert (found.unstable == (largest * runs.h.numpy()[:, None] > 2).any(axis=1)).all()


def test_some_narrow_networks_leave_the_stable_range_and_no_wide_one_does():
    assert spectra(4, seeds=48, steps=15).unstable.any()
    assert not spectra(64, steps=15).unstable.any()


def test_step_sizes_name_the_size_that_varies():
    n, N = step_sizes("n", (1, 3), m=16), step_sizes("N", (1, 3), m=16)
    assert n.bound[0] == n.bound[1] == N.bound[0] * 4 == 2 * 4 * (1 + 1 / 8)
    for found, sizes in ((n, ((1, 4), (3, 4))), (N, ((4, 1), (4, 3)))):
        for row, (points, levels) in zip(found.h_lambda, sizes, strict=True):
            runs = networks(16, n=points, N=levels, step="printed", factor=1.0, one_level=True)
            top = runs.number("lambda_max").value[:, 0]
            assert row == pytest.approx(top * points * levels / 16, rel=1e-12)  # g = 1


def shown_and_cut(axes) -> tuple[int, int]:
    """How many finite points the lines have, and how many lie outside the axes."""
    low, high = axes.get_ylim()
    y = np.concatenate([np.asarray(line.get_ydata(), dtype=float) for line in axes.get_lines()])
    y = y[np.isfinite(y)]
    return y.size, int(((y < low) | (y > high)).sum())


@pytest.mark.parametrize("which", ["losses", "spectra", "implied", "steps"])
def test_nothing_lies_outside_the_axes_and_all_axes_are_labelled(which, curves, tmp_path, monkeypatch):
    kept = []
    monkeypatch.setattr(training_pictures.plt, "close", kept.append)
    to = tmp_path / "drawn.png"
    if which == "losses":
        draw_losses(curves, to)
    elif which == "spectra":
        draw_spectra([spectra(4, steps=12, seeds=6), spectra(32, layers=2, steps=3)], to)
    elif which == "implied":
        draw_implied([implied_constants(m, steps=STEPS) for m in (8, 32)], to)
    else:
        draw_step_sizes([step_sizes("n", (1, 2), m=16), step_sizes("N", (1, 8), m=16)], to)
    assert to.read_bytes().startswith(b"\x89PNG")
    (figure,) = kept
    for axes in figure.axes:
        points, cut = shown_and_cut(axes)
        assert points > 0
        assert cut == 0
        assert axes.get_xlabel()
    assert figure.axes[0].get_ylabel()
