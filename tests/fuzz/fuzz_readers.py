"""Coverage-guided fuzzing of the readers: ``python fuzz_readers.py READER|all [libFuzzer options] [corpus folder]``.

Only ``verify.language`` is instrumented, so that the fuzzer looks for new ways through the readers and not through
sympy. What ``hostile.feed`` raises is a crash, and libFuzzer ends with an exit code that is not 0.
"""

from __future__ import annotations

import sys
import warnings

import atheris

# Imported before, and therefore not instrumented.
import numerics.targets  # noqa: F401
import theory.compiler
import theory.grids
import theory.vocabulary  # noqa: F401

with atheris.instrument_imports(include=["verify.language"]):
    import hostile

warnings.simplefilter("error", RuntimeWarning)


def one_of_all(data: bytes) -> None:
    """The first byte chooses the reader."""
    hostile.feed(hostile.READERS[(data[:1] or b"\0")[0] % len(hostile.READERS)], data[1:])


def planted(data: bytes) -> None:
    """A defect behind the whole reader: what the fuzzer must find to be worth its time."""
    grid = hostile.answered(hostile.parse_grid, data.decode("latin-1"))
    if grid is not None and grid.n > 5:
        raise TypeError("found")


def main(reader: str) -> None:
    targets = {"all": one_of_all, "planted": planted}
    chosen = targets.get(reader) or (lambda data: hostile.feed(reader, data))
    atheris.Setup([sys.argv[0], *sys.argv[2:]], chosen)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1])
