"""What a result looks like when it is printed or shown in a notebook.

A result says what there is to show (``_contents``); ``text`` and ``html`` write it out. Nothing is computed for it.
"""

from theory.display.contents import Badge, Cell, Contents, Formula, Line, Table, Tone
from theory.display.displayed import Displayed

__all__ = ["Badge", "Cell", "Contents", "Displayed", "Formula", "Line", "Table", "Tone"]
