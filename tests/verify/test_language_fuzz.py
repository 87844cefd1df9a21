"""No text executes, hangs or crashes a parser: it is read, or refused by BadInput."""

from __future__ import annotations

import builtins
import itertools
import random
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from theory.compiler import compile_array
from theory.vocabulary import VOCABULARY, Shape
from verify.language import BadInput, parse_grid, parse_relation, parse_target

PARSERS: list[Callable[[str], Any]] = [parse_relation, parse_grid, parse_target]
VALID = [
    "E_D <= d/4*Sum(log(v[k]/v[k+1])**2, (k, 0, N-1))",
    "KL <= m2/(2*v[0]) + Sum((v[k]-v[k+1])*eps2[k], (k,0,N-1))/2 + Min(m2, d*v[0])*abs(1-.5e-3)",
    "H(u) - H(w) == Integral(J(x), (x, w, u))/2 + 0*Derivative(mmse(u), u)",
    "karras(n=19, sigma_min=0.002, sigma_max=80, rho=7)",
    "from_sigmas([4, 2.5, 1e-3, 0])",
    "mixture(weights=[.3,.7], means=[-1.5,1], stds=[.25,.4])",
    "gaussian(cov=[[2, .5], [.5, 1]], mean=-1)",
]
SECONDS = 60  # far above what any example takes, on any machine
AT_ONCE = 5  # a costly text takes below one second on an idle machine


@contextmanager
def within(seconds: int) -> Iterator[None]:
    def expire(*_: object) -> None:
        raise TimeoutError(f"no answer within {seconds} s")

    before = signal.signal(signal.SIGALRM, expire)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def read_or_refuse(parse: Callable[[str], Any], text: str, seconds: int = SECONDS) -> Any:
    with within(seconds):
        try:
            return parse(text)
        except BadInput as error:
            assert str(error)  # noqa: PT017
            assert "\n" not in str(error)  # noqa: PT017
            return None


@given(st.text(max_size=200))
@example("\0")
@example("E_D <= \ud800")
@example("E_D <= ²")
@example("E_D <= 1if d else 2")
@example("~nobody/x.csv")
@example("\0.npy")
@example(".py:")
@example("x" * 5000 + ".csv")
@example("(" * 9_999)
@example("-" * 9_999)
@example("a(" * 4_000)
@example("E_D <= " + "9" * 9_000)
@example("karras(" + "9" * 90_000 + ")")
@example("karras(" + "[" * 150 + "]" * 150 + ")")
@settings(deadline=None)  # the alarm in read_or_refuse takes its place
def test_any_text(text: str) -> None:
    for parse in PARSERS:
        read_or_refuse(parse, text)


TOKENS = [
    *"+-*/()[],=<>.019kNdE",
    "**",
    "<=",
    "==",
    " ",
    "E_D",
    "v[k]",
    "J(",
    "Sum(",
    "(k,0,N)",
    "oo",
    "-1",
    "1e9",
]
TOKENS += [
    "lambda",
    "if",
    "else",
    " for ",
    " in ",
    "not ",
    "None",
    "True",
    "1j",
    "**9**9",
    "_",
    "\n",
    "'",
    "exp(",
    "∞",
]


@st.composite
def mutated(draw: st.DrawFn) -> str:
    text = draw(st.sampled_from(VALID))
    for _ in range(draw(st.integers(1, 4))):
        a = draw(st.integers(0, len(text)))
        b = draw(st.integers(a, min(len(text), a + 6)))
        text = text[:a] + draw(st.sampled_from(TOKENS) | st.just("")) + text[b:]
    return text


@given(mutated())
@settings(deadline=None)
def test_mutated_text(text: str) -> None:
    for parse in PARSERS:
        read_or_refuse(parse, text)


