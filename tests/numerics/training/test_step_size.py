"""The printed step h = n N/(m min g) is far beyond stability: h lambda_max of random networks at the start.

Noise level 1, equal weights, so that g = 1; two trained layers, standard Gaussian data.
"""

import numpy as np
import pytest
import torch

from numerics.targets import Gaussian
from numerics.training import Training
from numerics.training.kernel import gram, largest
from numerics.training.measured import MeasuredRuns

SEEDS = 24


def networks(n: int, N: int, d: int, m: int, layers: int = 2, step: str = "printed", seeds: int = SEEDS):
    plans = [Training(n, m, layers, step=step, factor=1.0, seed=100 + 7 * seed) for seed in range(seeds)]
    return MeasuredRuns([plan.setup(Gaussian(d=d, var=1.0), (1.0,) * (N + 1)) for plan in plans], plans)


def h_lambda_max(runs: MeasuredRuns) -> np.ndarray:
    return (runs.h * largest(runs.batch, runs.batch.trained)).numpy()


# measured on single networks, by separate code
@pytest.mark.parametrize(
    ("n", "N", "d", "m", "once"),
    [(2, 2, 4, 128, 16), (4, 4, 4, 128, 65), (8, 4, 4, 128, 109), (8, 8, 4, 128, 387), (8, 4, 16, 256, 137)],
)
def test_what_single_networks_showed_lies_in_the_range_over_seeds(n: int, N: int, d: int, m: int, once: float):
    found = h_lambda_max(networks(n, N, d, m, seeds=8 if d > 4 else SEEDS))
    assert found.min() < once < found.max()
    assert found.min() > 2  # none is stable


@pytest.mark.parametrize(("n", "N", "d", "layers"), [(2, 2, 4, 2), (4, 8, 2, 2), (3, 4, 4, 1)])
def test_the_mean_eigenvalue_times_h_grows_like_N(n: int, N: int, d: int, layers: int):
    """E tr K/(n N d) = g/n sum_l E||delta_l||^2 E||q_{l-1}||^2 = L m (2 d + 1)/(2 d n), in the limit of large width."""
    runs = networks(n, N, d, 256, layers, seeds=40)
    K = gram(runs.batch, runs.batch.trained)
    mean = (runs.h * K.diagonal(dim1=1, dim2=2).mean(dim=1)).numpy()
    assert (h_lambda_max(runs) >= mean * (1 - 1e-12)).all()
    expected = layers * N * (1 + 1 / (2 * d))
    # 7 standard errors of the mean of 40 networks
    assert abs(mean.mean() - expected) < 7 * mean.std(ddof=1) / np.sqrt(len(mean))


def test_a_stable_step_is_one_over_the_largest_eigenvalue():
    runs = networks(2, 3, 2, 16, step="stable", seeds=4)
    K = gram(runs.batch, runs.batch.trained)
    tops = torch.linalg.matrix_norm(K, 2)  # of a symmetric positive semidefinite matrix
    assert (runs.h * tops).numpy() == pytest.approx(np.ones(4), rel=1e-12)
