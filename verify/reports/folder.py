"""The folder of a report: ``index.html``, its verdicts and budgets as JSON, and certificates."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from numerics.targets.base import NotAvailable
from theory import grids
from verify.atomic import write_text
from verify.certificates import has_certificate, write_certificate
from verify.events import Failure
from verify.language.errors import BadInput
from verify.mutants.run import MutantRun
from verify.reports.files import printable
from verify.reports.page import Content, Origin, TrainingPicture, render
from verify.reports.page.cases import finite_json
from verify.reports.svg import regime_map
from verify.reports.training_section import training_section
from verify.schedules import GridBudget, grid_budget
from verify.verdicts import Verdict

QUICK_STEPS = 18
FILES = ("index.html", "verdicts.json", "budgets.json", "mutants.json")
MARK = b'<meta name="generator" content="scoreproof">'  # in the first lines of every page


def digits_budgets() -> list[GridBudget]:
    """Karras, exponential and cosine grids of 18 steps on the handwritten digits, score sampler."""
    from numerics.targets import digits

    data, n = digits(), QUICK_STEPS + 1
    chosen = (grids.karras(n, 0.002, 80.0), grids.exponential(n, 0.002, 80.0), grids.cosine(n))
    return [grid_budget(grid, data, "score") for grid in chosen]


def write_report(
    folder: Path,
    verdicts: Sequence[Verdict],
    seed: int,
    examples: int,
    seconds: float,
    with_budgets: bool,
    mutant_run: MutantRun | None = None,
    *,
    failures: Sequence[Failure] = (),
    origin: Origin | None = None,
    with_training: bool = True,
) -> Path:
    """Write the report and return the path of its page.

    Args:
        folder: made if missing; files of an earlier report are replaced.
        verdicts: of the run.
        seed, examples, seconds: of the run, shown in its head.
        with_budgets: measure and draw grids on the digits data, and the map of which grid is better where, as well.
        mutant_run: fates of the claims' variants, where they were hunted.
        failures: claims whose search broke down; the page names them, with the trace.
        origin: where the verdicts come from: the user's files, the device, the stored run.
        with_training: train and draw the networks that belong to the verdicts on training.

    Raises:
        OSError: the folder cannot be written.
        BadInput: there is a page in it that is not a report of scoreproof.
    """
    folder = Path(folder)
    require_own(folder)
    folder.mkdir(parents=True, exist_ok=True)
    budgets = digits_budgets() if with_budgets else []
    if budgets:
        _write(folder / "budgets.json", [b.as_json() for b in budgets])
    _write(folder / "verdicts.json", [v.as_json() for v in verdicts])
    if mutant_run is not None:
        _write(folder / "mutants.json", mutant_run.as_json())
    certificates, uncertified = _certificates(verdicts, folder)
    content = Content(
        verdicts=verdicts,
        seed=seed,
        examples=examples,
        seconds=seconds,
        origin=origin or Origin(),
        failures=failures,
        certificates=certificates,
        uncertified=uncertified,
        budgets=budgets,
        regimes=regime_map() if with_budgets else None,
        training=_training(verdicts, folder) if with_training else (),
        mutants=mutant_run,
    )
    path = folder / "index.html"
    write_text(path, render(content))
    return path


def require_own(folder: Path) -> None:
    """Whether a report may take the place of what is in a folder.

    Raises:
        BadInput: its ``index.html`` does not say that scoreproof has written it.
    """
    page = folder / "index.html"
    if not page.is_file():
        return
    with page.open("rb") as file:
        first = file.read(1000)
    if MARK not in first:
        raise BadInput(
            f"{printable(page)} is not a report of this scoreproof, and would be lost; name another folder, or remove "
            "that file first"
        )


def _certificates(verdicts: Sequence[Verdict], folder: Path) -> tuple[dict[str, str], dict[str, str]]:
    """Certificates as addresses from the folder, and why a verdict that could have one has none; by the claim's id."""
    written, without = {}, {}
    for v in filter(has_certificate, verdicts):
        try:
            path = write_certificate(v, folder / "certificates")
            written[v.claim.id] = path.relative_to(folder).as_posix()
        except (ValueError, NotAvailable) as why:
            without[v.claim.id] = str(why)
    return written, without


def _training(verdicts: Sequence[Verdict], folder: Path) -> list[TrainingPicture]:
    drawn = training_section(verdicts, folder)
    return [TrainingPicture(one.title, one.caption, one.alt, _data(folder / one.file)) for one in drawn]


def _data(picture: Path) -> str:
    """A PNG as an address that holds it."""
    return f"data:image/png;base64,{base64.b64encode(picture.read_bytes()).decode()}"


def _write(path: Path, value: Any) -> None:
    write_text(path, json.dumps(finite_json(value), indent=2, allow_nan=False) + "\n")
