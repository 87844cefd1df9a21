"""``scoreproof schedule``: noise schedules, judged by exact error budgets. One file a subcommand."""

from __future__ import annotations

import typer

from verify.cli.schedule import budget, check, compare, lint, optimise, rank

app = typer.Typer(help="Judge noise schedules by their exact error budgets.", no_args_is_help=True)
app.command()(budget.budget)
app.command()(compare.compare)
app.command()(lint.lint)
app.command()(check.check)
app.command()(rank.rank)
app.command()(optimise.optimise)
