"""Measurements of the words of ``theory.vocabulary`` for claims of this kind: mixins for both kinds of numbers."""

from __future__ import annotations


class FullErrorMeasurements:
    """float64 enclosures."""


class FullErrorBallMeasurements:
    """Arb balls; lists on the grid."""
