"""Hostile texts and files for the readers, made from bytes, so that a fuzzer can steer what is made.

A grammar gets past the first check of a reader; stray pieces, damaged headers and repetitions do the harm.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np


def words(text: str) -> list[str]:
    return text.split(" ")


class Choices:
    """Numbers below ``n`` from bytes; 0 when these are used up, which ends every recursion below."""

    def __init__(self, data: bytes):
        self.data, self.at = data, 0

    def __call__(self, n: int) -> int:
        self.at += 1
        return self.data[self.at - 1] % n if self.at <= len(self.data) else 0

    def of(self, items: Sequence[Any]) -> Any:
        return items[self(len(items))]

    @property
    def left(self) -> int:
        return len(self.data) - self.at


# --- texts -------------------------------------------------------------------------------------------------

LEAVES = words("E_D d v[0] v[N] v[k] J(u) J(v[k]) 1 2 -1 .5 1e-9 1/3 pi E k u N mu lam x C eps2[k] J(2) oo 10**6")
LEAVES += ["Derivative(J(u),u)", "v[k+1]", "v[N-1-k]", "9**9**9", "0", "1e12", "sigma[i]", "hess2(v[0])"]
BRANCHES = words("{}+{} ({}-{}) {}*{} {}/{} ({})**2 ({})**-1 ({})**.5 ({})**({}) ({})**64 sqrt({}) log({}) exp({})")
BRANCHES += words("sin({}) tan({}) cosh({}) atan({}) tanh({}) Abs({}) Max({},{}) min({},{},{}) J({}) E**({}) -{}")
BRANCHES += words("Sum({},(k,0,N-1)) Sum({},(i,{},{})) Product({},(j,0,k)) Integral({},(u,v[N],v[0]))")
BRANCHES += words("Integral({},(u,0,oo)) Integral({},(w,{},{})) Sum({},(k,0,10**6*i),(i,0,999)) drift2({},{}) ({},{})")
SIGNS = ["<=", ">=", "<", ">", "==", "!=", "=", "<= d <=", ""]
STRAY = words("( ) [ ] , ** * / + - . < = 0 9 e _ : ; ' \" \\ # $ @ ! ~ | & ^ { } \0 \ud800 ∞ ² λ")
STRAY += [
    "lambda ",
    " if ",
    " for ",
    " in ",
    "not ",
    "None",
    "1j",
    "\n",
    "\t",
    "__import__('os')",
    ".__class__",
    "9" * 60,
]


def expression(choose: Choices, depth: int = 12) -> str:
    if depth == 0 or choose.left <= 0 or choose(4) == 0:
        return str(choose.of(LEAVES))
    pieces = choose.of(BRANCHES).split("{}")
    text = pieces[0] + "".join(expression(choose, depth - 1) + piece for piece in pieces[1:])
    if choose(16) == 1:  # the same again and again
        inner = choose.of(("sqrt({})", "exp({})", "({})**(1/3)", "Max(1,{})", "-({})", "(1+{})**7", "{}*{}"))
        for _ in range(choose(40)):
            text = inner.replace("{}", text) if len(text) < 4000 else text
    return text


def disturbed(choose: Choices, text: str) -> str:
    for _ in range(max(0, choose(6) - 3)):
        at = choose(256) * (len(text) + 1) // 256
        text = text[:at] + choose.of(STRAY) + text[at + choose(3) :]
    return text


def relation(choose: Choices) -> str:
    left = expression(choose) if choose(3) == 1 else "E_D"
    return disturbed(choose, f"{left} {choose.of(SIGNS)} {expression(choose)}")


NUMBERS = words("1 2 3 0 -1 .5 1e-9 80 7 19 1e50 1e-50 1e300 1e999 -0.0 1000000 1000000000 1e12 2.5 9007199254740993")
NAMES = words("karras exponential polyexponential linear vp cosine laplace tan from_sigmas from_variances")
NAMES += ["gaussian", "mixture", "cloud", "digits", "gaussian_", "os.system"]
KEYS = words("n sigma_min sigma_max rho beta_d beta_min eps_s s t_min t_max mu beta c sigmas v d var mean")
KEYS += words("eigenvalues cov weights means stds covs samples seed alpha points label name _")
PLACES = (
    "beside.csv",
    "beside.npy",
    "/dev/zero",
    "/dev/stdin",
    "..",
    "~",
    "missing.json",
    "x.py:f",
    "\0.csv",
    "digits",
)


CALLS = [
    "karras(n=19, sigma_min=0.002, sigma_max=80, rho=7)",
    "exponential(5, .002, 80)",
    "laplace(9, .01, 50, mu=-0.5)",
    "vp(n=3)",
    "cosine(9)",
    "from_sigmas([4, 2.5, 1e-3, 0])",
    "gaussian(d=3, var=0.25, mean=[1, 2, 3])",
    "gaussian(cov=[[2, .5], [.5, 1]], mean=-1)",
    "mixture(weights=[.3,.7], means=[-1.5,1], stds=[.25,.4])",
    "mixture(weights=[.5,.5], means=[[0,1],[1,0]], stds=[1,2], samples=64, seed=3, alpha=.01)",
    "cloud(points=[[0, 1], [1, 0]])",
]


def value(choose: Choices, depth: int = 3) -> str:
    if depth and choose(3) == 1:
        return "[" + ",".join(value(choose, depth - 1) for _ in range(choose(4))) + "]"
    return str(choose.of(NUMBERS))


def renumbered(choose: Choices, text: str) -> str:
    """The text with some of its numbers replaced."""
    return re.sub(r"[\d.]+(e-?\d+)?", lambda found: choose.of(NUMBERS) if choose(8) == 1 else found[0], text)


def call(choose: Choices) -> str:
    if choose(8) == 1:
        return disturbed(choose, choose.of(PLACES))
    if choose(2):
        return renumbered(choose, disturbed(choose, choose.of(CALLS)))
    arguments = [value(choose) for _ in range(choose(4))]
    arguments += [f"{choose.of(KEYS)}={value(choose)}" for _ in range(choose(5))]
    return disturbed(choose, f"{choose.of(NAMES)}({','.join(arguments)})")


# --- files -------------------------------------------------------------------------------------------------

CELLS = [*NUMBERS, *",,,,,,\n\n\n\n", "\r\n", "#", " ", "\t", "sigma", "x,y", "nan", "inf", "-inf", "\0", "\ufeff", '"']
CELLS += ["\x85", "\u2028", "\x0b", "1_0", "٣", "0x1", "9" * 400, "1e", "True", "None", "," * 200, "\n" * 200]
JSON = [*"[[[]]],,,{}:", *NUMBERS, '{"sigmas":', "true", "null", "NaN", "-Infinity", '"\\ud800"', '"a"', "[" * 900]
JSON += ["9" * 5000, "\n", "\0", "\ufeff", "'", "//", "1.", "01", '{"sigmas":[3,2,1,0]}']
DTYPES = words("<f8 >f8 <f4 <f2 <f16 <i8 |u1 |b1 <c16 |O |S0 <U9 |V0 |V99999999999 <M8[s] <f9999 , a,b ( 0")
SHAPES = words(
    "(3,) (3000000000000,) (-3,) (1,)*99 (2,2) () (0,) (0,2) (3.,) [3] 3 (True,) None (9999999999,99999999999)"
)
SHAPES += ["(" + "1," * 70 + ")", "(3,))", "(" * 99, "-" * 3000 + "1", "__import__('os').system('id')", "'\\z'"]


def npy(choose: Choices) -> bytes:
    dtype = choose.of([repr(choose.of(DTYPES)), "[(1,)]", "None", "'<f8'", "'<f8'", "'<f8'"])
    order = choose.of(["False", "False", "True", "3"])
    shape = choose.of([choose.of(SHAPES), "(3,)", "(3,1)"])
    fields = [f"'descr': {dtype}", f"'fortran_order': {order}", f"'shape': {shape}"]
    if choose(8) == 1:
        fields.append("'extra': 1")
    if choose(8) == 1:
        del fields[choose(len(fields))]
    text = (
        choose.of(("", "", "", " ", "\n", "L", "#"))
        + "{"
        + ", ".join(fields)
        + ", }"
        + choose.of(("\n", "\n", "", "\0", "L"))
    )
    header = text.encode("utf-8", "replace")
    version = choose.of(((1, 0), (1, 0), (1, 0), (2, 0), (3, 0), (9, 9), (0, 0)))
    size = choose.of((len(header), len(header), len(header), 0, 65535, 5))
    length = size.to_bytes(4 if version[0] > 1 else 2, "little")
    numbers = np.array([[3.0, 2.0, 1.0], [1.0, np.nan, -1.0]][choose(2)]).tobytes()
    return bytes([0x93, *b"NUMPY", *version]) + length + header + numbers[: choose.of((24, 24, 24, 23, 0))]


CSV = ["80\n9\n1\n.5\n0\n", "sigma\r\n80\r\n1\r\n", "80, 9, 1, 0,\n", "# mine\n3\n2\n1\n", "x,y\n1,2\n3,4\n"]
LISTS = ["[80, 9, 1, 0]", '{"sigmas": [80, 9.5, 1e-3]}', "[3,2]"]


def joined(choose: Choices, tokens: list[str], valid: list[str]) -> bytes:
    if choose(2):
        return renumbered(choose, disturbed(choose, choose.of(valid))).encode("utf-8", "surrogatepass")
    parts = []
    while choose.left > 0:
        parts.append(choose.of(tokens))
    return "".join(parts).encode("utf-8", "surrogatepass")
