"""The verified edition of the paper: a page of Markdown, and its graph, from the catalogue and a stored run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from theory.paper import STATEMENTS, claims_of, dependencies, proved_from, statement_of
from verify.reports.edition_run import StoredRun, StoredVerdict
from verify.reports.edition_sections import anchor, plain, section, settings
from verify.reports.edition_words import Standing, standing
from verify.reports.graph import CORRECTED, HOLDS, REFUTED, Look, Node, draw_graph
from verify.suites import SUITES

GRAPH = "paper-graph.svg"
_MENDED = Look("refuted as printed, corrected form holds", "#fdebc8", "#9a6700")
_LOOKS = {
    Standing.HOLDS: ("holds", HOLDS),
    Standing.RATE: ("for some constant", HOLDS),
    Standing.EXPLICIT: ("explicit form", Look("holds, in an explicit form", CORRECTED.face, CORRECTED.edge)),
    Standing.CORRECTED: ("corrected", _MENDED),
    Standing.PART: ("corrected in part", _MENDED),
    Standing.REFUTED: ("refuted", REFUTED),
    Standing.OPEN: ("undecided", Look("undecided", "#f4f4f4", "#777777")),
    Standing.UNTRANSCRIBED: ("not transcribed", Look("not transcribed", "#ffffff", "#999999", dashed=True)),
}


def standings(verdicts: Mapping[str, StoredVerdict]) -> dict[str, Standing]:
    """What the verdicts say of every statement, by its key."""
    return {key: standing(one, claims_of(one), verdicts) for key, one in STATEMENTS.items()}


def edition(run: StoredRun) -> str:
    """The page, as Markdown.

    Args:
        run: of the paper suite; a claim of which it has no verdict makes its statement undecided.
    """
    found, suite = standings(run.by_id), SUITES["paper"]
    environment = Environment(
        loader=PackageLoader("verify", "reports"),
        autoescape=False,  # Markdown, of the project's own text
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template("edition.md.j2").render(
        rows=[(one.number, anchor(one), _cell(one.title), found[key].value) for key, one in STATEMENTS.items()],
        counts=[(standing.value, count) for standing, count in Counter(found.values()).most_common()],
        suite_options=settings(run, suite.examples),
        edition_options=f" --examples {run.examples}" if run.examples != suite.examples else "",
        graph=GRAPH,
        sections=[section(one, found[key], run) for key, one in STATEMENTS.items()],
        foundations=[
            (claim.id, _cell(claim.title), run.by_id[claim.id].status)
            for claim in suite.claims()
            if statement_of(claim.id) is None and claim.id in run.by_id
        ],
    )


def draw_statements(run: StoredRun, to: Path) -> None:
    """The statements, coloured by verdict, with arrows to those that rest on them.

    Raises:
        ValueError, OSError: as for :func:`verify.reports.graph.draw_graph`.
    """
    nodes = []
    for key, verdict in standings(run.by_id).items():
        word, look = _LOOKS[verdict]
        nodes.append(Node(key, (STATEMENTS[key].number, word), look))
    edges = [(used, key) for key, others in dependencies().items() for used in others]
    proved = {(used, key) for key, one in STATEMENTS.items() for used in proved_from(one)}
    draw_graph(nodes, edges, to, dashed=set(edges) - proved, solid_means="derived in the catalogue")


def _cell(text: str) -> str:
    """Text for a cell of a table."""
    return plain(text).replace("|", r"\|")
