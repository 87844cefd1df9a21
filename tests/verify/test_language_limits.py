"""What the readers of files and calls refuse for its size, its kind or what it would start later."""

from __future__ import annotations

import os
import re
import sys
import time
import tracemalloc
import warnings
from pathlib import Path

import numpy as np
import pytest

from verify.language import BadInput, parse_grid, parse_target, tables
from verify.language.tables import MAX_NUMBERS

unix = pytest.mark.skipif(sys.platform != "linux", reason="makes files that only Linux has")


def refusal(text: str) -> str:
    with pytest.raises(BadInput) as caught:
        parse_grid(text)
    assert len(str(caught.value).splitlines()) == 1
    return str(caught.value)


def npy(path: Path, shape: str, dtype: str = "'<f8'", version: tuple[int, int] = (1, 0), order: str = "False") -> str:
    """A file with three numbers, whatever its header claims."""
    header = f"{{'descr': {dtype}, 'fortran_order': {order}, 'shape': {shape}, }}\n".encode()
    length = len(header).to_bytes(2 if version[0] == 1 else 4, "little")
    path.write_bytes(b"\x93NUMPY" + bytes(version) + length + header + np.array([3.0, 2.0, 1.0]).tobytes())
    return str(path)


@pytest.mark.parametrize("version", [(1, 0), (2, 0)])
def test_the_header_that_is_changed_below_is_read_unchanged(tmp_path: Path, version: tuple[int, int]) -> None:
    assert parse_grid(npy(tmp_path / "s.npy", "(3,)", version=version)).sigmas.tolist() == [3.0, 2.0, 1.0]
    assert parse_grid(npy(tmp_path / "s.npy", "(3,)", order="True")).n == 3


@pytest.mark.parametrize(
    ("shape", "dtype", "words"),
    [
        ("(10**12,)", "'<f8'", "cannot read it"),
        ("(1000000000000,)", "'<f8'", "3 entries present"),
        ("(1000000000000, 0)", "'<f8'", "shape"),
        ("(4,)", "'<f8'", "3 entries present"),
        ("(-3,)", "'<f8'", "-3"),
        ("(-1, -3)", "'<f8'", "-1, -3"),
        ("(4294967296, 4294967296)", "'<f8'", "3 entries present"),
        ("(" + "1, " * 70 + ")", "'<f8'", "one or two axes"),
        ("(3,)", "'<f8', 'more': 1", "cannot read it"),
        ("(1000000000000,)", "'|S0'", "not real numbers"),
        ("(1000000000000,)", "'|V0'", "not real numbers"),
        ("(3,)", "'|O'", "holds object"),
        ("(3,)", "[('a', '<f8')]", "not real numbers"),
        ("(3,)", "__import__('os')", "cannot read it"),
        ("-" * 9000 + "3", "'<f8'", "cannot read it"),
        ("(" * 300 + "3" + ")" * 300, "'<f8'", "cannot read it"),
        ("(3,)" + " " * 20_000, "'<f8'", "cannot read it"),
    ],
)
def test_an_array_that_lies(tmp_path: Path, shape: str, dtype: str, words: str) -> None:
    text = npy(tmp_path / "s.npy", shape, dtype)
    tracemalloc.start()
    try:
        assert words in refusal(text)
        assert tracemalloc.get_traced_memory()[1] < 50e6
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("version", [(3, 0), (0, 0), (9, 9)])
def test_other_versions_of_the_format(tmp_path: Path, version: tuple[int, int]) -> None:
    assert "cannot read it" in refusal(npy(tmp_path / "s.npy", "(3,)", version=version))


def test_no_order_of_axes_and_no_true_for_a_length(tmp_path: Path) -> None:
    assert "cannot read it" in refusal(npy(tmp_path / "s.npy", "(3,)", order="3"))
    refusal(npy(tmp_path / "s.npy", "(True, 3)"))


def test_a_header_of_python_2_warns_nobody(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert parse_grid(npy(tmp_path / "s.npy", "(3L,)")).n == 3


# Each is far smaller than MAX_BYTES, and most would be far larger as Python objects.
LONG = {
    "commas.csv": b"," * (4 * MAX_NUMBERS),
    "column.csv": b"1\n" * (2 * MAX_NUMBERS),
    "blank.txt": b"\n" * (8 * MAX_NUMBERS),
    "row.txt": b"3," * (2 * MAX_NUMBERS),
    "lists.json": b"[" + b"[]," * (4 * MAX_NUMBERS) + b"[]]",
    "digits.csv": b"9" * (8 * MAX_NUMBERS),
    "comment.csv": b"#" * (8 * MAX_NUMBERS),
    "string.json": b'"' + b"a" * (8 * MAX_NUMBERS) + b'"',
    "digits.json": b"[" + b"9" * (8 * MAX_NUMBERS) + b"]",
    "fraction.json": b"[0." + b"9" * (8 * MAX_NUMBERS) + b"]",
}


@pytest.mark.parametrize("name", LONG)
def test_long_files_are_answered_at_once(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(LONG[name])
    began = time.perf_counter()
    assert len(refusal(str(tmp_path / name))) < 500
    assert time.perf_counter() - began < 10  # at most a second on an idle machine


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"3\n2\0\n1\n", "row 2"),
        (b"\xff\xfe3\0\n\0", "not UTF-8"),
        ("3\n2\x851\n".encode(), "row 2"),
        ("\ufeff\ufeff3\n2\n".encode(), "'\\ufeff3'"),
        (b"\x80", "byte 0"),
    ],
)
def test_odd_characters(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "s.csv").write_bytes(content)
    assert words in refusal(str(tmp_path / "s.csv"))


