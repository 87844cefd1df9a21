"""Help texts as terminals show them best.

Docstrings are wrapped for readers of the code; here a paragraph becomes one line, which any terminal wraps for itself.
Examples are the bold commands of a docstring: the tests run or parse each of them.
"""

from __future__ import annotations

import inspect
import re

import typer

_START_HERE = r"""Start here. Try to refute a formula:

[bold]scoreproof conjecture "E_D <= d/8*Sum(log(v\[k]/v\[k+1])**2, (k, 0, N-1))"[/bold]

Test a formula of the paper that is false as printed, and a true one:

[bold]scoreproof verify --claim wht24.eq4.printed --claim gauss.fisher[/bold]

Look for faults in a noise grid:

[bold]scoreproof schedule lint "karras(n=19, sigma_min=.002, sigma_max=80)"[/bold]

Every command has --help with an example. Exit codes: 0, all as expected; 1, some verdict differs; 2, bad input or
stopped."""


def join_lines(app: typer.Typer) -> None:
    """Give every command of the app, and of the apps below it, its docstring with whole paragraphs as the help."""
    for command in app.registered_commands:
        if command.callback is not None:
            command.help = paragraphs(command.help or command.callback.__doc__ or "")
    for group in app.registered_groups:
        if group.typer_instance is not None:
            join_lines(group.typer_instance)


def paragraphs(text: str) -> str:
    """The text with one line a paragraph."""
    return "\n\n".join(" ".join(part.split()) for part in re.split(r"\n\s*\n", inspect.cleandoc(text)))


def examples(help_text: str) -> list[str]:
    """The commands that a help text gives in bold, as they are typed."""
    found = re.findall(r"\[bold\](scoreproof\s.*?)\[/bold\]", help_text, flags=re.DOTALL)
    return [" ".join(one.replace("\\[", "[").split()) for one in found]


START_HERE = paragraphs(_START_HERE)
