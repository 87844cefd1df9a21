"""Words for the whole error of a sampler whose score is a trained network."""

from __future__ import annotations
