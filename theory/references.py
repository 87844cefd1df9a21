"""The literature: what a source text such as ``Vincent 2011`` or ``Wang, He, Tao 2024, Lemma 1`` stands for.

The entries are in ``references.bib``. A text names one by its authors and year, by its arXiv number, or by a name that
the entry is ``known_as``. Nothing is guessed: a text that names no entry is said to name none.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pybtex.database import Entry

FILE = Path(__file__).with_name("references.bib")
PRIVATE = ("known_as",)  # fields that are not printed
OWN = ("own derivation", "own observation", "closed form of Gaussian data")  # what needs no reference

_NAME = r"(?:(?:De|Van|Von|Di|Le|La) )?[A-Z](?![A-Z])[^\W\d_]+(?:['’-][A-Z]?[^\W\d_]+)*"  # no acronym
_AUTHORS = rf"{_NAME}(?:(?:,? (?:and|&) |, ){_NAME})*(?: et al\.?)?"
_CITATION = re.compile(rf"\b({_AUTHORS})(?:'s)?,? \(?((?:18|19|20)\d\d)(?![\d.]\d)")
_ARXIV = re.compile(r"(?<![\d.])\d{4}\.\d{4,5}(?!\d)")


@dataclass(frozen=True)
class Named:
    """What a source text names.

    Attributes:
        keys: of the entries, in the order of the text.
        unknown: parts of the text (between semicolons) that name no entry and are no own work.
    """

    keys: tuple[str, ...]
    unknown: tuple[str, ...]


@cache
def references() -> dict[str, Entry]:
    """Every entry of ``references.bib`` by its key, as pybtex reads it, in the order of the file."""
    from pybtex.database import parse_file

    return dict(parse_file(str(FILE), bib_format="bibtex").entries)


def named(source: str) -> Named:
    """The entries that a claim's ``source`` names, part by part."""
    keys: dict[str, None] = {}
    unknown = []
    for part in filter(None, map(str.strip, source.split(";"))):
        found = [key for key, names in _known_as().items() if any(name in part for name in names)]
        found += [key for text in citations(part) for key in matching(*text)] + by_arxiv(part)
        keys |= dict.fromkeys(found)
        if not found and not part.startswith(OWN):
            unknown.append(part)
    return Named(tuple(keys), tuple(unknown))


def citations(text: str) -> Iterator[tuple[str, int]]:
    """Each ``authors year`` in a text, as in ``Guo, Shamai, Verdu 2005`` and ``Karras et al. (2022)``."""
    for found in _CITATION.finditer(" ".join(text.split())):
        yield found[1], int(found[2])


def by_arxiv(text: str) -> list[str]:
    """Keys of the entries whose arXiv numbers are in a text."""
    numbers = set(_ARXIV.findall(text))
    return [key for key, entry in references().items() if entry.fields.get("eprint") in numbers]


def matching(authors: str, year: int) -> list[str]:
    """Keys of the entries of this year by these authors: all of them, or the first where the text says et al."""
    first, _, _ = authors.partition(" et al")
    wanted = _words(re.split(r", | and | & ", first))
    return [
        key
        for key, entry in references().items()
        if entry.fields.get("year") == str(year) and _fits(wanted, surnames(entry), first != authors)
    ]


def surnames(entry: Entry) -> list[str]:
    """Of the authors, in Unicode; ``others`` stands for those that the entry leaves out."""
    people = entry.persons["author"]
    return [" ".join(str(part) for part in (*one.rich_prelast_names, *one.rich_last_names)) for one in people]


def _fits(wanted: list[str], names: list[str], et_al: bool) -> bool:
    if et_al:
        return len(names) > 2 and _words(names)[: len(wanted)] == wanted
    return _words(names) == wanted


def _words(names: Iterable[str]) -> list[str]:
    """In lower case without accents, cut at hyphens: Wang-He-Tao is Wang, He, Tao, and Verdú is Verdu."""
    plain = unicodedata.normalize("NFKD", " ".join(names))
    return re.split(r"[\s-]+", re.sub(r"[̀-ͯ'’]", "", plain).lower())


@cache
def _known_as() -> dict[str, tuple[str, ...]]:
    return {
        key: tuple(map(str.strip, entry.fields["known_as"].split(";")))
        for key, entry in references().items()
        if "known_as" in entry.fields
    }
