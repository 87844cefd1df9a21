"""Measurements of the words of ``theory.vocabulary`` for claims of this kind: mixins for both kinds of numbers."""

from __future__ import annotations


class DecompositionMeasurements:
    """float64 enclosures."""


class DecompositionBallMeasurements:
    """Arb balls; lists on the grid."""
