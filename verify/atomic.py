"""Writing files so that a reader sees the old content or the new one, never a part."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path


def write_text(path: Path | str, text: str) -> None:
    """Replace the content of a file at once; a failure leaves what was there.

    The text goes to a new file in the same folder, which takes the old one's place when it is safely on the disk. A
    link is followed; what is no plain file (a pipe, ``/dev/null``) is written directly.

    Raises:
        OSError: the folder or the file cannot be written.
    """
    path = Path(os.path.realpath(path))
    if path.exists() and not path.is_file():
        path.write_text(text, encoding="utf-8")
        return
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with open(handle, "w", encoding="utf-8") as new:
            new.write(text)
            new.flush()
            os.fsync(new.fileno())
        os.chmod(name, path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask())
        os.replace(name, path)
    except BaseException:
        with suppress(FileNotFoundError):  # it has its place already
            os.unlink(name)
        raise


def _umask() -> int:
    """The mask that a new file would have got; it can only be read by setting it."""
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
