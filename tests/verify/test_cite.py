"""``scoreproof cite``: what a run relied on, read back by another BibTeX parser."""

from __future__ import annotations

import re
from pathlib import Path

import bibtexparser
import pytest

from theory.claims import catalogue
from theory.grids import FAMILIES
from theory.references import references
from theory.vocabulary import VOCABULARY
from verify import citations, strategies
from verify.calculator import RUNS
from verify.citations import of_claims
from verify.cli import main
from verify.language.samplers import SAMPLERS
from verify.store import RunSettings, Store
from verify.user_claims import load_claims

ID = "wht24.eq4.printed"
# with an id that the catalogue has too
CLAIM = """
from sympy import Le
from theory.claims import Claim
from theory.vocabulary import J, d, u
CLAIM = Claim(id="gauss.mmse", title="Cramer-Rao", relation=Le(J(u), d / u),
              source="Smith {1999}; Vincent 2011; me@home", derived_from=())
"""


def command(capsys, *arguments: object) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as stop:
        main(list(map(str, arguments)))
    seen = capsys.readouterr()
    return int(stop.value.code or 0), seen.out, seen.err


@pytest.fixture(scope="module")
def store(tmp_path_factory) -> Path:
    """Two runs of a claim of the catalogue and one of a file that is gone afterwards; the first was stopped."""
    folder = tmp_path_factory.mktemp("cite")
    file, path = folder / "mine.py", folder / "runs.sqlite"
    file.write_text(CLAIM)
    with Store(path) as kept:
        kept.begin(RunSettings.of([(catalogue()["info.dsm"], None), (load_claims(file)[0], file)], 12, 11))
    with pytest.raises(SystemExit):
        main(["verify", str(file), "--claim", ID, "--seed", "5", "--examples", "10", "--store", str(path)])
    file.unlink()
    return path


def parsed(text: str) -> dict[str, dict[str, str]]:
    """Fields of the entries, by another parser than the one that wrote them."""
    library = bibtexparser.parse_string(text)
    assert library.failed_blocks == []
    found = {one.key: {field.key: str(field.value) for field in one.fields} for one in library.entries}
    assert len(found) == len(library.entries)
    return found


def keys(*ids: str) -> set[str]:
    return set(of_claims([catalogue()[id] for id in ids]).keys)


def test_a_run_is_cited_with_its_seed_and_version(store, capsys):
    code, out, _ = command(capsys, "cite", "--store", store)
    assert code == 0
    entries = parsed(out)
    assert re.fullmatch(
        r"Version \d+\.\d+\.\d+ \(source \w+\); 2 claims, 10 drawn cases each, seed 5", entries["scoreproof"]["note"]
    )
    assert {"vincent2011connection", "wang2024evaluating"} <= entries.keys()
    assert "torch" not in out


def test_a_run_that_was_stopped_is_cited_as_far_as_it_is_known(store, capsys):
    code, out, err = command(capsys, "cite", "1", "--store", store)
    assert code == 0
    assert "2 claims, 12 drawn cases each, seed 11, not finished" in out
    assert "vincent2011connection" in parsed(out)
    assert "wang2024evaluating" not in parsed(out)
    assert "gauss.mmse has no verdict yet" in err
    assert "% nothing is known of the source of gauss.mmse" in out


def test_every_entry_comes_out_as_it_is_in_the_bibliography(capsys):
    code, out, _ = command(capsys, "cite", "--all")
    entries = parsed(out)
    assert code == 0
    assert entries.keys() == references().keys() | {"scoreproof"}
    for key, entry in references().items():
        wanted = {name: value for name, value in entry.fields.items() if name != "known_as"}
        assert {name: value for name, value in entries[key].items() if name != "author"} == wanted
        assert entries[key]["author"] == " and ".join(map(str, entry.persons["author"]))


def test_a_source_without_an_entry_is_said_and_none_is_made(store, capsys):
    code, out, err = command(capsys, "cite", "2", "--store", store)
    assert code == 0
    assert "no entry for 'Smith {1999}' (gauss.mmse)" in err
    assert "no entry for 'me@home' (gauss.mmse)" in err
    assert out.count("@") == len(parsed(out))  # a comment with an @ would begin an entry
    assert "vincent2011connection" in parsed(out)
    assert not [entry for entry in parsed(out).values() if "Smith" in entry["author"] and "1999" in str(entry)]
    assert "% no entry for 'Smith {1999}', the source of gauss.mmse" in out


def test_a_file_of_your_own_can_be_named(tmp_path, capsys):
    (tmp_path / "mine.py").write_text(CLAIM)
    code, out, err = command(capsys, "cite", tmp_path / "mine.py")
    assert code == 0
    assert "vincent2011connection" in parsed(out)
    assert "Smith" in err


def test_the_text_ends_with_a_sentence_for_each_verdict(store, capsys):
    code, out, _ = command(capsys, "cite", "--store", store, "--format", "text")
    assert code == 0
    assert "Pascal Vincent. A connection between score matching and denoising autoencoders." in out
    sentences = out.partition("The verdicts in words\n\n")[2].splitlines()
    assert len(sentences) == 2
    assert all(sentence.endswith("seed 5.") for sentence in sentences)
    assert any("refutes" in sentence and ID in sentence for sentence in sentences)


