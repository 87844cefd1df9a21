"""The command line: one file a subcommand.

Exit codes: 0, every verdict is as expected; 1, some verdict differs; 2, bad input, or aborted.
"""

from __future__ import annotations

import sys
import traceback

import typer

from verify.cli import bench, cite, claims, conjecture, derive, replay, report, schedule, verify
from verify.cli.help import START_HERE, join_lines
from verify.cli.stopping import is_stop

INTERRUPTED = 130  # what typer makes of a KeyboardInterrupt

app = typer.Typer(
    name="scoreproof",
    add_completion=False,
    help="Error bounds of diffusion models as sympy relations, tried on real numerical runs.",
    epilog=START_HERE,
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(verify.verify)
app.command()(conjecture.conjecture)
app.command()(derive.derive)
app.command()(replay.replay)
app.command()(report.report)
app.command()(cite.cite)
app.command()(bench.bench)
app.add_typer(claims.app, name="claims")
app.add_typer(schedule.app, name="schedule")
join_lines(app)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; bad input is one line on standard error and exit code 2."""
    from verify.interrupts import listen

    listen()
    try:
        code = app(arguments, standalone_mode=False)
    except typer.Exit as stop:
        code = stop.exit_code
    except (KeyboardInterrupt, typer.Abort):
        _fail("stopped")
    except Exception as error:
        if hasattr(error, "format_message"):  # click's usage errors: unknown option, missing argument
            _fail(error.format_message())
        if _known(error):
            _fail(str(error))
        if is_stop(error):
            _fail("stopped")
        traceback.print_exc()
        _fail("scoreproof itself failed (above); this is no verdict")
    if code == INTERRUPTED:
        _fail("stopped")
    sys.exit(code if isinstance(code, int) else 0)


def _known(error: Exception) -> bool:
    """Errors that speak to the user: bad input, a run that cannot go on, a quantity that cannot be had.

    Their modules are loaded only here, so that ``--help`` answers at once.
    """
    from theory.compiler import CompileError
    from theory.grids import GridError
    from verify.language.errors import BadInput
    from verify.runner import RunError

    return isinstance(error, BadInput | RunError | OSError | GridError | CompileError)


def _fail(message: str) -> None:
    print(f"error: {message}", file=sys.stderr)
    sys.exit(2)
