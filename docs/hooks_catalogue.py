"""mkdocs hook: writes the claim catalogue into the page that has a place for it, at every build.

Everything comes from ``theory.claims`` itself: a claim that is added has its entry at the next build.
"""

from __future__ import annotations

import html
import inspect
import re
from collections import defaultdict
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import Any

import theory.claims
from theory.claims import Claim, Expected, Family, catalogue
from theory.derivations import derivations
from theory.mathml import to_mathml
from theory.paper import statement_of

PAGE = "catalogue.md"
PLACE = "<!-- catalogue -->"
# A module stands in the first part whose beginning its name has; one that fits nowhere, in the last.
PARTS = {
    "Information identities": ("info_",),
    "Path budgets": ("budget_", "path_"),
    "Gaussian data": ("gauss_",),
    "Real runs": ("run_",),
    "The paper: sampling": (
        *("wht24_eq4", "wht24_reparametrisation", "wht24_theorem2", "wht24_lemma9", "wht24_lemma10", "wht24_lemma12"),
        *("wht24_appendix", "wht24_remark3", "wht24_optimality", "wht24_table"),
    ),
    "The paper: training": (
        *("wht24_theorem1", "wht24_lemma1", "wht24_lemma2", "wht24_lemma3", "wht24_lemma4", "wht24_lemma5"),
        *("wht24_lemma8", "wht24_proposition", "wht24_corollary2", "wht24_remark1"),
    ),
    "The paper: both together": ("wht24_theorem3", "wht24_corollary1"),
    "Gradient descent": ("ntk_", "linear_"),
    "Trained samplers and designs": ("full_error", "design_", "edm_"),
    "Others": ("",),
}
_SCROLLS = "overflow-x: auto; padding: .4em 0"  # on a phone, instead of widening the page
_FAMILIES = {
    Family.GAUSSIAN: "Gaussian",
    Family.GAUSSIAN_1D: "Gaussian on the line",
    Family.POINT: "at one point",
    Family.MIXTURE: "mixtures on the line",
}


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Replace the place holder of ``catalogue.md``.

    Raises:
        ValueError: the page has lost its place holder.
    """
    if page.file.src_uri != PAGE:
        return markdown
    if PLACE not in markdown:
        raise ValueError(f"docs/{PAGE} has no line {PLACE}: put it where the catalogue belongs")
    return markdown.replace(PLACE, catalogue_page())


def catalogue_page() -> str:
    """Markdown of all parts, each with its modules in the order of the paper or of their names."""
    parts = defaultdict(list)
    for module in modules():
        parts[part_of(module.__name__.rpartition(".")[2])].append(module)
    lines = []
    for title, starts in PARTS.items():
        inside = sorted(parts[title], key=lambda m: _rank(m.__name__.rpartition(".")[2], starts))
        if inside:
            lines += [f"## {title}", *(line for module in inside for line in _module(module))]
    return "\n\n".join(lines)


def modules() -> list[ModuleType]:
    """The modules of ``theory.claims`` that have claims."""
    names = (f"{theory.claims.__name__}.{module.name}" for module in iter_modules(theory.claims.__path__))
    return [module for module in map(import_module, names) if hasattr(module, "CLAIMS")]


def part_of(name: str) -> str:
    """The part in which a module stands, by the longest beginning that fits."""
    fits = ((len(start), title) for title, starts in PARTS.items() for start in starts if _begins(name, start))
    return max(fits)[1]


def _begins(name: str, start: str) -> bool:
    """``wht24_lemma1`` begins neither ``wht24_lemma12`` nor ``wht24_lemma10``."""
    return name.startswith(start) and not (start[-1:].isdigit() and name.removeprefix(start)[:1].isdigit())


def _rank(name: str, starts: tuple[str, ...]) -> tuple[int, str]:
    return next(i for i, start in enumerate(starts) if _begins(name, start)), name


def _module(module: ModuleType) -> list[str]:
    first, _, rest = inspect.cleandoc(module.__doc__ or "").partition("\n\n")
    return [
        f"### {plain(' '.join(first.split()).rstrip('.'))}",
        prose(rest),
        f"`theory/claims/{module.__name__.rpartition('.')[2]}.py`",
        *(line for claim in module.CLAIMS for line in entry(claim)),
    ]


def entry(claim: Claim) -> list[str]:
    """One claim: heading with its id as anchor, statement, and what is known of it."""
    parents, children = claim.derived_from, used_by()[claim.id]
    derivation = derivations().get(claim.id)
    facts = [
        ("Source", f"{plain(claim.source)}; {claim.form}; {_edition(claim)}"),
        ("Expected", f"{claim.expected}" + (" (false)" if claim.expected is Expected.REFUTED else "")),
        ("Setting", plain(claim.setting)),
        ("Cases", plain(cases_in_words(claim))),
        ("Experiment", "" if claim.design is None else f"`{claim.design}`; see [Rates](rates.md)"),
        ("Note", plain(claim.note)),
        ("Derivation", "" if derivation is None else f"{len(derivation.steps)} steps: `scoreproof derive {claim.id}`"),
        ("Derived from", _links(parents)),
        ("Used by", _links(children)),
        ("Suites", ", ".join(suites_of(claim.id))),
        ("Try it", f"`scoreproof verify --claim {claim.id}`"),
    ]
    told = (f"{name}: {text.removesuffix('; ')}" for name, text in facts if text)
    return [
        f"#### {claim.id} {{: #{claim.id} }}",
        f"{plain(claim.title[:1].upper() + claim.title[1:])}.",
        f'<div class="formula" tabindex="0" style="{_SCROLLS}">{to_mathml(claim.relation)}</div>',
        "\n".join(f"- {line}" for line in told),
    ]


@cache
def used_by() -> dict[str, list[str]]:
    """For each claim the ids of those that are derived from it."""
    found: dict[str, list[str]] = {id: [] for id in catalogue()}
    for claim in catalogue().values():
        for parent in claim.derived_from:
            found[parent].append(claim.id)
    return found


@cache
def _suites() -> dict[str, set[str]]:
    from verify.suites import SUITES

    return {name: {claim.id for claim in suite.claims()} for name, suite in SUITES.items()}


def suites_of(id: str) -> list[str]:
    """Names of the suites that run a claim."""
    return [name for name, ids in _suites().items() if id in ids]


def cases_in_words(claim: Claim) -> str:
    """For which data, samplers, starts and networks the claim is said to hold."""
    space = claim.cases
    words = ["data " + ", ".join(_FAMILIES[family] for family in space.families)]
    words += ["sampler " + " or ".join(space.samplers)] if space.samplers else []
    words += ["started from the noisy data"] if space.samplers and space.start == "exact" else []
    words += ["with a score error"] if space.score_error or space.uniform_excess else []
    words += [f"networks of width {', '.join(map(str, space.training.widths))}"] if space.training else []
    return "; ".join(words)


def _edition(claim: Claim) -> str:
    """A link into the verified edition, for claims of the paper."""
    from verify.reports.edition_sections import anchor

    one = statement_of(claim.id)
    return f"[{one.number} in the edition](paper.md#{anchor(one)})" if one is not None else ""


def _links(ids: Any) -> str:
    return ", ".join(f"[{id}](#{id})" for id in ids)


def prose(text: str) -> str:
    """A docstring as Markdown: indented lines are code, the rest paragraphs in which only backticks mean something."""
    blocks = []
    for block in re.split(r"\n\s*\n", text.strip("\n")):
        if block.startswith("    "):
            blocks.append(f"```text\n{inspect.cleandoc(block)}\n```")
        elif re.match(r"[*-] ", block):
            items = re.split(r"\n(?=[*-] )", block)
            blocks.append("\n".join(f"- {plain(' '.join(item[2:].split()))}" for item in items))
        elif block:
            blocks.append(plain(" ".join(block.split())))
    return "\n\n".join(blocks)


def plain(text: str) -> str:
    """Text that Markdown leaves alone, but for code between double backticks."""
    pieces = re.split(r"``(.+?)``", text)
    return "".join(f"`{p}`" if odd % 2 else _escaped(p) for odd, p in enumerate(pieces))


def _escaped(text: str) -> str:
    return re.sub(r"[\\`*_{}\[\]|]", lambda c: f"&#{ord(c[0])};", html.escape(text, quote=False))
