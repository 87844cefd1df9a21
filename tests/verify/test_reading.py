"""Lists, arrays, tensors, files and functions: every number as it was given, or one line that says why not."""

from __future__ import annotations

import functools
import importlib
import math
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given as for_all
from hypothesis import strategies as st

from theory.grids import Grid, exponential, karras
from verify.language import BadInput, parse_grid
from verify.schedules import Given, as_grid
from verify.schedules.reading import TOOLBOXES, given

SIGMAS = [80.0, 7.5, 0.1 + 0.2, 0.002]
# The largest relative error of a number rounded to the type.
ROUNDING = {"float64": 0.0, "float32": 2**-24, "float16": 2**-11, "bfloat16": 2**-8}


def one_line(thing: Any, steps: int | None = None, read: Callable[..., Any] = as_grid) -> str:
    with pytest.raises(BadInput) as caught:
        read(thing, steps)
    message = str(caught.value)
    assert "\n" not in message
    return message


# --- numbers -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("thing", "source", "precision"),
    [
        (SIGMAS, "list", "float64"),
        (tuple(SIGMAS), "tuple", "float64"),
        ({"sigmas": SIGMAS, "model": "mine"}, "list", "float64"),
        (np.array(SIGMAS), "numpy array", "float64"),
        (np.array(SIGMAS, dtype=">f4"), "numpy array", "float32"),
        (np.array(SIGMAS, dtype=np.float16), "numpy array", "float16"),
        (torch.tensor(SIGMAS), "torch tensor", "float32"),
        (torch.tensor(SIGMAS, dtype=torch.float64, requires_grad=True), "torch tensor", "float64"),
        (torch.tensor(SIGMAS, dtype=torch.bfloat16), "torch tensor", "bfloat16"),
        (list(np.float32(SIGMAS)), "list", "float32"),
        (list(torch.tensor(SIGMAS)), "list", "float32"),
        ([np.float64(80), *torch.tensor(SIGMAS[1:])], "list", "float32"),
    ],
)
def test_numbers_are_read_to_their_precision(thing: Any, source: str, precision: str) -> None:
    read = given(thing)
    assert (read.source, read.precision) == (source, precision)
    assert np.all(np.abs(read.sigmas - SIGMAS) <= ROUNDING[precision] * np.array(SIGMAS))
    assert np.array_equal(as_grid(thing).sigmas, read.sigmas)


def test_exact_numbers_are_read_as_floats() -> None:
    for thing in ([Fraction(7, 2), 1, 0], np.array([3.5, 1, 0], dtype=object), [Decimal("3.5"), Decimal(1), 0]):
        assert given(thing).sigmas.tolist() == [3.5, 1.0, 0.0]
        assert given(thing).precision == "float64"


def test_precision_is_not_overstated() -> None:
    """What is called float32 is not exactly the float64 number, and what is called float64 is."""
    assert not np.array_equal(given(torch.tensor(SIGMAS)).sigmas, SIGMAS)
    assert given(range(3, 0, -1)).precision == given([3, 2, 1]).precision == "float64"
    assert given(np.array([3, 2, 1])).precision == "int64"


@for_all(st.lists(st.floats(allow_nan=True, allow_infinity=True, width=32), min_size=1, max_size=30))
def test_any_numbers_pass_unchanged(values: list[float]) -> None:
    """``given`` is for lint: it neither sorts, drops nor refuses."""
    for thing in (values, np.array(values), torch.tensor(values, dtype=torch.float32)):
        assert np.array_equal(given(thing).sigmas, values, equal_nan=True)


@for_all(st.lists(st.floats(1e-40, 1e40), min_size=2, max_size=30, unique=True), st.booleans())
def test_a_trailing_zero_is_noted_and_is_no_point(values: list[float], zero: bool) -> None:
    values = sorted(values, reverse=True)
    thing = [*values, 0.0] if zero else values
    assert given(thing).appended_zero is zero
    assert as_grid(thing).sigmas.tolist() == values
    assert len(given(thing).sigmas) == len(values) + zero


def test_the_array_is_a_copy() -> None:
    mine = np.array(SIGMAS)
    read = given(mine)
    mine[0] = 1.0
    assert read.sigmas[0] == 80.0


