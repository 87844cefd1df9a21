"""Text that a user types, read by a whitelisting walk over Python's syntax tree; no text is ever evaluated.

Conjectures, grids and targets. Whatever is not understood ends in :class:`BadInput`, one line that names the
value at fault and the fix.
"""

from verify.language.errors import BadInput
from verify.language.functions import load_file
from verify.language.grids import parse_grid
from verify.language.relations import parse_expression, parse_relation
from verify.language.targets import parse_target

__all__ = ["BadInput", "load_file", "parse_expression", "parse_grid", "parse_relation", "parse_target"]
