"""A small denoiser of handwritten digits: its training, its loss curve, samples from it, and how good they are.

Everything that ``digits_schedule.ipynb`` needs and that is not scoreproof's own. All of it runs on two CPU cores in
minutes.
"""

from .agreement import Judged, counts, judge
from .data import Split, split_digits
from .loss_curve import Row, measure_curve, write_curve
from .network import Denoiser
from .pictures import draw_agreement, draw_images
from .samples import Drawn, ancestral_samples, data_misfit
from .training import Settings, train
from .two_sample import Distances, Pair, energy_distances, noised, path_distances

__all__ = [
    "Denoiser",
    "Distances",
    "Drawn",
    "Judged",
    "Pair",
    "Row",
    "Settings",
    "Split",
    "ancestral_samples",
    "counts",
    "data_misfit",
    "draw_agreement",
    "draw_images",
    "energy_distances",
    "judge",
    "measure_curve",
    "noised",
    "path_distances",
    "split_digits",
    "train",
    "write_curve",
]
