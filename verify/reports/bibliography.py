"""References as BibTeX, and as plain text."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from theory.references import PRIVATE, references

if TYPE_CHECKING:
    from pybtex.database import Entry

    from verify.citations import Citations

FIRST = "Written by scoreproof cite"  # how every file begins
SHOWN = 4  # reasons for an entry; more are counted
WIDTH = 118
OWN_KEY = "scoreproof"


@dataclass(frozen=True)
class Subject:
    """Of what the references are.

    Attributes:
        what: in words.
        versions: of scoreproof and the packages that it ran with.
        year: of the run; empty where there is none.
        note: the run's claims, cases and seed; empty where there is none.
        unknown_claims: ids of claims of a run of which nothing is known.
    """

    what: str
    versions: Mapping[str, str] = field(default_factory=dict)
    year: str = ""
    note: str = ""
    unknown_claims: tuple[str, ...] = ()


def written(found: Citations, subject: Subject, format: str, quotes: Sequence[str] = ()) -> str:
    """The references in one of ``FORMATS``, scoreproof's own entry first, each with what it is cited for.

    Args:
        quotes: sentences on the verdicts, which the plain text ends with.
    """
    return FORMATS[format](found, subject, quotes)


def own_entry(subject: Subject) -> Entry:
    """Scoreproof's entry, with its version and the run that is quoted."""
    from pybtex.database import Entry, Person

    fields = [("title", "{scoreproof: Error Bounds of Diffusion Models, Tested on Exact and Numerical Cases}")]
    if subject.year:
        fields.append(("year", subject.year))
    version = f"Version {subject.versions['scoreproof']}"
    fields.append(("note", f"{version}; {subject.note}" if subject.note else version))
    return Entry("misc", fields=fields, persons={"author": [Person("{The scoreproof contributors}")]})


def _bibtex(found: Citations, subject: Subject, quotes: Sequence[str]) -> str:
    parts = [_comment(_first(subject)), *map(_comment, _lacking(found, subject))]
    parts += ["", _entry_text(OWN_KEY, own_entry(subject))]
    for heading, keys in found.sections.items():
        parts += [_comment(heading), ""]
        for key, reasons in keys.items():
            why = _reasons(reasons)
            parts += [_comment(why)] * bool(why) + [_entry_text(key, references()[key])]
    return "\n".join(parts).rstrip() + "\n"


def _plain(found: Citations, subject: Subject, quotes: Sequence[str]) -> str:
    parts = [_first(subject), *_lacking(found, subject), "", _rendered(OWN_KEY, own_entry(subject))]
    for heading, keys in found.sections.items():
        parts += ["", heading, ""]
        for key, reasons in keys.items():
            why = _reasons(reasons)
            parts += [_rendered(key, references()[key]), *[f"    for {why}"] * bool(why)]
    if quotes:
        parts += ["", "The verdicts in words", "", *quotes]
    return "\n".join(parts) + "\n"


FORMATS: dict[str, Callable[[Citations, Subject, Sequence[str]], str]] = {"bibtex": _bibtex, "text": _plain}


def _entry_text(key: str, entry: Entry) -> str:
    from pybtex.database import BibliographyData, Entry

    public = [(name, value) for name, value in entry.fields.items() if name not in PRIVATE]
    shown = Entry(entry.type, fields=public, persons=entry.persons)
    text: str = BibliographyData(entries={key: shown}).to_string("bibtex")
    return text


def _rendered(key: str, entry: Entry) -> str:
    from pybtex.plugin import find_plugin

    style = find_plugin("pybtex.style.formatting", "plain")()
    text: str = style.format_entry(key, entry).text.render(find_plugin("pybtex.backends", "plaintext")())
    return text


def _first(subject: Subject) -> str:
    return f"{FIRST}: {', '.join(filter(None, (subject.what, subject.note)))}"


def _lacking(found: Citations, subject: Subject) -> list[str]:
    return [
        *(f"no entry for {source!r}, the source of {', '.join(ids)}" for source, ids in found.unknown.items()),
        *(f"nothing is known of the source of {id}" for id in subject.unknown_claims),
    ]


def _reasons(reasons: Sequence[str]) -> str:
    more = len(reasons) - SHOWN
    return ", ".join(reasons[:SHOWN]) + (f" and {more} more" if more > 0 else "")


def _comment(text: str) -> str:
    """A line or more that BibTeX passes over: all that is outside of an entry, which begins with an @."""
    return textwrap.fill(text.replace("@", "(at)"), WIDTH, initial_indent="% ", subsequent_indent="% ")
