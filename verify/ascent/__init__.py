"""Climbing from a case to a worse one along the gradient of the compiled claim."""

from verify.ascent.climb import LOOKS_A_CLIMB, Climber, best_of_each_sort

__all__ = ["LOOKS_A_CLIMB", "Climber", "best_of_each_sort"]
