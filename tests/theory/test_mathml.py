"""MathML: valid XML, the vocabulary's names, nothing left out."""

from xml.dom.minidom import parseString

import pytest
from sympy import Derivative, Eq, Integral, Limit, Max, Min, Product, Sum, Symbol, exp, log, oo, sqrt, zeta

from theory.claims import catalogue
from theory.mathml import to_mathml
from theory.symbols import N, k
from theory.tex_names import name_to_mathml
from theory.vocabulary import E_D, VOCABULARY, H, J, Shape, eps2, lam, m2, mmse, u, v, w

MATH = "http://www.w3.org/1998/Math/MathML"


def text(element) -> str:
    if element.nodeType == element.TEXT_NODE:
        return element.data
    return "".join(text(child) for child in element.childNodes)


def shown(e) -> str:
    return text(parseString(to_mathml(e)).documentElement)


def test_every_claim_is_valid_xml_in_the_namespace():
    for claim in catalogue().values():
        root = parseString(to_mathml(claim.relation)).documentElement
        assert (root.tagName, root.getAttribute("xmlns")) == ("math", MATH)
        assert not [bad for bad in ("&", "$", "\\", "{") if bad in text(root)], claim.id


@pytest.mark.parametrize("name", VOCABULARY)
def test_every_name_of_the_vocabulary(name):
    quantity = VOCABULARY[name]
    if quantity.shape is Shape.FUNCTION:
        e = quantity.symbol(*(Symbol(a) for a in quantity.arguments))
    else:
        e = quantity.symbol[k] if quantity.shape is Shape.INDEXED else quantity.symbol
    root = parseString(to_mathml(e)).documentElement
    assert text(root)
    known = {"math", "mrow", "mi", "mn", "mo", "msub", "msup", "msubsup", "mover", "mfrac"}
    assert {x.tagName for x in root.getElementsByTagName("*")} <= known


def test_names_are_those_of_the_vocabulary():
    assert shown(J(u)) == "J(u)"
    assert shown(mmse(v[k])) == "mmse(vk)"
    assert shown(lam) == "λ"
    assert shown(eps2[k]) == "ε2k"
    assert shown(E_D) == "ED"
    assert shown(m2) == "m22"


@pytest.mark.parametrize(
    ("e", "parts"),
    [
        (Eq(Derivative(H(u), u), J(u) / 2), "H(u)=J(u)2"),
        (Sum(v[k], (k, 0, N - 1)), "∑k=0N-1vk"),
        (Product(v[k], (k, 1, N)), "∏k=1Nvk"),
        (Integral(J(w), (w, v[1], v[0])), "∫v1v0J(w)"),
        (u < w, "u<w"),
        (u >= w, "u≥w"),
        (Max(m2, v[0]), "max(m22,v0)"),
        (log(v[0]) + sqrt(v[1]), "ln(v0)"),
        (Limit(v[0] * N, N, oo), "∞"),
        (exp(-v[0]) + zeta(3), "ζ"),
        (Min(Symbol("mine"), Symbol("x_1")), "mine"),
    ],
    ids=str,
)
def test_shapes(e, parts):
    assert parts in shown(e)


def test_a_name_that_is_no_name_is_refused():
    assert name_to_mathml(r"\varepsilon^2_{\mathrm{gd}}").startswith("<msubsup><mi>ε</mi>")
    for tex in (r"\nonsense", "a_{b", "a}", "a_", r"\mathcal 1"):
        with pytest.raises(ValueError, match="name"):
            name_to_mathml(tex)
    with pytest.raises(TypeError, match="str"):
        to_mathml("E_D")


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "a & b", "x<y", "lambda_1"])
def test_a_name_is_never_markup(name):
    assert "<script" not in to_mathml(Symbol(name))
    assert shown(Symbol(name)).replace("λ1", "lambda_1") == name
