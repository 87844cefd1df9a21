"""Commands that give the verdicts of a report again."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Mapping
from pathlib import Path

from verify.suites import SUITES

USUAL_EXAMPLES, USUAL_STORE = 100, Path("runs") / "scoreproof.sqlite"  # of `scoreproof verify --claim`


def run_command(
    ids: Collection[str],
    files: Mapping[str, Path],
    examples: int,
    seed: int,
    device: str = "cpu",
    store: Path | None = None,
    resume: bool = False,
) -> str:
    """The command that runs these claims.

    Args:
        ids: of the claims.
        files: the user's file that a claim comes from, by its id; the others are of the catalogue.
        examples, seed, device, store: of the run; what is usual is left out.
        resume: go on with the run.
    """
    words = [shown(path) for path in dict.fromkeys(files[id] for id in ids if id in files)]
    of_catalogue = {id for id in ids if id not in files}
    suite = next((one for one in SUITES.values() if of_catalogue == {claim.id for claim in one.claims()}), None)
    if suite is not None:
        words += ["--suite", suite.name]
    else:
        words += [word for id in sorted(of_catalogue) for word in ("--claim", id)]
    usual = USUAL_EXAMPLES if suite is None else suite.examples
    words += ["--examples", str(examples)] if examples != usual else []
    words += _settings(seed, device)
    words += ["--store", shown(store)] if store is not None and store != USUAL_STORE else []
    return shlex.join(["scoreproof", "verify", *words, *(["--resume"] if resume else [])])


def claim_command(id: str, file: Path | None, examples: int, seed: int, device: str = "cpu") -> str:
    """The command that tests one claim; of a user's file, with the other claims of the file."""
    which = ["--claim", id] if file is None else [shown(file)]
    return shlex.join(
        ["scoreproof", "verify", *which, "--examples", str(examples), "--seed", str(seed), *_settings(0, device)]
    )


def shown(path: Path) -> str:
    """The path as a person in this folder writes it."""
    absolute = Path(path).absolute()
    return str(absolute.relative_to(Path.cwd()) if absolute.is_relative_to(Path.cwd()) else absolute)


def _settings(seed: int, device: str) -> list[str]:
    return [*(["--seed", str(seed)] if seed else []), *(["--device", device] if device != "cpu" else [])]
