"""Formulas of the edition: LaTeX in the Markdown file, as GitHub shows it, and MathML in the built pages.

Browsers show MathML without a script or a network. The Markdown names the claim, so that the pages' MathML is made
from the relation itself and not from LaTeX.
"""

from __future__ import annotations

import re

from theory.claims import Claim, find
from theory.mathml import to_mathml

_FORMULA = re.compile(r"<!-- formula (\S+) -->\n```math\n.*?\n```\n<!-- end of formula -->", re.DOTALL)


def formula(claim: Claim) -> str:
    """The claim's relation as a Markdown block, between marks that name it."""
    return f"<!-- formula {claim.id} -->\n```math\n{claim.latex}\n```\n<!-- end of formula -->"


def with_mathml(markdown: str) -> str:
    """Every block of :func:`formula` as MathML, in a box that scrolls.

    Raises:
        KeyError: a mark names no claim.
    """
    return _FORMULA.sub(lambda found: _block(find(found[1])), markdown)


def _block(claim: Claim) -> str:
    return f'<div class="formula" style="overflow-x: auto; padding: .4em 0">{to_mathml(claim.relation)}</div>'
