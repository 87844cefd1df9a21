"""Data distributions with exact scores, denoisers and information quantities.

``TARGETS`` maps the names of the command line to constructors: ``gaussian(d=1, var=0.25)``,
``mixture(weights=[.3, .7], means=[-1.5, 1], stds=[.25, .4])``, ``cloud(points=[[0, 1], [1, 0]])``, and
``digits``.
"""

from collections.abc import Callable

from numerics.targets.base import NotAvailable, Target
from numerics.targets.cloud import PointCloud
from numerics.targets.digits import digits
from numerics.targets.gaussian import Gaussian
from numerics.targets.loss_curve import LossCurve
from numerics.targets.mixture import GaussianMixture

TARGETS: dict[str, Callable[..., Target]] = {
    "gaussian": Gaussian,
    "mixture": GaussianMixture,
    "cloud": PointCloud,
    "digits": digits,
}

__all__ = [
    "TARGETS",
    "Gaussian",
    "GaussianMixture",
    "LossCurve",
    "NotAvailable",
    "PointCloud",
    "Target",
    "digits",
]
