"""The page of a report: one HTML file that needs no other and asks for none.

The model of each section is a module here, its HTML a template beside it. All text is escaped by Jinja; what goes in
as it is (``Markup``) comes from the converter of formulas, from the drawn pictures, and from the two files of style and
script. The page forbids itself to load anything, and to run any script but its own.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from verify.reports.mutants import report_fields
from verify.reports.page.anchors import anchors
from verify.reports.page.claim import section
from verify.reports.page.model import Content, Origin, TrainingPicture
from verify.reports.page.pictures import shown
from verify.reports.page.schedules import budget_rows, unavailable
from verify.reports.page.summary import summary
from verify.reports.page.table import COLUMNS, in_order, rows
from verify.reports.page.training import exponents
from verify.reports.svg import dependencies, staircases
from verify.schedules import PARTS
from verify.verdicts import Status

__all__ = ["Content", "Origin", "TrainingPicture", "render"]


def render(content: Content) -> str:
    """The page as HTML."""
    mutants = None if content.mutants is None else report_fields(content.mutants)
    verdicts = in_order(content.verdicts)
    claims = [section(v, content, mutants["counts"] if mutants else {}) for v in verdicts]
    graph = dependencies(verdicts, anchors(content.ids)) if any(v.claim.derived_from for v in verdicts) else None
    style, script = _file("style.css"), _file("script.js")
    known = [v.claim.id for v in verdicts]
    return (
        _environment()
        .get_template("page.html.j2")
        .render(
            content=content,
            summary=summary(content),
            style=style,
            script=script,
            script_digest=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
            anchors=anchors(content.ids),
            known=set(known),
            unexpected=[one for one in claims if not one.as_expected],
            columns=COLUMNS,
            rows=rows(verdicts),
            statuses=[str(status) for status in Status],
            claims=claims,
            undecided=[v for v in verdicts if v.status is Status.INCONCLUSIVE],
            unfinished=[v for v in verdicts if "not measured: " in v.how],
            graph=shown(graph) if graph else None,
            budgets=budget_rows(content.budgets),
            parts=PARTS,
            unavailable=unavailable(content.budgets),
            staircases=shown(staircases(content.budgets)) if content.budgets else None,
            regimes=shown(content.regimes) if content.regimes else None,
            exponents=exponents(verdicts),
            mutants=mutants,
        )
    )


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("verify.reports", "page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["address"] = lambda path: quote(str(path))
    return environment


def _file(name: str) -> Markup:
    """A file of style or script, as it is."""
    return Markup((files("verify.reports.page") / name).read_text(encoding="utf-8"))
