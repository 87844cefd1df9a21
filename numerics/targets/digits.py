"""Handwritten digits: a real data set that needs no download.

1,797 images of 8 x 8 pixels from scikit-learn (UCI "Optical Recognition of Handwritten Digits", test part;
Alpaydin & Kaynak 1998). Grey values 0 ... 16 are scaled to [-1, 1] by x/8 - 1.
"""

from __future__ import annotations

from functools import lru_cache

from sklearn.datasets import load_digits

from numerics.targets.cloud import PointCloud


@lru_cache(maxsize=1)
def digits() -> PointCloud:
    """The uniform law on the 1,797 images, d = 64. One object, so that its measured levels are shared."""
    return PointCloud(load_digits().data / 8.0 - 1.0, label="digits")
