"""A bare command line of the shape of ``scoreproof``: typer alone, commands that do nothing. Run as a script."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping

import typer

# how many arguments and options each command has, about; a test compares them with the real ones
COMMANDS = {"bench": 7, "cite": 5, "conjecture": 7, "derive": 7, "replay": 3, "report": 6, "verify": 17}
GROUPS = {
    "claims": {"graph": 2, "list": 2, "show": 3, "suites": 0, "vocabulary": 1},
    "schedule": {"budget": 5, "check": 14, "compare": 5, "lint": 10, "optimise": 17, "rank": 10},
}


def command(options: int) -> Callable[..., None]:
    """A function with so many text options, each with a line of help."""

    def does_nothing(**given: str) -> None:
        """Do nothing."""

    does_nothing.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [
            inspect.Parameter(
                f"option_{i}",
                inspect.Parameter.KEYWORD_ONLY,
                default=typer.Option("", help="An option."),
                annotation=str,
            )
            for i in range(options)
        ]
    )
    does_nothing.__annotations__ = {f"option_{i}": str for i in range(options)}
    return does_nothing


def application(commands: Mapping[str, int], groups: Mapping[str, Mapping[str, int]]) -> typer.Typer:
    """The commands, and below them the groups."""
    app = typer.Typer(help="A bare command line.", add_completion=False, no_args_is_help=True, rich_markup_mode="rich")
    for name, options in commands.items():
        app.command(name)(command(options))
    for name, members in groups.items():
        app.add_typer(application(members, {}), name=name)
    return app


if __name__ == "__main__":
    application(COMMANDS, GROUPS)()
