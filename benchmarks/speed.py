"""Keep what ``scoreproof bench`` measured in benchmarks/results/, and write the tables and pictures of docs/speed.md.

    scoreproof bench --json cpu.json
    python -m benchmarks.speed [cpu.json ...] [--no-page]

Of several files of one machine, the rows of later ones count. Without a file, the page is made again from what is kept.
"""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path
from typing import Any

from benchmarks.page import DOCS, write_between
from benchmarks.speed_pictures import draw_exponents, draw_ratios
from verify.bench.rows import all_rows

PAGE = DOCS / "speed.md"
RESULTS = Path(__file__).parent / "results"
IMAGES = DOCS / "images"
PER_SECOND = {"flops": ("Gflop/s in matrix products", 1e9), "exps": ("Gexp/s", 1e9), "bytes": ("GB/s copied", 1e9)}


def keep(told: dict[str, Any], folder: Path = RESULTS) -> Path:
    """Put the rows of a run into the file of its machine, and name them by their commit.

    Raises:
        ValueError: the run is a small one, whose numbers say nothing.
    """
    if told["size"] != "full":
        raise ValueError(f"the run has size {told['size']}: only full ones are kept")
    mark = {"when": told["when"], "commit": told["commit"], "versions": told["versions"]}
    rows = [{**row, "run": mark} for row in told["rows"]]
    file = folder / f"{_slug(told)}.json"
    kept = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {"rows": []}
    names = {row["name"] for row in rows}
    merged = [row for row in kept["rows"] if row["name"] not in names] + rows
    out = {"format": told["format"], "device": told["device"], "machine": told["machine"], "rows": ordered(merged)}
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(out, indent=1) + "\n", encoding="utf-8")
    return file


def ordered(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """In the order of the command's table; a row that is there no more is left out."""
    from verify.bench.rows import all_rows

    places = {name: n for n, name in enumerate(all_rows())}
    return sorted((row for row in rows if row["name"] in places), key=lambda row: places[row["name"]])


def _slug(told: dict[str, Any]) -> str:
    machine = told["machine"]
    words = f"{told['device']} {machine.get('gpu') or machine['cpu']} {machine['cores']} cores"
    return re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")


def section(kept: dict[str, Any], pictures: str) -> str:
    """Markdown of one machine: its limits, the table, what was missed, exponents."""
    machine = kept["machine"]
    name = machine.get("gpu") or machine["cpu"]
    return "\n\n".join(
        [
            f"### {name}, {machine['cores']} cores ({kept['device']})",
            _limits(kept),
            f"![Ratio of each row with its interval](images/{pictures}-ratios.png)",
            _table(kept["rows"]),
            "What is compared, and what is missed:",
            "\n".join(_words(row) for row in kept["rows"]),
            "How cost grows. The exponent p of cost ~ size^p has a 95 % interval over the sizes:",
            f"![Exponents of cost with their intervals](images/{pictures}-exponents.png)",
            _exponents(kept["rows"]),
            _memory(kept["rows"]),
            _runs(kept["rows"]),
        ]
    )


def _limits(kept: dict[str, Any]) -> str:
    best: dict[str, float] = {}
    for row in kept["rows"]:
        for name, rate in (row["limits"] or {}).items():
            best[name] = max(best.get(name, 0.0), rate)
    told = [
        f"{best[key] / scale:.3g} {unit} ({key.split()[1]})"
        for kind, (unit, scale) in PER_SECOND.items()
        for key in sorted(best)
        if key.startswith(kind)
    ]
    return f"The machine's limits, the best that was measured beside the rows: {', '.join(told)}."


def _table(rows: list[dict[str, Any]]) -> str:
    lines = [
        "| row | ratio | interval | wanted | error | theirs | of the limit | |",
        "|---|---:|---:|---:|---:|---:|---:|---|",
    ]
    for row in rows:
        cells = [_code(row["name"]), *row["cells"], row["status"]]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _words(row: dict[str, Any]) -> str:
    text = f"- `{row['name']}`: {row['work']}; against {row['against']}."
    if row["missing"]:
        return f"{text} Not run: {row['missing']}."
    note = all_rows()[row["name"]].note if row["status"] != "holds" else ""  # as it is known now
    return f"{text} {note[0].upper()}{note[1:].rstrip('.')}." if note else text


def _exponents(rows: list[dict[str, Any]]) -> str:
    lines = ["| row | cost | against | sizes | exponent | at most | |", "|---|---|---|---:|---:|---:|---|"]
    for row in rows:
        for one in row["scaling"]:
            sizes = f"{one['sizes'][0]:,} to {one['sizes'][-1]:,}"
            exponent = f"{one['exponent']:.2f} ± {one['half']:.2f}"
            cells = [
                _code(row["name"]),
                one["unit"],
                one["against"],
                sizes,
                exponent,
                f"{one['wanted']:g}",
                one["status"],
            ]
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _memory(rows: list[dict[str, Any]]) -> str:
    lines = [
        f"- `{row['name']}`: " + ", ".join(f"{name} {size / 2**20:,.3g} MiB" for name, size in row["memory"].items())
        for row in rows
        if row["memory"]
    ]
    return "Memory of one call:\n\n" + "\n".join(lines) if lines else ""


def _runs(rows: list[dict[str, Any]]) -> str:
    marks = sorted({(row["run"]["when"][:10], (row["run"]["commit"] or "no commit")[:12]) for row in rows})
    versions = rows[-1]["run"]["versions"]
    named = ", ".join(f"{name} {versions[name]}" for name in ("numpy", "scipy", "sympy", "python-flint", "torch"))
    return f"Measured on {', '.join(f'{day} at {commit}' for day, commit in marks)}, with {named}."


def _code(name: str) -> str:
    return f"`{name}`"


def page(folder: Path = RESULTS) -> str:
    """The sections of all machines, processors first."""
    return "\n\n".join(section(kept, f"speed-{name}") for name, kept in results(folder))


def results(folder: Path = RESULTS) -> list[tuple[str, dict[str, Any]]]:
    """Name and content of the results of each machine."""
    return [(file.stem, json.loads(file.read_text(encoding="utf-8"))) for file in sorted(folder.glob("*.json"))]


def draw(images: Path = IMAGES) -> None:
    """The pictures of all machines."""
    for name, kept in results():
        draw_ratios(kept["rows"], images / f"speed-{name}-ratios.png")
        draw_exponents(kept["rows"], images / f"speed-{name}-exponents.png")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path, help="written by `scoreproof bench --json`")
    parser.add_argument("--no-page", action="store_true", help="keep the results only")
    args = parser.parse_args()
    for file in args.files:
        print(keep(json.loads(file.read_text(encoding="utf-8"))))
    if not args.no_page:
        draw()
        write_between(PAGE, "measured", page())
        print(PAGE)


if __name__ == "__main__":
    main()