@pytest.mark.parametrize(
    ("thing", "words"),
    [
        ([], ["list", "no sigmas"]),
        (torch.zeros(0), ["torch tensor", "no sigmas"]),
        ([3.0, 2j], ["sigma[1]", "2j", "real"]),
        (np.array([3.0, 2j]), ["sigma[0]", "(3+0j)"]),
        (torch.tensor([3j]), ["complex64"]),
        ([3.0, "2"], ["sigma[1]", "'2'"]),
        ([3.0, None], ["sigma[1]", "None"]),
        ([3.0, True], ["sigma[1]", "True"]),
        (torch.tensor([True, False]), ["bool"]),
        (np.array([True, False]), ["sigma[0]", "True"]),
        ([[3.0, 2.0]], ["(1, 2)", "(n,)"]),
        ([[3.0], [2.0, 1.0]], ["flat list"]),
        (torch.ones(2, 2), ["(2, 2)"]),
        (torch.ones(3, device="meta"), ["cannot be read"]),
        (np.ma.masked_equal([3.0, 2.0, 1.0], 2.0), ["sigma[1] is masked"]),
        ({"sigma": SIGMAS}, ["no sigmas", "'sigma'"]),
        (3.0, ["float", "shape ()"]),
        (None, ["NoneType", "no list"]),
        (iter(SIGMAS), ["list_iterator", "give a list"]),
        ([10**400, 1], ["sigma[0]"]),
    ],
)
def test_what_is_no_list_of_numbers(thing: Any, words: list[str]) -> None:
    for read in (given, as_grid):
        message = one_line(thing, read=read)
        for word in words:
            assert word in message


@pytest.mark.parametrize(
    ("thing", "words"),
    [
        ([3.0, math.nan, 1.0], ["sigma[1] = nan"]),
        ([3.0, 2.0, -1.0], ["sigma[2] = -1"]),
        ([1.0, 2.0, 3.0], ["reverse it"]),
        ([3.0, 2.0, 2.0], ["sigma[1] = sigma[2] = 2"]),
        ([3.0, 0.0, 0.0], ["sigma[1] = 0"]),
        ([3.0, 0.0], ["sigma[0] = 3 is the only point"]),
        ([math.inf, 2.0, 1.0], ["sigma[0] = inf", "sigmas[1:]"]),
        ([math.inf, math.nan, 1.0], ["sigma[0] = inf"]),
        (torch.tensor([65520.0, 1.0]).half(), ["sigma[0] = inf", "sigmas[1:]"]),
    ],
)
def test_what_is_read_but_is_no_grid(thing: Any, words: list[str]) -> None:
    assert len(given(thing).sigmas) == len(thing)
    message = one_line(thing)
    for word in words:
        assert word in message
    assert ("pure noise" in message) == ("sigmas[1:]" in message)


# --- grids, steps --------------------------------------------------------------------------------------------


def test_a_grid_is_itself() -> None:
    grid = karras(5, 0.1, 10.0)
    assert as_grid(grid, 4) is grid
    read = given(grid)
    assert read.source == "grid"
    assert read.grid() == grid
    assert (read.settings["rho"], read.settings["sigma_max"]) == (7.0, 10.0)
    assert given(read) is read


def test_steps_are_held_to() -> None:
    assert as_grid([3, 2, 1, 0], 2).N == 2
    assert "has 2 steps (3 points), but 3 were asked for" in one_line([3, 2, 1, 0], 3)
    assert "4 were asked for" in one_line(karras(4, 1.0, 2.0), 4)
    for bad in (0, -1, 2.5, True):
        assert f"steps = '{bad}'" in one_line([3, 2, 1], bad)  # type: ignore[arg-type]


def test_what_the_network_is_told() -> None:
    table = np.array([0.1, 0.5, 2.0, 7.0])
    read = Given(np.array([6.0, 0.6, 0.0]), "mine", timesteps=np.array([3.0, 1.0]), trained=table)
    assert read.told is not None
    assert read.told.tolist() == [7.0, 0.5]
    assert np.array_equal(replace(read, trained=table[::-1]).told, read.told)  # timestep 0 has the least noise
    for times in ([3.0, 1.5], [4.0, 1.0], [-1.0, 0.0], []):
        assert replace(read, timesteps=np.array(times)).told is None
    assert replace(read, trained=None).told is None
    assert replace(read, timesteps=None).told is None


# --- text and files ------------------------------------------------------------------------------------------