def test_old_line_ends_and_one_mark_of_order_are_read(tmp_path: Path) -> None:
    (tmp_path / "s.csv").write_bytes("\ufeff3\r2\r1".encode())
    assert parse_grid(str(tmp_path / "s.csv")).n == 3


def test_an_entry_of_json_that_is_a_deep_list(tmp_path: Path) -> None:
    (tmp_path / "s.json").write_text("[3, " + "[" * 700 + "]" * 700 + "]")
    assert "row 2" in refusal(str(tmp_path / "s.json"))


@unix
def test_what_is_no_regular_file_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    for device in ("zero", "stdin", "tty"):
        (tmp_path / f"{device}.npy").symlink_to(f"/dev/{device}")
    (tmp_path / "loop.csv").symlink_to(tmp_path / "loop.csv")
    (tmp_path / "gone.csv").symlink_to(tmp_path / "nothing")
    (tmp_path / "folder.json").mkdir()
    for path in sorted(tmp_path.iterdir()):
        message = refusal(str(path))
        assert re.search("not a regular file|no such file|it is a folder", message), message
    assert "not a regular file" in refusal(str(tmp_path / "pipe.csv"))


@pytest.mark.parametrize("name", ["s.csv", "s.json", "s.npy"])
def test_a_file_that_hides_its_size_is_read_no_further_than_the_limit(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As files of the kernel do, whose size is 0 and which have no end."""
    path = tmp_path / name
    path.write_bytes(b"3," * (2 * tables.CHUNK))
    monkeypatch.setattr(tables, "MAX_BYTES", 1000)
    monkeypatch.setattr(tables, "existing_file", lambda text: Path(text))
    tracemalloc.start()
    try:
        assert "more than 1000 bytes" in refusal(str(path))
        assert tracemalloc.get_traced_memory()[1] < 3 * tables.CHUNK
    finally:
        tracemalloc.stop()


def test_a_link_to_a_file_is_followed(tmp_path: Path) -> None:
    (tmp_path / "s.csv").write_text("3\n2\n")
    (tmp_path / "link.csv").symlink_to(tmp_path / "s.csv")
    assert parse_grid(str(tmp_path / "link.csv")).n == 2


@unix
@pytest.mark.parametrize("name", ["\x1b[31m.csv", "a\nb.csv", "\udcff.csv", "\u202e.csv"])
def test_names_that_would_harm_a_terminal(tmp_path: Path, name: str) -> None:
    """They would come back in labels: an escape code, a line end, half a character, reversed text."""
    (tmp_path / name).write_text("3\n2\n")
    message = refusal(str(tmp_path / name))
    assert "rename the file" in message
    assert message.isprintable()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("karras(n=1000001, sigma_min=1, sigma_max=2)", "n = 1000001 exceeds 1000000"),
        ("karras(" + "1+" * 400_000 + "1)", "more than 100000 names"),
        ("karras(" + "a=1," * 200_000 + ")", "more than 100000 names"),
        ("vp(" + " " * 1_000_000 + ")", "1000000"),
    ],
)
def test_calls_that_are_too_large(text: str, words: str) -> None:
    assert words in refusal(text)


def test_steps_are_limited_as_points_are() -> None:
    with pytest.raises(BadInput, match="n = 1000000001 exceeds"):
        parse_grid("vp()", steps=10**9)


MIXTURE = "mixture(weights=[.5,.5], means=[[0,1],[1,0]], stds=[1,2], {})"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (MIXTURE.format("samples=2000000"), "exceeds 1000000"),
        (MIXTURE.format("samples=2.5"), "samples = 2.5"),
        (MIXTURE.format("seed=-1"), "seed = -1"),
        (MIXTURE.format("seed=1e300"), "seed = 1e+300"),
        (MIXTURE.format("alpha=0"), "alpha = 0"),
        (MIXTURE.format("alpha=[1]"), "alpha = [1]"),
        ("gaussian(mean=1e200)", "second moment"),
        ("cloud(points=[1e155, 0])", "second moment"),
        ("mixture(weights=[1], means=[0], stds=[1e200])", "second moment"),
    ],
)
def test_targets_that_would_fail_later(text: str, words: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(BadInput) as caught:
            parse_target(text)
    assert words in str(caught.value)


def test_points_that_are_too_far_out(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("1e300\n2\n")
    with pytest.raises(BadInput, match="second moment"):
        parse_target(str(tmp_path / "p.csv"))
