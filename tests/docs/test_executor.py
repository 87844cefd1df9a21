"""The executor notices what it is there for: a page with one false number, word, option, path, name is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from doc_blocks import PageError, blocks, commands, inline_commands
from doc_commands import CommandError, check, costly, parts, runnable
from doc_compare import first_missing
from doc_page import Failed, Page, as_it_was

BUDGET = (
    'scoreproof schedule budget "karras(n=5, sigma_min=0.1, sigma_max=10)" --target "gaussian(d=1, var=.25)" --json -'
)
GOOD = f"""
```python title="my.py"
SIGMAS = [10.0, 3.0, 1.0]


def sigmas():
    return SIGMAS
```

```console
$ {BUDGET}
```

```text
    "value": 1.55990070640051e-06,
...
  "KL_path": {{
```

Some words.

```python
from my import sigmas

print(len(sigmas()), sum(sigmas()))
```

```text
3 14.0
```

```python
>>> sigmas()[0]
10.0

```

<!-- run: not, there is no such machine -->
```console
$ make test JOBS=3
$ python -m pip install -e '.[cluster]'
$ python -m benchmarks.regimes --quick
$ dask worker tcp://10.0.0.1:8786 --nthreads 1 --resources "GPU=1"
$ scoreproof verify --suite paper --jobs 2
```
"""
FALSE = {
    "a number": ("1.55990070640051e-06", "1.56990070640051e-06"),
    "a word": ('"KL_path": {', '"KL_paths": {'),
    "an order": ("3 14.0\n", "\n3 14.0\n3 14.0\n"),
    "an option": ("--target", "--targets"),
    "a value": ("karras(n=5,", "karras(n=-5,"),
    "a command": ("schedule budget", "schedule budgets"),
    "a name in Python": ("print(len(sigmas())", "print(len(sigma())"),
    "a whole number": ("3 14.0", "4 14.0"),
    "a module": ("from my import", "from mine import"),
    "a session": ("10.0\n\n```", "10.5\n\n```"),
    "a make target": ("make test", "make tests"),
    "an extra": (".[cluster]", ".[clusters]"),
    "an option of a benchmark": ("--quick", "--quik"),
    "an option of dask": ("--nthreads", "--threads"),
    "a suite": ("--suite paper", "--suite papers"),
    "syntax": ("return SIGMAS", "return SIGMAS)"),
}


def go(text: str, folder: Path, long: bool = False) -> Page:
    with as_it_was():
        page = Page(folder, long=long)
        for block in blocks("page.md", text):
            page.run(block)
        page.close()
    return page


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_true_page_passes(tmp_path: Path) -> None:
    assert go(GOOD, tmp_path).printed


@pytest.mark.parametrize("what", FALSE)
def test_a_false_page_does_not(what: str, tmp_path: Path) -> None:
    old, new = FALSE[what]
    assert GOOD.count(old) == 1
    with pytest.raises(Failed, match=r"page\.md:\d+: "):
        go(GOOD.replace(old, new), tmp_path)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("```pyton\nx\n```", "language"),
        ("```console\n$ frobnicate\n```", "nobody here knows"),
        ("```console\n$ scoreproof verify --suite paper\n```", "a suite"),
        ("```console\n$ scoreproof verify mine.py --scheduler tcp://10.0.0.1:8786\n```", "other machines"),
        ("```json\n{1: 2}\n```", "Expecting"),
        ("```bash\nif\n```", "syntax"),
        ("```console\n$ cat missing.txt\n```", "exit code 1"),
        ('```text title="../outside.txt"\nx\n```', "out of the page"),
        ("<!-- run: output of echo 5 -->\n```text\n6\n```", "not printed: 6"),
        ("<!-- run: as echo one -->\n```console\n$ echo one two\n```\n\n```text\ntwo\n```", "not printed: two"),
        ("```console\n$ sed -n 1p a | cat\n```", "one command a line"),
    ],
)
def test_what_a_page_may_not_have(text: str, why: str, tmp_path: Path) -> None:
    with pytest.raises(Failed, match=why):
        go(text, tmp_path)


@pytest.mark.parametrize("told", ["fast", "exit", "not", "as", "in"])
def test_a_marker_that_cannot_be_read_is_an_error(told: str) -> None:
    with pytest.raises(PageError, match="marker"):
        blocks("page.md", f"<!-- run: {told} -->\n```console\n$ ls\n```")


def test_an_exit_code_must_be_said(tmp_path: Path) -> None:
    text = "```console\n$ grep x empty\n```"
    (tmp_path / "empty").write_text("")
    with pytest.raises(Failed, match="exit code 1"):
        go(text, tmp_path)
    go(f"<!-- run: exit 1 -->\n{text}", tmp_path)
    (tmp_path / "empty").write_text("x")
    go(f"<!-- run: may exit 1 -->\n{text}", tmp_path)
    with pytest.raises(Failed, match="no command"):
        go(f"<!-- run: exit 1 -->\n{text}", tmp_path)


def test_a_long_command_is_parsed_by_default_and_run_when_asked_for(tmp_path: Path) -> None:
    text = "<!-- run: long echo -->\n```console\n$ mkdir a\n$ echo one > b\n```\n\n```text\none\n```"
    with pytest.raises(Failed, match="not printed: one"):
        go(text, tmp_path)
    assert (tmp_path / "a").is_dir()
    (tmp_path / "a").rmdir()
    go(text.replace(" > b", ""), tmp_path, long=True)


def test_a_page_leaves_nothing_behind(tmp_path: Path) -> None:
    """Words that its code adds, modules of its folder, claims in the catalogue."""
    from theory.claims import catalogue
    from theory.vocabulary import VOCABULARY

    before = (set(VOCABULARY), set(catalogue()))
    claim = "Claim(id='page.one', title='one', relation=Le(E_D, 5), source='me')"
    text = (
        '```python title="theory/claims/page_one.py"\nfrom sympy import Le\nfrom theory.claims.claim import Claim\n'
        f"from theory.vocabulary import E_D\n\nCLAIMS = ({claim},)\n```\n\n"
        "```console\n$ scoreproof claims show page.one\n```\n\n```text\npage.one  one\n```\n\n"
        "```python\nfrom verify.measurements import new_quantity\nnew_quantity('page_word', None, 'one')\n```"
    )
    go(text, tmp_path)
    assert (set(VOCABULARY), set(catalogue())) == before


def test_how_far_numbers_may_be_off() -> None:
    assert first_missing("E_D  1.42861 ± 2.3e-06", "E_D 1.42862 ± 4e-06") is None
    assert first_missing("E_D  1.42861 ± 2.3e-06", "E_D 1.43261 ± 4e-06") is not None
    assert first_missing("E_D  1.42861 ± 2.3e-06", "E_D 1.42861 ± 4e-05") is not None
    assert first_missing("300 cases, 5 s", "300 cases, 61.5 s") is None
    assert first_missing("300 cases", "301 cases") == "300 cases"
    assert first_missing("a\n...\nc", "a\nb\nc") is None
    assert first_missing("a\nb", "b\na") == "b"


@pytest.mark.parametrize(
    ("shown", "printed"),
    [("1e-17", "3e-17"), ("0.1", "0.3"), ("1.2", "1.4"), ("-0.20", "-0.17"), (".04", ".06"), ("0.0", "0.1")],
)
def test_one_digit_is_still_a_number(shown: str, printed: str) -> None:
    assert first_missing(shown, printed) == shown
    assert first_missing(printed, shown) == printed


@pytest.mark.parametrize(
    "text",
    [
        "```console\n$ echo 5\n```\n\n```text\n...\n```",
        "<!-- run: output of echo 5 -->\n```text\n...\n\n…\n```",
    ],
)
def test_an_output_that_shows_nothing_is_refused(text: str) -> None:
    with pytest.raises(PageError, match="nothing of the output is shown"):
        blocks("page.md", text)
    assert blocks("page.md", text.replace("...", "...\n5"))


def test_text_apart_from_its_command_needs_a_marker() -> None:
    text = "```console\n$ echo 5\n```\n\nIt prints:\n\n{}```text\n6\n```"
    with pytest.raises(PageError, match=r"page\.md:7: this text is not compared"):
        blocks("page.md", text.format(""))
    for marker in ("not, a drawing", "output of echo 5"):
        assert len(blocks("page.md", text.format(f"<!-- run: {marker} -->\n"))) == 2
    (_, drawn) = blocks("page.md", text.format(""), default_of_text="not, a drawing")
    assert drawn.marker.reason == "a drawing"
    with pytest.raises(PageError, match="not compared"):  # a second text after one command
        blocks("page.md", text.format("").replace("It prints:", "```text\n5\n```"))


@pytest.mark.parametrize("tag", ["<details>", "<details><summary>more</summary>", "<div markdown>"])
@pytest.mark.parametrize("between", ["\n", "\n\n    "])
def test_a_fence_inside_html_does_not_vanish(tag: str, between: str) -> None:
    indent = between.strip("\n")
    text = f"{tag}{between}```console\n{indent}$ ls\n{indent}```\n"
    with pytest.raises(PageError, match="a fence inside"):
        blocks("page.md", text)
    assert len(blocks("page.md", f"{tag}\n\n```console\n$ ls\n```\n")) == 1


def test_files_and_folders_that_are_there(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("")
    for command in (
        "python mine.py",
        "cd docs",
        "source .venv/bin/activate",
        "git clone path/to/scoreproof",
        "bash path/to/a.sh",
    ):
        check(command.split())
    with pytest.raises(Failed, match="no such folder"):
        go("```console\n$ cd nowhere\n```", tmp_path)
    go("```console\n$ mkdir here\n$ cd here\n$ mkdir inner\n```", tmp_path)
    assert (tmp_path / "here" / "inner").is_dir()


def test_what_is_read_of_a_page() -> None:
    note = "!!! note\n    ```console\n    $ ls \\\n        -l  # all\n    total 0\n    ```\n"
    text = f"`a.csv`:\n\n```text\n1\n```\n\n{note}"
    file, boxed = blocks("page.md", text)
    assert (file.title, file.line) == ("a.csv", 3)
    assert commands(boxed) == [("ls -l  # all", "total 0\n")]
    assert parts("A=1 ls -l  # all") == [["A=1", "ls", "-l"]]
    assert inline_commands("Type `scoreproof claims list`.") == [(1, "scoreproof claims list")]
    assert runnable(["python", "my.py"])
    assert not runnable(["python", "-m", "pytest", "tests/theory"])
    assert costly("scoreproof verify mine.py") is None


@pytest.mark.parametrize(
    "command",
    [
        "pytest tests/nowhere.py",
        "jupyter execute no.ipynb",
        "pip install numpyy",
        "python nowhere.py",
        "bash no.sh",
        "sbatch no.sh",
        "source nope",
        ". nope/activate",
        "git frobnicate",
        "git",
        "pre-commit instal",
        "cd nowhere",
        "export JOBS",
    ],
)
def test_files_and_packages_that_are_not_there(command: str) -> None:
    with pytest.raises(CommandError):
        check(command.split())
