"""Options that several commands share."""

from __future__ import annotations

from typing import Annotated

import typer

QuietOption = Annotated[
    bool, typer.Option("--quiet", "-q", help="Only the last line, and what is not as it should be.")
]
