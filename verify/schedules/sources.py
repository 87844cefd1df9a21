"""What noise grids are judged on, read from text and files: known data, or the loss curve of a trained model."""

from __future__ import annotations

from pathlib import Path

from numerics.targets import LossCurve, Target
from verify.language import curves, parse_target
from verify.language.tables import existing_file


def read_target(text: str) -> Target:
    """The data that a text names: ``gaussian(d=1, var=0.25)``, ``mixture(...)``, ``digits`` or a file of points.

    Raises:
        BadInput: no such target; the message names the value at fault and the fix.
    """
    return parse_target(text)


def read_curve(path: Path | str, d: int | None = None, smooth: bool = False) -> LossCurve:
    """The loss curve of a trained model, from a CSV file with the columns ``sigma`` and ``loss`` or ``mse``.

    Args:
        path: the file; ``loss`` is E|sigma score + noise|^2 and ``mse`` E|data - denoised|^2, summed over coordinates;
            a column ``se`` holds standard errors.
        d: dimension of the data; needed where the file has no column ``d``.
        smooth: assume that the curve is smooth between its rows, which makes the errors far smaller.

    Raises:
        BadInput: no such file, or something else than a loss curve; the message names row and value.
    """
    return curves.read_curve(existing_file(str(path)), d, smooth)