@pytest.mark.parametrize(
    ("id", "has", "has_not"),
    [
        ("gauss.fisher", {"meurer2017sympy", "johansson2017arb"}, {"ho2020denoising", "paszke2019pytorch"}),
        ("run.output_law", {"karras2022elucidating", "clopper1934use", "paszke2019pytorch"}, {"catoni2012challenging"}),
        ("wht24.lemma4.mean", {"catoni2012challenging"}, {"clopper1934use"}),
        ("wht24.remark1", {"waudbysmith2024estimating", "vincent2011connection"}, {"borell1975brunn"}),
        ("full_error.budget", {"borell1975brunn", "girsanov1960transforming"}, {"catoni2012challenging"}),
        ("wht24.lemma1", {"hall1992removal", "paszke2019pytorch"}, {"johansson2017arb"}),
        ("ntk.gram", {"jacot2018neural"}, {"sabour2024align"}),
    ],
)
def test_what_a_claim_relies_on(id, has, has_not):
    assert has <= keys(id)
    assert not keys(id) & has_not


def test_what_a_claim_is_derived_from_is_cited_too():
    bound = catalogue()["wht24.thm2.corrected"]
    assert "stam1959some" not in {key for part in [bound.source] for key in citations.named(part).keys}
    assert {"wang2024evaluating", "stam1959some", "chen2023sampling", "cover2006elements"} <= keys(bound.id)


def test_samplers_grids_and_data_by_name(capsys):
    code, out, _ = command(capsys, "cite", "karras", "heun", "digits")
    assert code == 0
    assert parsed(out).keys() == {"scoreproof", "karras2022elucidating", "alpaydin1998optical", "pedregosa2011scikit"}
    assert "% karras grids, heun sampler" in out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("3",), "there is no run 3 in"),
        (("1", "gauss.fisher"), "the number of one run, or names, and not both"),
        (("gauss.fishr",), "did you mean gauss.fisher"),
        (("--all", "digits"), "--all with digits: give one of the two"),
        (("--format", "ris"), "--format ris: give bibtex or text"),
        (("nowhere.py",), "nowhere.py: no such file"),
    ],
)
def test_what_cannot_be_cited(store, capsys, arguments, told):
    code, out, err = command(capsys, "cite", *arguments, "--store", store)
    assert (code, out) == (2, "")
    assert told in err


def test_without_a_store(tmp_path, capsys):
    code, _, err = command(capsys, "cite", "--store", tmp_path / "none.sqlite")
    assert code == 2
    assert "there is no such file" in err
    assert not (tmp_path / "none.sqlite").exists()


def test_a_bibliography_of_the_user_is_not_overwritten(tmp_path, capsys):
    own, made = tmp_path / "thesis.bib", tmp_path / "scoreproof.bib"
    own.write_text("@misc{mine, title = {Mine}}\n")
    code, _, err = command(capsys, "cite", "digits", "--output", own)
    assert code == 2
    assert "name a file of its own" in err
    assert own.read_text() == "@misc{mine, title = {Mine}}\n"
    for what in ("digits", "karras"):
        assert command(capsys, "cite", what, "--output", made) == (0, "", "")
    assert "karras2022elucidating" in parsed(made.read_text())
    assert "alpaydin1998optical" not in parsed(made.read_text())


def test_the_tables_speak_of_all_that_there_is():
    tables = (citations.SAMPLERS, citations.GRIDS, citations.DATA, citations.WORDS)
    lists = ("RATES", "BALLS", "SEARCH", "STATEMENTS", "ARRAYS", "NETWORKS")
    asked = {key for table in tables for many in table.values() for key in many}
    asked |= {key for name in lists for key in getattr(citations, name)}
    assert asked <= references().keys()
    assert citations.SAMPLERS.keys() == set(SAMPLERS)
    assert citations.GRIDS.keys() == FAMILIES.keys()
    assert citations.WORDS.keys() <= VOCABULARY.keys()
    exact = {"V_run", "M_run"}  # of normal draws, by Student's t and chi-square
    assert citations.WORDS.keys() >= RUNS - exact
    drawn = re.findall(r"lambda: families\.(\w+)\(", Path(strategies.__file__).read_text())
    assert tuple(drawn) == citations.DRAWN


def test_a_sampler_of_a_users_file_has_no_reference(tmp_path, capsys, monkeypatch):
    from numerics.samplers import SAMPLERS as registered

    monkeypatch.setitem(registered, "own", registered["score"])  # what the file adds is taken away again
    own = tmp_path / "own.py"
    own.write_text(
        "from numerics.samplers import SAMPLERS, get_sampler\nfrom sympy import Le\nfrom theory.claims import Cases, "
        "Claim\nfrom theory.vocabulary import V_out, N, lam, v\nSAMPLERS['own'] = get_sampler('denoiser')\nCLAIM = "
        "Claim(id='my.own', title='own', relation=Le(V_out, lam + v[N]), source='Karras et al. 2022',\n"
        "              cases=Cases(samplers=('own', 'heun')))\n"
    )
    for names in ([own], [own, "karras"]):
        code, out, err = command(capsys, "cite", *names)
        assert code == 0
        assert "no entry for 'the own sampler' (the steps in my.own): add one by hand" in err
        assert "no entry for 'the own sampler'" in out
        assert "karras2022elucidating" in parsed(out)  # of the heun sampler
        assert "the own sampler" not in " ".join(parsed(out))
