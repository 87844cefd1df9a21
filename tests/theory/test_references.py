"""The bibliography: every source that the project names has its entry, and no text gets the wrong one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from theory.claims import catalogue
from theory.derivations.axioms import AXIOMS
from theory.references import FILE, by_arxiv, citations, matching, named, references, surnames

ROOT = Path(__file__).parents[2]
NO_AUTHORS = {"NeurIPS"}  # what reads like one before a year
SOFTWARE = {"crowson-kdiffusion", "flint-python", "mpmath"}  # without a year, so without one in the key
REQUIRED = {
    "article": {"title", "journal", "year"},
    "book": {"title", "publisher", "year"},
    "inproceedings": {"title", "booktitle", "year"},
    "misc": {"title"},
}


def texts() -> Iterator[tuple[Path, str]]:
    for folder in ("theory", "numerics", "verify", "docs", "benchmarks", "examples", "tests"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in (".py", ".md", ".j2") and path != Path(__file__):
                yield path.relative_to(ROOT), path.read_text(encoding="utf-8")
    yield Path("README.md"), (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("source", sorted({claim.source for claim in catalogue().values()}))
def test_every_source_of_a_claim_has_an_entry(source):
    found = named(source)
    assert not found.unknown
    assert len(found.keys) <= source.count(";") + 1  # no part stands for two works
    assert found.keys or source.startswith("own")


def test_every_starting_point_of_derivations_has_an_entry():
    assert [id for id, source in AXIOMS.items() if not named(source).keys and "closed form" not in source] == []


def test_every_citation_in_code_and_pages_has_an_entry():
    read = [(path, *one) for path, text in texts() for one in citations(text) if one[0] not in NO_AUTHORS]
    assert len(read) > 150
    assert [one for one in read if not matching(*one[1:])] == []


def test_every_arxiv_number_in_code_and_pages_has_an_entry():
    pattern = re.compile(r"arxiv[:\s.a-z/]{1,20}(\d{4}\.\d{5})", re.IGNORECASE)
    read = [(path, number) for path, text in texts() for number in pattern.findall(text)]
    assert len(read) > 15
    assert [one for one in read if not by_arxiv(one[1])] == []


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("Wang-He-Tao 2024 Lemma 1", ["wang2024evaluating"]),
        ("Wang, He and Tao (2024, section 3)", ["wang2024evaluating"]),
        ("Wang, Pehlevan 2025; own derivation", ["wang2025analytical"]),
        ("Allen-Zhu, Li and Song (2019)", ["allenzhu2019convergence"]),
        ("Waudby-Smith &\n  Ramdas 2024", ["waudbysmith2024estimating"]),
        ("De Bortoli 2022; Benton et al. 2024", ["debortoli2022convergence", "benton2024nearly"]),
        ("Payaró, Palomar 2009", ["payaro2009hessian"]),
        ("Guo, Shamai, Verdu 2005, Theorem 1", ["guo2005mutual"]),
        ("Karras et al. 2022's weighting", ["karras2022elucidating"]),
        ("Song et al., arXiv 2010.02502", ["song2021denoising"]),
        ("arXiv:2011.13456", ["song2021score"]),
        ("Girsanov; own derivation", ["girsanov1960transforming"]),
        ("Girsanov's theorem, as in Chen et al. 2023", ["girsanov1960transforming", "chen2023sampling"]),
        ("Chen, Chewi, Li, Li, Salim, Zhang 2023", ["chen2023sampling"]),
        ("data-processing inequality: Cover, Thomas 2006, section 2.8", ["cover2006elements"]),
        ("own derivation", []),
    ],
)
def test_what_a_text_names(text, keys):
    assert named(text).keys == tuple(keys)
    assert named(text).unknown == ()


@pytest.mark.parametrize(
    "text",
    [
        "Vincent 2012",
        "Wang 2024",  # one of three authors
        "Wang, He 2024",
        "Tao 2024",
        "Smith, Vincent 2011",
        "Efron et al. 2011",  # has no others
        "Chen 2023",
        "Pehlevan, Wang 2025",
        "Smith et al. 2024",
        "arXiv:2406.1283",
        "arXiv:2406.128390",
        "a friend",
        "2011",
    ],
)
def test_nothing_is_guessed(text):
    assert named(text).keys == ()
    assert named(text).unknown == (text,)


def test_parts_are_known_and_unknown_by_themselves():
    found = named("Vincent 2011; Smith 1999, Lemma 4; own derivation")
    assert (found.keys, found.unknown) == (("vincent2011connection",), ("Smith 1999, Lemma 4",))


def test_keys_are_what_authors_year_and_title_make_them():
    for key, entry in references().items():
        if key in SOFTWARE:
            assert "year" not in entry.fields
            continue
        first = re.sub(r"[\s'’-]", "", surnames(entry)[0]).lower().translate(str.maketrans("óúéí", "ouei"))
        title = re.sub(r"[{}$]", "", entry.fields["title"])
        words = [word.lower() for word in re.findall(r"[A-Za-z]+", title)]
        start = next(word for word in words if word not in ("a", "an", "the", "on"))
        assert re.fullmatch(rf"{first}{entry.fields['year']}[a-z]+", key), key
        assert key.removeprefix(f"{first}{entry.fields['year']}") in (start, *words[:8]), key
    assert list(references()) == sorted(references())


def test_fields_are_complete_and_well_formed():
    seen = [entry.fields["eprint"] for entry in references().values() if "eprint" in entry.fields]
    assert len(seen) == len(set(seen))
    for key, entry in references().items():
        fields = entry.fields
        assert REQUIRED[entry.type] <= fields.keys(), key
        assert entry.persons["author"], key
        assert ("eprint" in fields) == ("archiveprefix" in fields), key
        assert re.fullmatch(r"\d{4}\.\d{4,5}", fields.get("eprint", "2406.12839")), key
        assert re.fullmatch(r"\d+--\d+|e?\d+", fields.get("pages", "1--2")), key
        first, _, last = fields.get("pages", "1--2").partition("--")
        assert not last or int(first) < int(last), key
        assert 1800 < int(fields.get("year", 2000)) < 2100, key


def test_the_file_is_for_any_latex():
    """ASCII alone, and none of the characters that LaTeX takes for something else."""
    text = FILE.read_text(encoding="ascii")
    entries = "\n".join(line for line in text.splitlines() if not line.startswith("%"))
    assert not re.search(r"(?<!\\)[&%#_](?!as = )", entries)
