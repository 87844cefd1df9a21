"""Grids of N steps that minimise a sampler's error on a known target, and the constant that no grid beats."""

from numerics.optimal_grids.limits import limit_constant, quantile_grid
from numerics.optimal_grids.search import OptimalGrid, optimal_grid

__all__ = ["OptimalGrid", "limit_constant", "optimal_grid", "quantile_grid"]
