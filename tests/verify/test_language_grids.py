"""Grids as typed, from files and from users' functions: the right sigmas, or one line that says why not."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from theory.grids import FAMILIES, Grid, cosine, from_sigmas, karras, laplace, linear, vp
from verify.language import BadInput, parse_grid


@pytest.mark.parametrize(
    ("text", "grid"),
    [
        ("karras(n=19, sigma_min=0.002, sigma_max=80, rho=7)", karras(19, 0.002, 80.0, 7.0)),
        ("karras(19, .002, 80)", karras(19, 0.002, 80.0)),
        (" linear ( n = 3 , sigma_max = 2 , sigma_min = 1e-1 ) ", linear(3, 0.1, 2.0)),
        ("laplace(9, .01, 50, mu=-0.5)", laplace(9, 0.01, 50.0, mu=-0.5)),
        ("vp(5)", vp(5)),
        ("from_sigmas([4, 2, 1, 0])", from_sigmas([4.0, 2.0, 1.0])),
    ],
)
def test_call(text: str, grid: Grid) -> None:
    assert np.array_equal(parse_grid(text).sigmas, grid.sigmas)


@pytest.mark.parametrize("name", FAMILIES)
def test_a_familys_label_reads_back(name: str) -> None:
    needs_range = name not in ("vp", "cosine")
    grid = FAMILIES[name](12, **({"sigma_min": 0.05, "sigma_max": 7.5} if needs_range else {}))
    again = parse_grid(grid.label)
    assert again == grid
    assert again.formula == grid.formula


@given(st.lists(st.floats(1e-40, 1e40), min_size=2, max_size=40, unique=True))
def test_a_lists_label_reads_back(values: list[float]) -> None:
    grid = from_sigmas(sorted(values, reverse=True))
    assert parse_grid(grid.label) == grid


def test_steps_set_and_check_the_number_of_points() -> None:
    assert parse_grid("cosine()", steps=7) == cosine(8)
    assert parse_grid("karras(sigma_min=1, sigma_max=2)", steps=1).n == 2
    assert parse_grid("vp(n=8)", steps=7).n == 8
    with pytest.raises(BadInput, match=r"has 7 steps \(8 points\), but 8 were asked for"):
        parse_grid("vp(n=8)", steps=8)
    with pytest.raises(BadInput, match="at least one step"):
        parse_grid("vp()", steps=0)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ["no grid", "karras(n=19"]),
        ("karras", ["needs its parameters"]),
        ("karass(n=3)", ["'karass'", "'karras'"]),
        ("karass", ["'karras'"]),
        ("sigmas.xlsx", [".csv .txt .json .npy"]),
        ("missing.csv", ["'missing.csv'", "no such file"]),
        ("missing.py:f", ["'missing.py'", "no such file"]),
        ("karras(n=19)", ["sigma_min", "write karras(n, sigma_min, sigma_max, rho=7.0)"]),
        ("karras(19, 1, 2, 3, 4)", ["too many positional", "write karras("]),
        ("karras(19, 1, 2, n=3)", ["multiple values", "'n'"]),
        ("karras(n=19, sigma_mix=1, sigma_max=2)", ["'sigma_mix'", "'sigma_min'"]),
        ("karras(n=19, sigma_min=2, sigma_max=1)", ["sigma_min = 2 > sigma_max = 1", "swap"]),
        ("karras(n=1, sigma_min=1, sigma_max=2)", ["n = 1"]),
        ("karras(n=2.5, sigma_min=1, sigma_max=2)", ["n = 2.5"]),
        ("karras(n=10**9, sigma_min=1, sigma_max=2)", ["'10**9' is not a number"]),
        ("karras(n=1000000000, sigma_min=1, sigma_max=2)", ["n = 1000000000"]),
        ("karras(n=1e999, sigma_min=1, sigma_max=2)", ["'1e999' is too large"]),
        ("karras(n=[3], sigma_min=1, sigma_max=2)", ["n = [3]"]),
        ("karras(n='3')", ["column 10", "no meaning"]),
        ("karras(n=True, sigma_min=1, sigma_max=2)", ["'True' is not a number"]),
        ("karras(**x)", ["**"]),
        ("karras(*x)", ["not a number"]),
        ("karras(n=3", ["never closed"]),
        ("karras(n=3)(2)", ["no grid"]),
        ("karras(n=3).sigmas", ["no grid"]),
        ("from_sigmas([1, 2])", ["increasing, reverse it"]),
        ("from_sigmas([[[[1]]]])", ["nested more than 3"]),
        ("vp(" + "9" * 5000 + ")", ["column"]),
    ],
)
def test_refuses_and_says_why(text: str, words: list[str]) -> None:
    with pytest.raises(BadInput) as caught:
        parse_grid(text)
    message = str(caught.value)
    assert "\n" not in message
    for word in words:
        assert word in message


# --- files -------------------------------------------------------------------------------------------------

SIGMAS = [80.0, 0.1 + 0.2, 1 / 3 / 10, 1e-5]
FILES = {
    "one a line.csv": "\n".join(map(repr, SIGMAS)),
    "windows.csv": "\ufeffsigma\r\n" + "\r\n".join(map(repr, SIGMAS)) + "\r\n",
    "header.csv": '"Sigma"\n\n' + "\n".join(map(repr, SIGMAS)) + "\n0\n",
    "one line.txt": ", ".join(map(repr, SIGMAS)),
    "trailing comma.txt": ", ".join(map(repr, SIGMAS)) + ", 0.0,\n",
    "comments.TXT": "# my schedule\n" + "  # sampled\n".join(map(repr, SIGMAS)),
    "list.json": json.dumps([*SIGMAS, 0]),
    "object.json": json.dumps({"sigmas": SIGMAS, "model": "mine"}),
}


@pytest.mark.parametrize("name", FILES)
def test_text_file(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(FILES[name], encoding="utf-8", newline="")
    grid = parse_grid(f" {tmp_path / name} ")
    assert grid.sigmas.tolist() == SIGMAS
    assert grid.label == str(tmp_path / name)
    assert parse_grid(str(tmp_path / name), steps=3) == grid


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int64, ">f8"])
def test_npy_file(tmp_path: Path, dtype: str) -> None:
    sigmas = np.array([80, 3, 1, 0], dtype=dtype)
    np.save(tmp_path / "s.npy", sigmas)
    assert parse_grid(str(tmp_path / "s.npy")).sigmas.tolist() == [80.0, 3.0, 1.0]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.csv", "", ["no points"]),
        ("a.csv", "3\n\nx1\n1\n", ["row 3", "'x1'"]),
        ("a.csv", "sigma\n3\nnan\n", ["row 3", "'nan'"]),
        ("a.csv", "3\ninf\n", ["row 2", "'inf'"]),
        ("a.csv", "3\n\n1\n2\n", ["row 4", "sigma = 2", "1"]),
        ("a.csv", "3\n2\n2\n", ["row 3", "not below the one before"]),
        ("a.csv", "3\n-2\n", ["row 2", "-2"]),
        ("a.csv", "3\n0\n1\n", ["row 2", "sigma = 0"]),
        ("a.csv", "3\n1\n0\n0\n", ["row 3", "sigma = 0"]),
        ("a.csv", "3,2\n1,0.5\n", ["row 1", "2 numbers"]),
        ("a.csv", "sigma,loss\n3,2\n", ["'sigma, loss'"]),
        ("a.csv", "3,,1\n", ["row 1", "''"]),
        ("a.csv", b"\xff\xfe3\n", ["UTF-8"]),
        ("a.json", "[3, 2", ["not JSON"]),
        ("a.json", '{"sigma": [3]}', ['{"sigmas"']),
        ("a.json", "[3, [2]]", ["row 2", "[2]"]),
        ("a.json", "[3, true]", ["row 2", "True"]),
        ("a.json", "[3, NaN]", ["row 2", "nan"]),
        ("a.json", f"[{'9' * 5000}]", ["a.json"]),
        ("a.json", "[" * 100_000, ["not JSON"]),
        ("a.npy", b"\x93NUMPY", ["numpy cannot read it"]),
        ("a.npy", b"PK\x05\x06" + b"\0" * 18, ["archive"]),
    ],
)
def test_bad_file_is_named_with_row_and_value(
    tmp_path: Path, name: str, content: str | bytes, words: list[str]
) -> None:
    (tmp_path / name).write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(BadInput) as caught:
        parse_grid(str(tmp_path / name))
    message = str(caught.value)
    for word in ("\n" not in message and name, *words):
        assert word in message


@pytest.mark.parametrize(
    ("array", "words"),
    [
        (np.ones((2, 2)), ["(2, 2)", "(n,)"]),
        (np.array(["a", "b"]), ["not real numbers"]),
        (np.array([2 + 1j, 1]), ["complex128"]),
        (np.array([True, False]), ["bool"]),
        (np.array([2, np.nan]), ["entry [1] is nan"]),
        (np.array([1.0, 2.0]), ["row 2", "sigma = 2"]),
        (np.array([{"a": 1}], dtype=object), ["object", "not real numbers"]),
    ],
)
def test_bad_npy_content(tmp_path: Path, array: np.ndarray, words: list[str]) -> None:
    np.save(tmp_path / "s.npy", array, allow_pickle=True)
    with pytest.raises(BadInput) as caught:
        parse_grid(str(tmp_path / "s.npy"))
    for word in words:
        assert word in str(caught.value)


@given(st.integers(0, 200), st.integers(0, 255))
def test_damaged_npy_is_refused_or_read(tmp_path_factory: pytest.TempPathFactory, at: int, byte: int) -> None:
    path = tmp_path_factory.mktemp("npy") / "s.npy"
    np.save(path, np.array([3.0, 2.0, 1.0]))
    content = bytearray(path.read_bytes())
    content[at % len(content)] = byte
    path.write_bytes(content)
    try:
        grid = parse_grid(str(path))
    except BadInput:
        return
    assert len(grid) >= 2


def test_large_file_is_refused_unread(tmp_path: Path) -> None:
    with (tmp_path / "s.csv").open("wb") as file:
        file.truncate(50 * 2**20 + 1)
    with pytest.raises(BadInput, match="52428801 bytes"):
        parse_grid(str(tmp_path / "s.csv"))


def test_folder_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "s.csv").mkdir()
    with pytest.raises(BadInput, match="it is a folder"):
        parse_grid(str(tmp_path / "s.csv"))


# --- functions ---------------------------------------------------------------------------------------------

USER_FILE = """
from dataclasses import dataclass
import numpy as np, torch
import beside
from theory.grids import karras

