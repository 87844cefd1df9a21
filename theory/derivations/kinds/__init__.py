"""Kinds of justification, one a file; each has ``check(before, after, relation, domain)`` and says what it did."""

from theory.derivations.kinds.abel import AbelSummation
from theory.derivations.kinds.algebra import Algebra
from theory.derivations.kinds.assumption import Assumption
from theory.derivations.kinds.cauchy_schwarz import CauchySchwarz
from theory.derivations.kinds.definition import DEFINITIONS, Definition
from theory.derivations.kinds.jensen import Jensen
from theory.derivations.kinds.justification import Justification
from theory.derivations.kinds.known import Known
from theory.derivations.kinds.limit import SeriesLimit
from theory.derivations.kinds.monotone import Monotone
from theory.derivations.kinds.sign import Sign
from theory.derivations.kinds.term_by_term import TermByTerm

__all__ = [
    "DEFINITIONS",
    "AbelSummation",
    "Algebra",
    "Assumption",
    "CauchySchwarz",
    "Definition",
    "Jensen",
    "Justification",
    "Known",
    "Monotone",
    "SeriesLimit",
    "Sign",
    "TermByTerm",
]
