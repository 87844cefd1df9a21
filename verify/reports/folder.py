"""The report folder of a run: ``index.html``, ``verdicts.json``, ``budgets.json``, and pictures as ``.png``."""

from __future__ import annotations

import base64
import json
import platform
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, select_autoescape

from theory import grids
from theory.mathml import to_mathml
from verify.atomic import write_text
from verify.certificates import has_certificate, write_certificate
from verify.mutants.run import MutantRun
from verify.reports.mutants import report_fields
from verify.reports.pictures import draw_schedules
from verify.reports.training_section import training_section
from verify.schedules import PARTS, GridBudget, grid_budget
from verify.verdicts import Verdict

QUICK_STEPS = 18
VERSIONS = ("scoreproof", "sympy", "python-flint", "numpy", "torch", "hypothesis")


def digits_budgets() -> list[GridBudget]:
    """Karras, exponential and cosine grids of 18 steps on the handwritten digits, score sampler."""
    from numerics.targets import digits

    data, n = digits(), QUICK_STEPS + 1
    chosen = (grids.karras(n, 0.002, 80.0), grids.exponential(n, 0.002, 80.0), grids.cosine(n))
    return [grid_budget(grid, data, "score") for grid in chosen]


def write_report(
    folder: Path,
    verdicts: list[Verdict],
    seed: int,
    examples: int,
    seconds: float,
    with_budgets: bool,
    mutant_run: MutantRun | None = None,
) -> Path:
    """Write the report and return the path of its page.

    Args:
        folder: made if missing; files of an earlier report are replaced.
        verdicts: of the run.
        seed, examples, seconds: of the run, shown in its head.
        with_budgets: measure and draw grids on the digits data as well.
        mutant_run: fates of the claims' variants, where they were hunted.

    Raises:
        OSError: the folder cannot be written.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    budgets = digits_budgets() if with_budgets else []
    picture = None
    if budgets:
        draw_schedules(budgets, folder / "schedules.png")
        picture = _embedded(folder / "schedules.png")
        _write(folder / "budgets.json", [b.as_json() for b in budgets])
    _write(folder / "verdicts.json", [v.as_json() for v in verdicts])
    certificates = {v.claim.id: write_certificate(v, folder / "certificates") for v in verdicts if has_certificate(v)}
    training = [asdict(one) | {"data": _embedded(folder / one.file)} for one in training_section(verdicts, folder)]
    mutants = None
    if mutant_run is not None:
        mutants = report_fields(mutant_run)
        _write(folder / "mutants.json", mutant_run.as_json())
    environment = Environment(loader=PackageLoader("verify", "reports"), autoescape=select_autoescape(("html", "j2")))
    environment.filters["number"] = lambda x: "-" if x is None else f"{x:.4g}"
    page = environment.get_template("report.html.j2").render(
        verdicts=[
            _row(v, examples, seed)
            | {
                "certificate": certificates[v.claim.id].relative_to(folder) if v.claim.id in certificates else None,
                "mutants": mutants["counts"].get(v.claim.id) if mutants else None,
            }
            for v in verdicts
        ],
        mutants=mutants,
        training=training,
        wrong=sum(not v.as_expected for v in verdicts),
        counts={s: sum(str(v.status) == s for v in verdicts) for s in sorted({str(v.status) for v in verdicts})},
        seed=seed,
        examples=examples,
        seconds=round(seconds),
        budgets=[b.as_json() for b in budgets],
        parts=PARTS,
        picture=picture,
        versions={name: version(name) for name in VERSIONS} | {"python": platform.python_version()},
    )
    path = folder / "index.html"
    write_text(path, page)
    return path


def _embedded(path: Path) -> str:
    """A picture as text that a page can hold."""
    return base64.b64encode(path.read_bytes()).decode()


def _write(path: Path, value: Any) -> None:
    write_text(path, json.dumps(value, indent=2, allow_nan=False) + "\n")


def _row(v: Verdict, examples: int, seed: int) -> dict[str, Any]:
    c = v.claim
    return v.as_json() | {
        "title": c.title,
        "form": str(c.form),
        "source": c.source,
        "note": c.note,
        "setting": c.setting,
        "design": str(c.design) if c.design else "",
        "power": str(v.detectable) if v.detectable else "",
        "mathml": to_mathml(c.relation),
        "command": f"scoreproof verify --claim {c.id} --examples {examples} --seed {seed}",
    }
