"""Measurements of the words of ``theory.vocabulary`` for claims of this kind: mixins for both kinds of numbers."""

from __future__ import annotations


class DesignMeasurements:
    """float64 enclosures."""


class DesignBallMeasurements:
    """Arb balls; lists on the grid."""
