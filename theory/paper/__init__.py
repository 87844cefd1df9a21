"""The numbered statements of Wang, He, Tao 2024, and which claims of the catalogue state each of them.

>>> statement_of("wht24.thm2.corrected").number
'Theorem 2'
"""

from theory.paper.order import STATEMENTS, claims_of, dependencies, proved_from, statement_of
from theory.paper.statement import Picture, Statement

__all__ = ["STATEMENTS", "Picture", "Statement", "claims_of", "dependencies", "proved_from", "statement_of"]
