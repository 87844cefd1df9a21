"""Contents as HTML for a notebook: no script, no file from elsewhere, readable on light and on dark ground.

Text keeps the colour of the notebook; lines are half transparent; badges are white on a ground of their own. Formulas
are MathML, which browsers show by themselves.
"""

from __future__ import annotations

from html import escape

from theory.display.contents import Badge, Cell, Contents, Formula, Line, Table, Tone

GROUND = {Tone.GOOD: "#1a7f37", Tone.BAD: "#b3261e", Tone.OPEN: "#8a5a00", Tone.PLAIN: "#57606a"}
_RULE = "1px solid rgba(128,128,128,.45)"
_BADGE = "color:#fff;border-radius:.6em;padding:.1em .6em;font-size:.85em;font-weight:600;white-space:nowrap"
_CELL = "padding:.25em .8em .25em 0;vertical-align:top;background:transparent;color:inherit"


def as_html(contents: Contents) -> str:
    """One ``<div>`` that a notebook shows as it stands."""
    badge = f" {_badge(contents.badge)}" if contents.badge else ""
    head = f'<div style="font-weight:600">{escape(contents.head)}{badge}</div>'
    body = "".join(_part(part) for part in contents.parts)
    return f'<div style="line-height:1.45;max-width:64em;overflow-x:auto">{head}{body}</div>'


def _part(part: Line | Formula | Table) -> str:
    if isinstance(part, Table):
        return _table(part)
    if isinstance(part, Formula):
        return f'<div style="margin:.6em 0 .6em 1em">{_math(part)}</div>'
    label = f'<span style="opacity:.75">{escape(part.label)}:</span> ' if part.label else ""
    return f'<div style="margin:.2em 0">{label}{escape(part.text)}</div>'


def _table(table: Table) -> str:
    head = "".join(
        f'<th scope="col" style="{_CELL};border-bottom:{_RULE};text-align:{_side(table, place)}">{escape(name)}</th>'
        for place, name in enumerate(table.columns)
    )
    rows = "".join(
        '<tr style="background:transparent">'
        + "".join(
            f'<td style="{_CELL};border-bottom:{_RULE};text-align:{_side(table, place)}">{_cell(cell)}</td>'
            for place, cell in enumerate(row)
        )
        + "</tr>"
        for row in table.rows
    )
    above = f"<thead><tr>{head}</tr></thead>" if any(table.columns) else ""
    return f'<table style="border-collapse:collapse;margin:.5em 0">{above}<tbody>{rows}</tbody></table>'


def _side(table: Table, place: int) -> str:
    return "right" if place in table.numbers else "left"


def _cell(cell: Cell) -> str:
    if isinstance(cell, Badge):
        return _badge(cell)
    return _math(cell) if isinstance(cell, Formula) else escape(cell)


def _badge(badge: Badge) -> str:
    return f'<span style="{_BADGE};background:{GROUND[badge.tone]}">{escape(badge.word)}</span>'


def _math(formula: Formula) -> str:
    """A formula in its large form, on the line where it stands."""
    from theory.mathml import to_mathml

    sign = f"{escape(formula.sign)} " if formula.sign else ""
    math = to_mathml(formula.expression, display=False)
    large = math.replace("<math ", '<math displaystyle="true" style="font-size:1.15em" ', 1)
    return f'<span style="white-space:nowrap">{sign}{large}</span>'