@dataclass
class Setting:
    low: float = 1.0

def plain(): return [4.0, 2.0, Setting().low, 0.0]
def array(): return np.array([4.0, 2.0, 1.0])
def tensor(): return torch.tensor([4.0, 2.0, 1.0], requires_grad=True)
def grid(): return karras(3, 1.0, 4.0, 1e9)
def points(n): return np.geomspace(4.0, 1.0, n)
def optional(n=3): return np.geomspace(4.0, 1.0, n)
def fails(): raise RuntimeError("two\\nlines")
def exits(): raise SystemExit(3)
def text(): return "4 2 1"
def rising(): return [1.0, 2.0]
def keyword(*, n): return [4.0, 2.0, 1.0]
number = 3
"""


@pytest.fixture
def user_file(tmp_path: Path) -> Path:
    (tmp_path / "beside.py").write_text("")
    (tmp_path / "mine.py").write_text(USER_FILE)
    return tmp_path / "mine.py"


@pytest.mark.parametrize("name", ["plain", "array", "tensor", "grid", "optional"])
def test_function(user_file: Path, name: str) -> None:
    grid = parse_grid(f"{user_file}:{name}")
    assert grid.sigmas == pytest.approx([4.0, 2.0, 1.0], rel=1e-8)


def test_function_is_given_the_number_of_points(user_file: Path) -> None:
    for name in ("points", "optional"):
        assert np.array_equal(parse_grid(f"{user_file}:{name}", steps=4).sigmas, np.geomspace(4.0, 1.0, 5))
    assert parse_grid(f"{user_file}:plain", steps=2).N == 2


@pytest.mark.parametrize(
    ("name", "steps", "words"),
    [
        ("points", None, ["wants an argument", "--steps"]),
        ("plain", 3, ["has 2 steps", "3 were asked for"]),
        ("fails", None, ["mine.py:fails raised RuntimeError at line 17: two lines"]),
        ("exits", None, ["raised SystemExit"]),
        ("text", None, ["shape ()"]),
        ("rising", None, ["reverse it"]),
        ("keyword", None, ["raised TypeError"]),
        ("number", None, ["no function 'number'"]),
        ("plian", None, ["no function 'plian'", "'plain'"]),
        ("", None, ["write", "mine.py:FUNCTION"]),
    ],
)
def test_bad_function(user_file: Path, name: str, steps: int | None, words: list[str]) -> None:
    with pytest.raises(BadInput) as caught:
        parse_grid(f"{user_file}:{name}", steps=steps)
    message = str(caught.value)
    assert "\n" not in message
    for word in words:
        assert word in message


def test_file_that_does_not_run(tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("def f(:\n")
    with pytest.raises(BadInput, match=r"broken\.py raised SyntaxError"):
        parse_grid(f"{tmp_path / 'broken.py'}:f")
