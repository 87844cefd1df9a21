"""The public names of the three packages: loaded when used, documented with their parts, typed, and what they do."""

from __future__ import annotations

import ast
import doctest
import enum
import importlib
import inspect
import re
import subprocess
import sys
import typing
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import pytest
from sympy import Le

from numerics import Gaussian
from theory import Cases, Claim, Family, catalogue, find
from theory.lazy import lazily
from theory.vocabulary import E_I, KL, KL_path, m2
from verify import (
    BadInput,
    conjecture,
    read_curve,
    read_target,
    replay_certificate,
    verify_claim,
    verify_claims,
    write_certificate,
    write_report,
)
from verify.cli import main

ROOT = Path(__file__).parents[1]
PACKAGES = ("theory", "numerics", "verify", "verify.schedules")
LAZY = PACKAGES[:3]
PUBLIC = [(package, name) for package in PACKAGES for name in importlib.import_module(package).__all__]
CALLED = [(p, n) for p, n in PUBLIC if callable(getattr(importlib.import_module(p), n))]
SAY_IT_ALL = {"as_json", "N"}  # parts whose name is their meaning
CHEAP = "wht24.lemma10"


def of(package: str, name: str) -> Any:
    return getattr(importlib.import_module(package), name)


# --- names ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("package", LAZY)
def test_type_checkers_and_python_see_the_same_names(package: str) -> None:
    module = importlib.import_module(package)
    tree = ast.parse(Path(str(module.__file__)).read_text())
    blocks = [node for node in tree.body if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"]
    imports = [node for block in blocks for node in block.body if isinstance(node, ast.ImportFrom)]
    typed = {alias.name: f"{node.module}" for node in imports for alias in node.names}
    assert sorted(typed) == sorted(module.__all__) == sorted(set(module.__all__))
    for name, home in typed.items():
        assert getattr(module, name) is getattr(importlib.import_module(home), name), name
    assert set(module.__all__) <= set(dir(module))


def test_nothing_is_loaded_before_it_is_used() -> None:
    heavy = ["sympy", "numpy", "torch", "scipy", "flint", "hypothesis", "matplotlib", "rich", "pydantic"]
    code = (
        "import sys, theory, numerics, verify\n"
        f"print([m for m in {heavy} if m in sys.modules])\n"
        "from theory import Claim, karras, find\nfrom numerics import Enclosure\n"
        "print([m for m in ['torch', 'matplotlib', 'hypothesis'] if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.stdout.split("\n")[:2] == ["[]", "[]"], done.stdout + done.stderr


@pytest.mark.parametrize("package", LAZY)
def test_a_name_that_is_none_says_so(package: str) -> None:
    module = importlib.import_module(package)
    with pytest.raises(AttributeError, match=f"module '{package}' has no attribute 'nonsense'"):
        module.nonsense  # noqa: B018
    near = {"theory": "karas", "numerics": "Enclosur", "verify": "verify_clam"}[package]
    with pytest.raises(AttributeError, match=r"did you mean (karras|Enclosure|verify_claim)"):
        getattr(module, near)


def test_a_name_may_not_be_that_of_a_module() -> None:
    with pytest.raises(ValueError, match="rename one of the two"):
        lazily("verify", {"verify.replay": ["replay"]})
    with pytest.raises(ValueError, match="name one of them"):
        lazily("theory", {"theory.claims": ["Claim"], "theory.claims.claim": ["Claim"]})


# --- documentation ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("package", "name"), CALLED, ids=[f"{p}.{n}" for p, n in CALLED])
def test_it_is_documented_with_its_parts(package: str, name: str) -> None:
    """Every argument or field is named in its docstring, its module's, or that of a function which it refers to."""
    what = of(package, name)
    told = inspect.getdoc(what) or ""
    assert told.strip()
    assert not told.startswith(f"{name}("), "the docstring that a dataclass makes by itself"
    if isinstance(what, type) and issubclass(what, enum.Enum | Exception):
        return
    if is_dataclass(what):
        parts = [one.name for one in fields(what) if one.init]
    else:
        parts = [one for one in inspect.signature(what).parameters if one not in ("self", "args", "kwargs")]
    home = importlib.import_module(what.__module__)
    for other in re.findall(r"`(\w+)`", told):
        told += inspect.getdoc(getattr(home, other, None)) or ""
    told += home.__doc__ or ""
    missing = [part for part in parts if not re.search(rf"\b{part.removesuffix('s')}s?\b", told)]
    assert not missing or len(parts) == 1


@pytest.mark.parametrize(("package", "name"), CALLED, ids=[f"{p}.{n}" for p, n in CALLED])
def test_it_is_annotated(package: str, name: str) -> None:
    what = of(package, name)
    own = [what] if inspect.isfunction(what) else []
    if isinstance(what, type) and what.__module__.split(".")[0] in LAZY:
        own = [member for key, member in vars(what).items() if inspect.isfunction(member) and not key.startswith("_")]
    for function in own:
        parameters = inspect.signature(function).parameters
        hints = function.__annotations__
        assert "return" in hints, function.__qualname__
        assert {one for one in parameters if one not in ("self", "cls")} <= set(hints), function.__qualname__


@pytest.mark.parametrize(("package", "name"), CALLED, ids=[f"{p}.{n}" for p, n in CALLED])
def test_its_public_parts_are_documented(package: str, name: str) -> None:
    what = of(package, name)
    if not isinstance(what, type) or what.__module__.split(".")[0] not in LAZY:
        return
    members = {key: member for key, member in vars(what).items() if not key.startswith("_")}
    shown = (property, classmethod, staticmethod)
    told = " ".join(inspect.getdoc(base) or "" for base in what.__mro__)
    bare = [
        key
        for key, member in members.items()
        if (inspect.isfunction(member) or isinstance(member, shown))
        and not inspect.getdoc(getattr(what, key))
        and not re.search(rf"\b{key}: ", told)
        and key not in SAY_IT_ALL
    ]
    assert not bare


def test_every_name_has_its_place_in_the_api_pages() -> None:
    pages = "".join(page.read_text() for page in (ROOT / "docs" / "api").glob("*.md"))
    shown = set(re.findall(r"^::: ([\w.]+)$", pages, re.M))
    last = {one.rpartition(".")[2] for one in shown}
    tables = {"VOCABULARY", "TARGETS", "SAMPLERS", "PARTS", "strategies", "Given"}
    assert {name for _, name in PUBLIC} - last - tables == set()
    for one in shown:
        module, _, name = one.rpartition(".")
        assert hasattr(importlib.import_module(module), name), one


@pytest.mark.parametrize("package", PACKAGES)
def test_the_examples_of_the_packages_run(package: str) -> None:
    found = doctest.testmod(importlib.import_module(package))
    assert found.attempted >= 3
    assert found.failed == 0


def test_the_page_shows_what_its_snippet_prints(capsys: pytest.CaptureFixture[str]) -> None:
    page = (ROOT / "docs" / "api" / "index.md").read_text()
    (snippet,) = re.findall(r"```python\n(.*?)```", page, re.S)
    (shown,) = re.findall(r"```text\n(.*?)```", page, re.S)
    exec(compile(snippet, "index.md", "exec"), {})
    assert capsys.readouterr().out == shown


@pytest.mark.long
def test_a_typed_script_passes_a_strict_type_checker(tmp_path: Path) -> None:
    """And one that asks for what is not there fails."""
    script = (ROOT / "tests" / "api_script.py").read_text()
    (tmp_path / "right.py").write_text(script)
    (tmp_path / "wrong.py").write_text(f"{script}\nconjecture(3).stat\nimport theory\ntheory.nonsense\n")
    # sympy has no types; of the packages themselves only the names and signatures count here
    settings = f"[mypy]\nstrict = True\nfollow_imports = silent\nignore_missing_imports = True\nmypy_path = {ROOT}\n"
    (tmp_path / "mypy.ini").write_text(settings)
    words = [sys.executable, "-m", "mypy", "--config-file", "mypy.ini", "right.py", "wrong.py"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True)
    assert [line.split(":")[0] for line in done.stdout.splitlines() if ": error: " in line] == ["wrong.py"] * 3, (
        done.stdout + done.stderr
    )


def test_the_script_runs() -> None:
    exec(compile((ROOT / "tests" / "api_script.py").read_text(), "api_script.py", "exec"), {"__name__": "script"})


# --- what is called -----------------------------------------------------------------------------------------


def test_a_conjecture_gets_the_verdict_of_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import json

    monkeypatch.chdir(tmp_path)
    relation = "E_I <= m2/(4*v[0])"
    with pytest.raises(SystemExit) as stop:
        main(["conjecture", relation, "--examples", "10", "--seed", "3", "--target", "gaussian(var=2)", "--json", "-"])
    assert stop.value.code == 1
    verdict = conjecture(relation, target=read_target("gaussian(var=2)"), examples=10, seed=3)
    told = json.loads(capsys.readouterr().out)
    assert {**verdict.as_json(), "seconds": 0} == {**told, "seconds": 0}
    with pytest.raises(BadInput, match="examples = 3: give 10 or more"):
        conjecture(relation, examples=3)
    with pytest.raises(BadInput, match="seed = -1"):
        conjecture(relation, seed=-1)


def test_many_claims_keep_their_order_and_have_the_verdicts_of_one() -> None:
    cases = Cases(families=(Family.GAUSSIAN_1D,), samplers=("score",), max_steps=2)
    own = Claim(id="mine", title="mine", relation=Le(KL, KL_path), source="own", cases=cases)
    told: list[str] = []
    verdicts = verify_claims([CHEAP, own], examples=10, told=lambda one: told.append(one.claim.id))
    assert [one.claim.id for one in verdicts] == [CHEAP, "mine"]
    assert told == ["mine", CHEAP]  # the slower one was run first
    assert verdicts.as_expected
    alone = verify_claim(own, examples=10)
    assert {**alone.as_json(), "seconds": 0} == {**verdicts[1].as_json(), "seconds": 0}


def test_claims_that_cannot_run_together_are_refused() -> None:
    own = Claim(id=CHEAP, title="not the same", relation=Le(E_I, m2), source="own")
    for arguments, why in (
        (([CHEAP, own],), "more than one claim has the id"),
        (([own], 10, 0, 2), "loads? claims from the catalogue"),
        (([CHEAP], 10, 0, 0), "jobs = 0"),
        (([CHEAP], 5), "examples = 5"),
    ):
        with pytest.raises(BadInput, match=why):
            verify_claims(*arguments)  # type: ignore[arg-type]
    with pytest.raises(KeyError, match="did you mean"):
        verify_claims(["wht24.lemma11x"])
    assert len(verify_claims([], examples=10)) == 0


def test_a_verdict_is_kept_and_read_again(tmp_path: Path) -> None:
    refuted = conjecture("E_I <= m2/(4*v[0])", target=Gaussian(d=1, var=2.0), examples=10)
    path = write_certificate(refuted, tmp_path)
    replayed = replay_certificate(path)
    assert replayed.agrees
    assert replayed.status == "refuted"
    assert "AGREES" in str(replayed)
    page = write_report([refuted], tmp_path / "report", examples=10)
    assert page.name == "index.html"
    assert "E_I" in page.read_text() or "<mi>" in page.read_text()
    with pytest.raises(BadInput, match="none"):
        write_report([], tmp_path)
    path.write_text(path.read_text().replace("refuted", "certified"))
    with pytest.raises(BadInput, match="changed after it was written"):
        replay_certificate(path)
    with pytest.raises(BadInput, match="seconds = 0"):
        replay_certificate(path, seconds=0)


def test_a_curve_is_read_with_its_dimension(tmp_path: Path) -> None:
    assert read_curve(ROOT / "examples" / "digits_curve.csv", d=64).d == 64
    with pytest.raises(BadInput, match="no such file"):
        read_curve(tmp_path / "none.csv", d=64)


def test_hints_can_be_resolved() -> None:
    for function in (conjecture, verify_claims, find, catalogue):
        names = {**vars(importlib.import_module(function.__module__))}
        import numerics.targets

        assert "return" in typing.get_type_hints(function, names, vars(numerics.targets))
