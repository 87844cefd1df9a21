"""Contents as plain text that fits a terminal."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from theory.display.contents import Badge, Cell, Contents, Formula, Line, Table

WIDEST, NARROWEST = 120, 40
LABEL = 12


def as_text(contents: Contents, width: int | None = None) -> str:
    """Lines of at most ``width`` characters; by default those of the terminal, 120 at most, 80 where there is none."""
    from rich.console import Console

    stream = io.StringIO()
    room = width if width is not None else max(NARROWEST, min(Console(force_jupyter=False).width, WIDEST))
    out = Console(
        file=stream, width=room, color_system=None, highlight=False, force_jupyter=False, legacy_windows=False
    )
    badge = f"{contents.badge.word.upper()}   " if contents.badge else ""
    out.print(badge + contents.head, markup=False)
    for part in contents.parts:
        if isinstance(part, Table):
            for one in _stacked(part) if part.heading else [_table(part)]:
                out.print(one)
        elif isinstance(part, Formula):
            out.print(_indented(_cell(part)))
        else:
            out.print(_line(part))
    return "\n".join(line.rstrip() for line in stream.getvalue().splitlines())


def _indented(text: str) -> Any:
    from rich.padding import Padding
    from rich.text import Text

    return Padding(Text(text), (0, 0, 0, 2))


def _line(line: Line, width: int = LABEL) -> Any:
    from rich.padding import Padding
    from rich.table import Table as Grid
    from rich.text import Text

    if not line.label:
        return _indented(line.text)
    grid = Grid.grid(padding=(0, 2, 0, 0))
    grid.add_column(min_width=width, no_wrap=True)
    grid.add_column()
    grid.add_row(Text(line.label), Text(line.text))
    return Padding(grid, (0, 0, 0, 2))


def _stacked(table: Table) -> Iterator[Any]:
    """Each row as a first line, and below it a labelled line for each other column that has something."""
    width = 2 + max(map(len, table.columns[table.heading :]))
    for row in table.rows:
        yield _indented("  ".join(filter(None, map(_cell, row[: table.heading]))))
        for name, cell in list(zip(table.columns, row, strict=True))[table.heading :]:
            if text := _cell(cell):
                yield _line(Line(text, f"  {name}"), width)


def _table(table: Table) -> Any:
    from rich.padding import Padding
    from rich.table import Table as Grid
    from rich.text import Text

    grid = Grid(box=None, pad_edge=False, show_header=any(table.columns))
    for place, name in enumerate(table.columns):
        grid.add_column(Text(name), justify="right" if place in table.numbers else "left", overflow="fold")
    for row in table.rows:
        grid.add_row(*(Text(_cell(cell)) for cell in row))
    return Padding(grid, (0, 0, 0, 2))


def _cell(cell: Cell) -> str:
    if isinstance(cell, Badge):
        return cell.word
    if isinstance(cell, Formula):
        return f"{cell.sign} {cell.expression}".strip()
    return cell
