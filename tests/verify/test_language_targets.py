"""Data distributions as typed and from files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from numerics.targets import Gaussian, GaussianMixture, LossCurve, PointCloud, Target, digits
from verify.language import BadInput, parse_target
from verify.language.curves import read_curve


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("gaussian()", Gaussian()),
        ("gaussian(d=1, var=0.25)", Gaussian(1, 0.25)),
        (" gaussian( 3 , .5, mean = [1, -2, +3e0] ) ", Gaussian(3, 0.5, [1.0, -2.0, 3.0])),
        ("gaussian(cov=[[2, .5], [.5, 1]])", Gaussian(cov=[[2.0, 0.5], [0.5, 1.0]])),
        (
            "mixture(weights=[.3,.7], means=[-1.5,1], stds=[.25,.4])",
            GaussianMixture([0.3, 0.7], [-1.5, 1.0], [0.25, 0.4]),
        ),
        ("mixture((.5, .5), ((0, 1), (1, 0)), (1, 2))", GaussianMixture([0.5] * 2, [[0, 1], [1, 0]], [1, 2])),
        ("cloud(points=[[0, 1], [1, 0]])", PointCloud([[0.0, 1.0], [1.0, 0.0]])),
        ("digits", digits()),
        ("digits()", digits()),
    ],
)  # fmt: skip
def test_reads_and_reads_its_label_back(text: str, target: Target) -> None:
    for read in (parse_target(text), parse_target(target.label)):
        assert type(read) is type(target)
        assert read.label == target.label
        assert np.array_equal(read.mean, target.mean)
        assert read.m2.value == target.m2.value


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ["no target", "mixture("]),
        ("gausian", ["'gaussian'"]),
        ("gausian(d=1)", ["'gausian'", "'gaussian'"]),
        ("gaussian", ["needs its parameters"]),
        ("gaussian(dim=1)", ["'dim'", "write gaussian(d=None"]),
        ("gaussian(d=0)", ["d = 0"]),
        ("gaussian(d=1.5)", ["d = 1.5"]),
        ("gaussian(d=1000000000)", ["d = 1000000000 exceeds 100000"]),
        ("gaussian(var=-1)", ["-1"]),
        ("gaussian(var=[1, [2]])", ["var"]),
        ("gaussian(var=1e999)", ["'1e999' is too large"]),
        ("gaussian(d=1, var=1, cov=[[1]])", ["only one"]),
        ("gaussian(cov=[[1, 2], [2, 1]])", ["eigenvalue"]),
        ("gaussian(mean='a')", ["no meaning"]),
        ("gaussian(mean=[x])", ["'x' is not a number"]),
        ("gaussian(mean=2*3)", ["'2*3' is not a number"]),
        ("mixture(weights=[1], means=[0])", ["stds"]),
        ("mixture(weights=[.5], means=[0], stds=[1])", ["sum to 0.5"]),
        ("mixture([1], [0], [1], samples=[2])", ["mixture("]),
        ("mixture([1], [0], [1], samples=1000000000000)", ["samples"]),
        ("cloud([1, 2], 3)", ["label"]),
        ("cloud([])", ["empty"]),
        ("digits(3)", ["too many positional", "write digits()"]),
        ("missing.npy", ["'missing.npy'", "no such file"]),
        ("points.parquet", [".npy .csv"]),
    ],
)
def test_refuses_and_says_why(text: str, words: list[str]) -> None:
    with pytest.raises(BadInput) as caught:
        parse_target(text)
    message = str(caught.value)
    assert "\n" not in message
    for word in words:
        assert word in message


POINTS = np.array([[0.0, 1.5], [-2.0, 1e-3], [4.0, 4.0]])


def test_points_from_npy(tmp_path: Path) -> None:
    np.save(tmp_path / "p.npy", POINTS.astype(np.float32))
    cloud = parse_target(str(tmp_path / "p.npy"))
    assert isinstance(cloud, PointCloud)
    assert np.array_equal(cloud.points, POINTS.astype(np.float32))
    assert cloud.label == str(tmp_path / "p.npy")


@pytest.mark.parametrize("header", ["", "x,y\n", "# my data\nx,y\n"])
def test_points_from_csv(tmp_path: Path, header: str) -> None:
    (tmp_path / "p.csv").write_text(header + "\n".join(",".join(map(repr, row)) for row in POINTS.tolist()))
    cloud = parse_target(str(tmp_path / "p.csv"))
    assert isinstance(cloud, PointCloud)
    assert np.array_equal(cloud.points, POINTS)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", ["no numbers"]),
        ("x,y\n", ["no numbers"]),
        ("1,2\n3\n", ["row 2", "1 numbers", "has 2"]),
        ("x,y\n1,2\n3,b\n", ["row 3", "'b'"]),
        ("sigma,loss\n1,2\n", ["one row", "two or more"]),
        ("Loss, Sigma\n1,2\n2,1\n", ["dimension", "d=...", "--dimension"]),
        ("sigma,loss,d\n1,2,3\n2,2,4\n", ["row 3", "d = 4", "3 above"]),
        ("sigma,loss,d\n1,2,2.5\n2,2,2.5\n", ["d = '2.5'"]),
        ("sigma,loss,mse,d\n1,2,3,1\n", ["sigma,loss or sigma,mse"]),
        ("sigma,d\n1,2\n", ["sigma,loss or sigma,mse"]),
        ("sigma,los,d\n1,2,1\n", ["'los'", "'loss'"]),
        ("sigma,loss,loss,d\n1,2,1,1\n", ["loss occurs twice"]),
        ("sigma,loss,se,stderr,d\n1,2,1,1,1\n", ["two columns of standard errors"]),
        ("sigma,loss,d\n1,1,1\n2,nan,1\n", ["row 3", "'nan'"]),
        ("sigma,loss,d\n1,1,1\n2,,1\n", ["row 3", "''"]),
        ("sigma,loss,d\n1,1,1\n2,1\n", ["row 3", "2 numbers for 3 columns"]),
        ("# mine\nsigma,loss,d\n1,1,1\n3,1,1\n2,1,1\n", ["row 5", "sigma = 2 after 3"]),
        ("sigma,loss,d\n3,1,1\n2,1,1\n\n2,1,1\n", ["row 5", "repeats row 3"]),
        ("sigma,loss,d\n1,1,1\n2,-0.5,1\n", ["row 3", "loss = -0.5"]),
        ("sigma,mse,d\n2,1,1\n1,0,1\n", ["row 3", "mse = 0"]),
        ("sigma,mse,d\n2,1,1\n0,1,1\n", ["row 3", "sigma = 0"]),
        ("sigma,mse,se,d\n2,1,-1,1\n1,1,0,1\n", ["row 2", "standard error = -1"]),
    ],
)
def test_bad_csv(tmp_path: Path, content: str, words: list[str]) -> None:
    (tmp_path / "p.csv").write_text(content)
    with pytest.raises(BadInput) as caught:
        parse_target(str(tmp_path / "p.csv"))
    for word in (str(tmp_path / "p.csv"), *words):
        assert word in str(caught.value)


@pytest.mark.parametrize(("shape", "words"), [((3,), "(3,)"), ((2, 2, 2), "(2, 2, 2)"), ((0, 2), "empty")])
def test_bad_npy_shape(tmp_path: Path, shape: tuple[int, ...], words: str) -> None:
    np.save(tmp_path / "p.npy", np.zeros(shape))
    with pytest.raises(BadInput) as caught:
        parse_target(str(tmp_path / "p.npy"))
    assert words in str(caught.value)


CURVES = {
    "loss": "sigma,loss\n80,0.5\n2,6\n0.5,16\n",
    "mse": "sigma, mse\n# a comment\n0.5,4\n2,24\n80,3200\n",
    "stderr": "mse,stderr,sigma\n4,0.25,0.5\n24,4,2\n3200,0,80\n",
    "d": "sigma,mse,d\n0.5,4,64\n2,24,64\n80,3200,64\n",
}


@pytest.mark.parametrize("name", CURVES)
def test_loss_curves_from_csv(tmp_path: Path, name: str) -> None:
    path = tmp_path / "curve.csv"
    path.write_text(CURVES[name])
    typed = parse_target(f'loss_curve("{path}", d=64)')
    for curve in (typed, parse_target(typed.label), parse_target(f" loss_curve('{path}',64) "), read_curve(path, 64)):
        assert isinstance(curve, LossCurve)
        assert curve.sigmas.tolist() == [0.5, 2.0, 80.0]
        assert curve.losses.tolist() == [16.0, 6.0, 0.5]
        assert curve.errors.tolist() == ([1.0, 1.0, 0.0] if name == "stderr" else [0.0, 0.0, 0.0])
        assert curve.d == 64
        assert curve.label == f'loss_curve("{path}", d=64)'
    if name == "d":
        assert parse_target(str(path)).label == typed.label
        with pytest.raises(BadInput, match=r"d = 64 in the file, but 3 was given"):
            parse_target(f'loss_curve("{path}", d=3)')


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("loss_curve", ["no loss curve", "write loss_curve("]),
        ("loss_curve(curve.csv, d=1)", ["no loss curve", "write loss_curve("]),
        ('loss_curve("missing.csv", d=1)', ["'missing.csv'", "no such file"]),
        ('loss_curve("missing.csv", d=1, e=2)', ["write loss_curve("]),
        ('loss_curve("{}", d=0)', ["d = '0'"]),
        ('loss_curve("{}", d=x)', ["d = 'x'"]),
        ('loss_curve("{}", d=1e12)', ["d = '1e12'"]),
        ('loss_curve("{}")', ["dimension"]),
    ],
)
def test_bad_loss_curves(tmp_path: Path, text: str, words: list[str]) -> None:
    (tmp_path / "c.csv").write_text(CURVES["mse"])
    with pytest.raises(BadInput) as caught:
        parse_target(text.replace("{}", str(tmp_path / "c.csv")))
    for word in words:
        assert word in str(caught.value)


def test_points_are_no_curve(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("x,y\n1,2\n3,4\n")
    assert isinstance(parse_target(str(tmp_path / "p.csv")), PointCloud)
    with pytest.raises(BadInput, match=r"'x' is no column of a loss curve"):
        read_curve(tmp_path / "p.csv", 1)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("# made by hand\n\nsigma,mse\n1e-49,1e10\n1,1\n", r"row 4: mse = 1e\+10 makes a loss"),
        ("# made by hand\n\nsigma,mse\n1e-60,1\n1,1\n", "row 4: sigma = 1e-60 must lie between"),
        ("sigma,loss\n1,1\n2,1e101\n", r"row 3: loss = 1e\+101"),
        ("sigma,loss\n1,1\n", "one row of numbers"),
    ],
)
def test_what_a_curve_cannot_hold_is_named_by_its_line(tmp_path, text, message):
    path = tmp_path / "curve.csv"
    path.write_text(text)
    with pytest.raises(BadInput, match=message):
        read_curve(path, 3)


def test_a_curve_without_column_names(tmp_path):
    path = tmp_path / "curve.csv"
    path.write_text("1,2\n3,4\n")
    with pytest.raises(BadInput, match="no column names; write `sigma,loss`"):
        read_curve(path, 3)


def test_a_dimension_beyond_the_limit_says_the_limit(tmp_path):
    path = tmp_path / "curve.csv"
    path.write_text("sigma,loss\n1,2\n3,4\n")
    with pytest.raises(BadInput, match="from 1 to 1000000000"):
        parse_target(f'loss_curve("{path}", d=9999999999)')