def test_text_is_a_grid() -> None:
    for text in ("karras(n=5, sigma_min=.1, sigma_max=10)", "karras(sigma_min=.1, sigma_max=10)"):
        assert as_grid(text, 4) == karras(5, 0.1, 10.0)
        assert np.array_equal(given(text, 4).sigmas, karras(5, 0.1, 10.0).sigmas)
    assert "'karass'" in one_line("karass")
    assert "swap" in one_line("linear(n=3, sigma_min=2, sigma_max=1)", read=given)


FILES = {
    "a.csv": ("sigma\n80\n# two\n2\nnan\n-inf\n", "csv file", (2, 4, 5, 6)),
    "a.txt": ("80, 2, nan, -inf", "txt file", (1, 1, 1, 1)),
    "a.json": ("[80, 2, NaN, -Infinity]", "json file", (1, 2, 3, 4)),
    "b.json": ('{"sigmas": [80, 2, "nan", "-inf"]}', "json file", (1, 2, 3, 4)),
}


@pytest.mark.parametrize("name", FILES)
def test_files_keep_what_a_linter_must_see(tmp_path: Path, name: str) -> None:
    content, source, rows = FILES[name]
    path = tmp_path / name
    path.write_text(content)
    for thing in (path, str(path)):
        read = given(thing)
        assert np.array_equal(read.sigmas, [80.0, 2.0, math.nan, -math.inf], equal_nan=True)
        assert (read.label, read.source, read.rows, read.precision) == (str(path), source, rows, "float64")
    message = one_line(path)
    assert f"{path}, row {rows[2]}: 'nan' is not a finite number" in message


@pytest.mark.parametrize("dtype", ["<f4", ">f8", "<f2", "<i4"])
def test_npy_keeps_its_type(tmp_path: Path, dtype: str) -> None:
    array = np.array([80, 2.5, 1], dtype)
    np.save(tmp_path / "s.npy", array)
    read = given(tmp_path / "s.npy")
    assert read.precision == np.dtype(dtype).newbyteorder("=").name
    assert np.array_equal(read.sigmas, array)
    assert read.rows == (1, 2, 3)
    assert read.grid() == as_grid(tmp_path / "s.npy")


def test_npy_with_nan(tmp_path: Path) -> None:
    np.save(tmp_path / "s.npy", np.float32([80, np.nan, 1]))
    assert np.isnan(given(tmp_path / "s.npy").sigmas[1])
    assert "entry [1] is nan" in one_line(tmp_path / "s.npy")


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.csv", "80\nx\n", ["row 2", "'x'"]),
        ("a.csv", "", ["no points"]),
        ("a.csv", "80,2\n1,3\n", ["row 1", "2 numbers"]),
        ("a.csv", "sigma,loss\n80,2\n", ["'sigma, loss'"]),
        ("a.csv", "9," * 300_001, ["more than 300000"]),
        ("a.json", "[80, null]", ["row 2", "None"]),
        ("a.json", "[80, true]", ["row 2", "True"]),
        ("a.npy", "nothing", ["numpy cannot read it"]),
    ],
)
def test_bad_files(tmp_path: Path, name: str, content: str, words: list[str]) -> None:
    (tmp_path / name).write_text(content)
    for read in (as_grid, given):
        if content:  # an empty list is read, and is no grid
            message = one_line(tmp_path / name, read=read)
            assert name in message
            assert all(word in message for word in words)
    assert "no such file" in one_line(tmp_path / "other.csv", read=given)


# --- functions -----------------------------------------------------------------------------------------------


def geometric(n: int, sigma_min: float, sigma_max: float, ratio: float = 1.0) -> np.ndarray:
    return np.append(ratio * np.geomspace(sigma_max, sigma_min, n), 0.0)


def test_a_function_is_called_with_points() -> None:
    assert as_grid(lambda n: np.geomspace(4, 1, n), 3).sigmas == pytest.approx([4, 4 ** (2 / 3), 4 ** (1 / 3), 1])
    assert as_grid(lambda: [3, 2, 1]).N == 2
    assert as_grid(lambda n=3: np.geomspace(4, 1, n)).N == 2
    assert as_grid(lambda steps=3: np.geomspace(4, 1, steps), 5).N == 5
    assert as_grid(lambda *, n=3: np.geomspace(4, 1, n)).N == 2
    assert "4 steps (5 points), but 3" in one_line(lambda n: np.geomspace(4, 1, n + 1), 3)
    assert "--steps" in one_line(lambda n: np.geomspace(4, 1, n))


