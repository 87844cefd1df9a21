"""A user's own file: what it prints, what it raises, what it imports, and how it is named."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from verify.cli import main
from verify.language import parse_grid
from verify.language.errors import BadInput
from verify.language.functions import own_errors
from verify.schedules.reading import as_grid, given

FILE = """\
import warnings
print("imported")

def talks():
    print("called")
    return [4.0, 2.0, 0.5]

def late():
    from neighbour import SIGMAS
    return SIGMAS

def fails():
    x = 1
    return x / 0

class Mute(Exception):
    def __str__(self):
        raise RuntimeError("no text")

def mute():
    raise Mute

class Outcome(BaseException):  # as that of pytest.skip
    pass
def skips(): raise Outcome("not here")

def stops():
    raise KeyboardInterrupt

def leaves():
    raise SystemExit(3)
"""


@pytest.fixture
def file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "late").mkdir()
    (tmp_path / "late" / "late.py").write_text(FILE)
    (tmp_path / "late" / "neighbour.py").write_text("SIGMAS = [4.0, 1.0, 0.5]\n")
    monkeypatch.delitem(sys.modules, "neighbour", raising=False)
    yield Path("late/late.py")
    sys.modules.pop("neighbour", None)


def message(text, read=parse_grid):
    with pytest.raises(BadInput) as refused:
        read(text)
    return str(refused.value)


@pytest.mark.parametrize("words", [("budget", "{}:talks"), ("lint", "{}:talks")])
def test_what_it_prints_does_not_mix_with_the_result(file, capsys, words):
    with pytest.raises(SystemExit) as stop:
        main(["schedule", *(word.format(file) for word in words), "--json", "-"])
    assert not stop.value.code
    seen = capsys.readouterr()
    assert json.loads(seen.out)
    assert seen.err.startswith("imported\ncalled\n")


@pytest.mark.parametrize("read", [parse_grid, given, as_grid])
def test_it_may_import_a_neighbour_when_it_is_called(file, read):
    path = list(sys.path)
    assert read(f"{file}:late").sigmas.tolist() == [4.0, 1.0, 0.5]
    assert sys.path == path


@pytest.mark.parametrize("read", [parse_grid, given])
def test_an_error_has_its_line(file, read):
    for name in (file, file.resolve()):
        said = message(f"{name}:fails", read)
        assert f"{name}:fails raised ZeroDivisionError at line 14: division by zero; correct that file" in said
    file.write_text("x = 1\ny = [][x]\n")
    assert f"{file} raised IndexError at line 2" in message(f"{file}:fails", read)


def test_an_error_without_text_is_told(file):
    assert "raised Mute at line 21: (its text cannot be shown)" in message(f"{file}:mute")


def test_what_is_no_exception_is_told_too(file, capsys):
    assert "raised Outcome at line 25: not here" in message(f"{file}:skips")
    assert "raised SystemExit at line 31: 3" in message(f"{file}:leaves")
    with pytest.raises(SystemExit) as stop:
        main(["schedule", "lint", f"{file}:skips"])
    assert stop.value.code == 2


@pytest.mark.parametrize("kind", [KeyboardInterrupt, GeneratorExit])
def test_what_stops_the_program_does(kind):
    with pytest.raises(kind), own_errors("f"):
        raise kind


def test_a_path_that_the_file_changes_is_no_error(file):
    file.write_text("import sys\nsys.path.pop(0)\ndef grid():\n    sys.path.pop(0)\n    return [2.0, 1.0]\n")
    path = list(sys.path)
    try:
        assert parse_grid(f"{file}:grid").N == 1
        assert sys.path == path
    finally:
        sys.path[:] = path


@pytest.mark.parametrize("text", ["{}: talks", " {}:talks ", "{}:talks"])
def test_spaces_around_the_name_are_dropped(file, text):
    assert parse_grid(text.format(file)).N == 2


@pytest.mark.parametrize("read", [parse_grid, given])
def test_a_file_without_a_function_is_told(file, read):
    for text in (f"{file}", f"{file}:", f" {file} "):
        assert f"write {file}:FUNCTION" in message(text, read)
    assert "no such file" in message("none.py", read)


@pytest.mark.parametrize("name", ["dir.csv", "dir.py:grid"])
def test_a_folder_is_told(file, name):
    Path(name.split(":")[0]).mkdir()
    assert "is a folder" in message(name)


def test_an_edit_of_the_same_second_and_size_is_read(tmp_path):
    path = tmp_path / "edited.py"
    for value in (2.0, 3.0):
        path.write_text(f"def grid():\n    return [4.0, {value}, 0.5]\n")
        os.utime(path, (1e9, 1e9))
        assert parse_grid(f"{path}:grid").sigmas[1] == value
    assert not (tmp_path / "__pycache__").exists()
