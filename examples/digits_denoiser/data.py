"""The digits of scikit-learn in three parts that share no image."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split


@dataclass(frozen=True)
class Split:
    """Images as rows of 64 pixels in [-1, 1], float32.

    Attributes:
        training: what the network learns from.
        validation: what its loss curve is measured on.
        test: what samples are compared with; used for nothing else.
    """

    training: torch.Tensor
    validation: torch.Tensor
    test: torch.Tensor


def split_digits(seed: int = 0) -> Split:
    """1,197, 300 and 300 of the 1,797 images, each digit in equal shares (8 x 8 pixels, grey 0 ... 16 as x/8 - 1)."""
    images, digit = load_digits(return_X_y=True)
    rest, test, digit, _ = train_test_split(images / 8 - 1, digit, test_size=300, stratify=digit, random_state=seed)
    training, validation = train_test_split(rest, test_size=300, stratify=digit, random_state=seed)
    return Split(*(torch.tensor(part, dtype=torch.float32) for part in (training, validation, test)))
