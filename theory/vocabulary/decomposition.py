"""Words for the decomposition of the score error into training, statistical, estimation and approximation error."""

from __future__ import annotations
