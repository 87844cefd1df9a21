"""A picture that a notebook shows and that can be saved."""

from __future__ import annotations

import sys
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from struct import unpack
from tempfile import TemporaryDirectory

PIXELS_AN_INCH = 96  # of a screen; pictures have more, for print


class Picture:
    """A picture of a result.

    A notebook shows it; ``save`` writes it to a file.

    Args:
        draw: writes the picture to a path whose ending says the kind.
    """

    def __init__(self, draw: Callable[[Path], None]):
        self._draw = draw
        with TemporaryDirectory() as folder:
            self.save(Path(folder) / "picture.png")
            #: the picture as a PNG file.
            self.png = (Path(folder) / "picture.png").read_bytes()

    def save(self, to: Path | str) -> None:
        """Write it to a file ``.png``, ``.svg`` or ``.pdf``.

        Raises:
            ValueError: matplotlib cannot write this kind of file.
            OSError: the file cannot be written.
        """
        with _own_backend():
            self._draw(Path(to))

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the PNG in pixels."""
        width, height = unpack(">II", self.png[16:24])
        return width, height

    def __repr__(self) -> str:
        return f"Picture({self.size[0]} x {self.size[1]} pixels)"

    def _repr_png_(self) -> tuple[str, dict[str, int]]:
        from verify.reports.pictures import DPI

        return b64encode(self.png).decode(), {"width": self.size[0] * PIXELS_AN_INCH // DPI}


@contextmanager
def _own_backend() -> Iterator[None]:
    """Draw without a window, and leave matplotlib's backend, which may be the notebook's own, as it was."""
    import matplotlib

    before = dict.get(matplotlib.rcParams, "backend")  # not rcParams["backend"], which would choose one
    try:
        yield
    finally:
        if isinstance(before, str) and before.lower() != "agg" and "matplotlib.pyplot" in sys.modules:
            matplotlib.use(before)
