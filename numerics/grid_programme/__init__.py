"""The best grid of N steps among all grids on an axis of M points, with a proof, and what any grid could still gain."""

from numerics.grid_programme.certificate import Certificate, certify
from numerics.grid_programme.layers import prefix_minima
from numerics.grid_programme.programme import Programme, solve
from numerics.grid_programme.relaxation import Relaxed, least_possible

__all__ = ["Certificate", "Programme", "Relaxed", "certify", "least_possible", "prefix_minima", "solve"]