def test_ends_that_nobody_gave_are_said() -> None:
    read = given(geometric, 7)
    assert read.grid().sigmas == pytest.approx(exponential(8, 0.002, 80.0).sigmas, rel=1e-13)
    assert read.label == "geometric(n=8, sigma_min=0.002, sigma_max=80)"
    assert [note for note in read.notes if "sigma_min = 0.002" in note]
    assert [note for note in read.notes if "sigma_max = 80" in note]
    assert read.appended_zero


def test_a_partial_fixes_the_ends() -> None:
    mine = functools.partial(geometric, sigma_min=0.03, sigma_max=15.0)
    read = given(mine, 5)
    assert read.grid().sigmas == pytest.approx(exponential(6, 0.03, 15.0).sigmas, rel=1e-13)
    assert read.label == "geometric(n=6, sigma_min=0.03, sigma_max=15)"
    assert (read.settings["sigma_min"], read.settings["sigma_max"]) == (0.03, 15.0)
    assert read.notes == ()


def test_the_result_may_be_anything_that_is_read(tmp_path: Path) -> None:
    assert given(lambda: torch.tensor([3.0, 1.0])).precision == "float32"
    assert given(lambda: torch.tensor([3.0, 1.0])).source == "function, torch tensor"
    assert as_grid(lambda n: karras(n, 1.0, 4.0), 3).sigmas.tolist() == karras(4, 1.0, 4.0).sigmas.tolist()
    assert as_grid(lambda: {"sigmas": [3, 2]}).N == 1


def unknown(n: int, beta: float, alpha: float) -> list[float]:
    return [beta, alpha]


def fails(n: int) -> list[float]:
    raise RuntimeError(f"two\nlines of {n}")


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (unknown, ["unknown", "'beta', 'alpha'", "functools.partial(unknown, beta=...)"]),
        (lambda sigma_min, n: [n], ["'n'", "before"]),
        (lambda model_sampling, steps: [steps], ["(<lambda>, model_sampling)"]),
        (fails, ["fails raised RuntimeError: two lines of 4"]),
        (lambda *, n: [n], ["TypeError", "'n'"]),
        (lambda n: "karras(n=3)", ["str", "shape ()"]),
        (lambda n: geometric, ["returned a function"]),
        (lambda n: None, ["NoneType"]),
        (lambda n: [3.0, 2j], ["<lambda>", "sigma[1]"]),
        (lambda n: [3.0, math.nan, 2.0, 1.0], ["<lambda>(n=4)", "sigma[1] = nan"]),
        (np.geomspace, ["geomspace", "'stop'"]),
    ],
)
def test_bad_functions(function: Callable[..., Any], words: list[str]) -> None:
    message = one_line(function, 3)
    for word in words:
        assert word in message


USER_FILE = """
import numpy as np, torch
def ends(n, sigma_min, sigma_max): return np.geomspace(sigma_max, sigma_min, n)
def tensor(): return torch.tensor([4.0, 2.0, float("nan"), 0.0])
def unknown(n, beta): return [beta]
def text(): return "karras(n=3, sigma_min=1, sigma_max=2)"
"""


def test_a_function_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text(USER_FILE)
    grid = parse_grid(f"{path}:ends", steps=3)
    assert isinstance(grid, Grid)
    assert grid.sigmas == pytest.approx(exponential(4, 0.002, 80.0).sigmas, rel=1e-13)
    assert "sigma_max=80" in grid.label
    read = given(f"{path}:tensor")
    assert np.isnan(read.sigmas[2])
    assert (read.precision, read.appended_zero, read.label) == ("float32", True, f"{path}:tensor")
    assert "sigma[2] = nan" in one_line(f"{path}:tensor")
    assert "functools.partial(unknown, beta=...)" in one_line(f"{path}:unknown", 3, given)
    assert "shape ()" in one_line(f"{path}:text", read=given)


def test_no_toolbox_is_needed_for_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("diffusers", "k_diffusion", "comfy"):
        monkeypatch.setitem(sys.modules, name, None)  # an import of it would fail
    for toolbox in TOOLBOXES:
        importlib.reload(toolbox)
    assert as_grid([3, 2, 1]).N == as_grid(lambda: torch.tensor([3.0, 2.0, 1.0])).N == 2


def test_a_family_is_read_without_torch() -> None:
    """The command line refuses or reads text at once; torch takes seconds to load."""
    code = (
        "import sys; from verify.language import parse_grid; parse_grid('karras(n=3, sigma_min=1, sigma_max=2)')\n"
        "print('torch' in sys.modules)"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "False"
