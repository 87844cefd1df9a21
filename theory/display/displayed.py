"""The mixin of everything that shows itself: ``print``, IPython and notebooks."""

from __future__ import annotations

from typing import Any

from theory.display.contents import Contents


class Displayed:
    """Shown as plain text by ``print`` and at IPython's prompt, as HTML in a notebook."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if "_repr_pretty_" not in vars(cls):  # IPython would take the __repr__ of a dataclass before that of a base
            cls._repr_pretty_ = cls._repr_pretty_  # type: ignore[method-assign]

    def _contents(self) -> Contents:
        """What is shown of it: a head line, a badge, lines, formulas and tables."""
        raise NotImplementedError

    def __str__(self) -> str:
        from theory.display.text import as_text

        return as_text(self._contents())

    def _repr_html_(self) -> str:
        from theory.display.html import as_html

        return as_html(self._contents())

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """IPython's plain form: all of it, or inside a list its head line."""
        nested = bool(getattr(printer, "indentation", 0))
        printer.text(_head(self._contents()) if nested else str(self))


def _head(contents: Contents) -> str:
    return f"<{contents.head}{f': {contents.badge.word}' if contents.badge else ''}>"