def random_expression(rng: random.Random, depth: int, indices: tuple[str, ...] = ()) -> str:
    """Text that follows the grammar; its values need not make sense."""

    def inner(more: tuple[str, ...] = ()) -> str:
        return random_expression(rng, depth - 1, indices + more)

    scalars, curves, functions = (
        [q for q in VOCABULARY.values() if q.shape is shape and q.name != "k"]
        for shape in (Shape.SCALAR, Shape.INDEXED, Shape.FUNCTION)
    )
    free = [name for name in "kij" if name not in indices]
    leaves = ["number", "scalar", "element"]
    branches = ["power", "minus", "call", "extremum", "function", "slope", "sum", "integral", *"+-*/"]
    match rng.choice(branches if depth else leaves):
        case "number":
            return rng.choice(["0", "1", "2", ".5", "1e-9", "1/3", "pi", "E", "10**6", *indices])
        case "scalar":
            return rng.choice(scalars).name
        case "element":
            index = rng.choice(["0", "N", "N-1", *indices, *(f"N-{i}" for i in indices)])
            return f"{rng.choice(curves).name}[{index}]"
        case "power":
            return f"({inner()})**{rng.choice(['2', '-1', '.5', '(1/3)', f'({inner()})'])}"
        case "minus":
            return f"(-{inner()})"
        case "call":
            return f"{rng.choice(['exp', 'log', 'sqrt', 'sin', 'atan', 'tanh', 'Abs'])}({inner()})"
        case "extremum":
            return f"{rng.choice(['Max', 'min'])}({inner()}, {inner()})"
        case "function":
            function = rng.choice(functions)
            return f"{function.name}({', '.join(inner() for _ in function.arguments)})"
        case "slope":
            return "Derivative(J(v[0]), v[0])"
        case "sum" if free:
            return f"{rng.choice(['Sum', 'Product'])}({inner((free[0],))}, ({free[0]}, 0, N-1))"
        case "integral":
            return f"Integral({inner()}, (u, {rng.choice(['0', 'v[N]'])}, {rng.choice(['v[0]', 'oo'])}))"
        case _:
            return f"({inner()} {rng.choice('+-*/')} {inner()})"


@given(st.integers(0, 2**32), st.integers(1, 5))
@settings(deadline=None)
def test_what_follows_the_grammar_compiles_or_is_refused(seed: int, depth: int) -> None:
    rng = random.Random(seed)
    relation = read_or_refuse(parse_relation, f"{random_expression(rng, depth)} <= {random_expression(rng, 1)}")
    if relation is not None:
        compile_array(relation.lhs)
        compile_array(relation.rhs)


def test_most_of_the_grammar_is_read() -> None:
    """Otherwise the test above would show nothing."""
    rng = random.Random(7)
    texts = [f"E_D <= {random_expression(rng, 3)}" for _ in range(200)]
    assert sum(read_or_refuse(parse_relation, text) is not None for text in texts) >= 120


