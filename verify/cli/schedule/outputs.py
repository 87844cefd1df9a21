"""Where the schedule commands may write: looked at before any work is done, so that no input is lost."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from itertools import combinations
from pathlib import Path

from verify.cli.output import printable
from verify.language.errors import BadInput

PICTURES = (".png", ".svg", ".pdf")
ENDINGS = {
    "--json": (".json",),
    "--sarif": (".sarif", ".json"),
    "--junit": (".xml",),
    "--plot": PICTURES,
    "--output": (".py",),
}
_CURVE = re.compile(r"""loss_curve\s*\(\s*["']([^"']*)["']""")


def check_outputs(outputs: Mapping[str, Path | str | None], inputs: Iterable[tuple[str, Path | str | None]]) -> None:
    """Refuse to write where something would be lost, or where nothing can be written.

    Args:
        outputs: option -> file, ``-`` for standard output, or None.
        inputs: what a file is, as in ``the baseline itself``, and the text that names it: a path, ``file.py:function``,
            ``loss_curve("file")``, or what names no file at all.

    Raises:
        BadInput: an output is one of the inputs or another output; a file is there whose ending is not that of
            the option; a picture has another ending; or its folder is not there or may not be written.
    """
    wanted = {option: Path(to) for option, to in outputs.items() if to is not None and str(to) != "-"}
    read = [(what, file) for what, text in inputs if text is not None and (file := _file_of(text)) is not None]
    for option, to in wanted.items():
        told = f"{option} {printable(to)}"
        try:
            for what, file in read:
                if _same(to, file):
                    raise BadInput(f"{told} is {what}; name another file")
            _require_place(told, to)
        except (OSError, ValueError) as why:  # a name that is too long, or a NUL in it
            if isinstance(why, BadInput):
                raise
            raise BadInput(f"{told}: {why}; name another file") from None
        endings = ENDINGS.get(option, ())
        fits = not endings or to.suffix.lower() in endings
        if not fits and option == "--plot":
            raise BadInput(f"{told}: pictures are written as .png, .svg or .pdf")
        if not fits and to.is_file():
            ending = f"ends in {to.suffix}" if to.suffix else "has no ending"
            raise BadInput(f"{told} is there and {ending}; write {' or '.join(endings)}, or remove it first")
    for (one, first), (other, second) in combinations(wanted.items(), 2):
        if _same(first, second):
            raise BadInput(f"{one} {printable(first)} and {other} {printable(second)} are one file; name two")


def grid_files(*grids: str | None) -> list[tuple[str, str | None]]:
    """The inputs that texts of grids are."""
    return [("the grid's own file", text) for text in grids]


def data_files(target: str | None, loss_curve: str | None = None) -> list[tuple[str, str | None]]:
    """The inputs that a target and a loss curve are."""
    return [("the target's own file", target), ("the loss curve itself", loss_curve)]


def _file_of(text: Path | str) -> Path | None:
    """The file that a text may name. What is no file is nothing that could be written over."""
    word = str(text).strip()
    curve = _CURVE.match(word)
    if curve is not None:
        word = curve[1].strip()
    elif ".py:" in word:
        word = word.rpartition(":")[0].strip()
    try:
        return Path(word).expanduser()
    except RuntimeError:  # no home folder
        return None


def _same(one: Path, other: Path) -> bool:
    """Whether they are one file, or will be, by whatever names."""
    if os.path.realpath(one) == os.path.realpath(other):
        return True
    return one.is_file() and other.is_file() and one.samefile(other)


def _require_place(told: str, to: Path) -> None:
    if to.is_dir():
        raise BadInput(f"{told} is a folder; name a file in it")
    folder = Path(os.path.realpath(to)).parent
    if not folder.is_dir():
        raise BadInput(f"{told}: there is no folder {printable(to.parent)}; make it, or name another")
    if not to.exists() and not os.access(folder, os.W_OK):
        raise BadInput(f"{told}: the folder {printable(to.parent)} may not be written; name another")
