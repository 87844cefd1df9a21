"""Words for the design space: parameters of noise grids and of weightings."""

from __future__ import annotations