@pytest.mark.parametrize(
    "text",
    [
        "E_D <= 9**9**9**9*d",
        "E_D <= ((((2**64)**64)**64)**64)*d",
        "E_D <= ((((2*d)**64)**64)**64)**64",
        "E_D <= (((x**60)**60)**60)",
        "E_D <= exp(exp(exp(exp(exp(9)))))",
        "E_D <= sin(exp(690))*d",
        "E_D <= log(exp(-600)**60)",
        "E_D <= Max(exp(exp(6)), d, exp(exp(6)) - 1)",
        "E_D*0 <= " + "*".join(f"(E_D{a:+d})" for a in range(-40, 41)),
        "+".join(f"{a}*E_D**{a}" for a in range(1, 40)) + " <= 3",
        "E_D <= " + "(" * 28 + "mu" + "**1.5)" * 28,
        "E_D <= " + "(E_D**" * 28 + "E_D" + ")" * 28,
        "E_D <= " + "(1 + Max(x, " * 17 + "mu" + "))**.5" * 17,
        "E_D <= " + "Max(x, 1 + Min(mu, 2*" * 14 + "E_D" + "))" * 14,
        "E_D <= " + "tanh(1 + " * 28 + "mu" + ")" * 28,
        "E_D <= " + "exp(mu*" * 28 + "mu" + ")" * 28,
        "E_D <= " + "sqrt(1 + x*" * 18 + "x" + ")" * 18,
        "E_D <= Max(d, 1 + d*Sum(1/(k+1), (k, 0, 10**5)))",
        "Integral(Integral(Integral(sin(x*u*w*999), (x, 0, 1)), (u, 0, 1)), (w, 0, 1))*E_D <= 3",
        "E_D <= Sum(Sum(Sum(v[0], (k, 0, 10**6-1)), (i, 0, 10**6-1)), (j, 0, 10**6-1))",
        "tanh(Integral(2, (u, 0, oo)))**(1/3) - KL <= E_D",
        "Integral(sin(u)*C**(1/3), (u, 0, 1)) + Product(gamma[k], (k, 0, N)) - tanh(Integral(1/3, (u, 0, oo))) <= mu",
        "sqrt(Integral(Abs(2)**J(v[0]), (u, 0, oo))**2)/Sum((v[k]-x)*tanh(Integral(1, (u, v[N], 1))), (k, 0, N)) <= 1",
        "E_D <= 2 + Product(J(k+1)*exp(sin(k))*tanh(k), (k, 0, 10**4))",
        "E_D <= Max(KL, score(J(x)/KL + Integral(min(.5, 1e-9), (u, 0, oo)), d) - Integral(J(w), (u, 0, 1)))",
        "((cosh(" * 5 + "pi" + ") - v[0])**7 - v[0])**(-1.5)" * 5 + " <= E_D",
        "E_D <= " + "(" * 25 + "pi" + ")**(1/3)" * 25,
        "E_D <= " + "cos(sinh(tanh(" * 14 + "pi" + "/3)))" * 14,
        "Sum(Max(" + ", ".join(f"{a} - {b}*v[k]" for a in ("mu", "x", "m2", "KL", "u") for b in ("C", "d", "lam", "N"))
        + "), (k, 0, N-1)) + E_D <= d",
    ],
)  # fmt: skip
def test_costly_text_is_answered_at_once(text: str) -> None:
    """Also where it is printed and compiled. Before the limits, each took from seconds to for ever."""
    relation = read_or_refuse(parse_relation, text, AT_ONCE)
    if relation is not None:
        with within(AT_ONCE):
            str(relation)
            compile_array(relation.lhs)
            compile_array(relation.rhs)


def test_the_alarm_rings() -> None:
    with pytest.raises(TimeoutError):
        read_or_refuse(lambda text: any(0 for _ in itertools.count()), "", seconds=1)


# What eval would run: attribute walks, calls, comprehensions, formatted strings, assignments.
ATTACKS = [
    "canary()",
    "__import__('builtins').canary()",
    "__builtins__['canary']()",
    "(lambda: canary())()",
    "[canary() for _ in (1,)]",
    "(y := canary())",
    "f'{canary()}'",
    "{canary()}",
    "canary() if 1 else 2",
    "1 or canary()",
    "().__class__.__base__.__subclasses__()[canary()]",
    "N.func.__globals__['canary']()",
    "exp.__init__.__globals__[canary()]",
]
PLACES = [
    "{}",
    "E_D <= {}",
    "E_D <= v[{}]",
    "E_D <= Sum(v[0], (k, 0, {}))",
    "E_D <= log({})",
    "karras(n={}, sigma_min=1, sigma_max=2)",
    "{}(n=3)",
    "gaussian(mean=[{}])",
    "{}.csv",
]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("attack", ATTACKS)
def test_no_code_is_run(monkeypatch: pytest.MonkeyPatch, attack: str, place: str) -> None:
    ran: list[bool] = []
    monkeypatch.setattr(builtins, "canary", lambda: ran.append(True) or 0, raising=False)
    for parse in PARSERS:
        with pytest.raises(BadInput):
            parse(place.format(attack))
    assert not ran


@pytest.mark.parametrize("attack", ATTACKS[:8])
def test_the_canary_sings(monkeypatch: pytest.MonkeyPatch, attack: str) -> None:
    """Against eval these attacks would succeed."""
    ran: list[bool] = []
    monkeypatch.setattr(builtins, "canary", lambda: ran.append(True) or 0, raising=False)
    eval(attack, {})
    assert ran


def test_a_python_file_runs_only_where_a_function_of_it_is_named(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text(f"open({str(tmp_path / 'ran')!r}, 'w').close()\ndef f(): return [2, 1]\n")
    for text in (str(file), f"{file}.csv", f"karras({file}:f)"):
        for parse in PARSERS:
            with pytest.raises(BadInput):
                parse(text)
    assert not (tmp_path / "ran").exists()
    parse_grid(f"{file}:f")
    assert (tmp_path / "ran").exists()
