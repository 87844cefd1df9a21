"""``scoreproof replay``: re-check a certificate with a second implementation."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer


def replay(
    file: Annotated[Path, typer.Argument(metavar="CERTIFICATE", help="A file that a verdict was written to.")],
    seconds: Annotated[float, typer.Option(help="Time limit of each case.")] = 60.0,
    json: Annotated[str | None, typer.Option(metavar="FILE|-", help="The answers as JSON.")] = None,
) -> None:
    """Re-check every case of a certificate in mpmath's interval arithmetic, sharing no code with the search.

    Certificates are written by `scoreproof verify` and `scoreproof conjecture`, which name them.

    Example: [bold]scoreproof replay runs/seed-0/wht24.eq4.printed-0.json[/bold]

    Exit code 0: all cases agree; 1: one disagrees or could not be checked; 2: the file is refused, or stopped.
    """
    from rich.markup import escape

    from verify.cli.output import console, write_json
    from verify.cli.schedule.outputs import check_outputs
    from verify.cli.stopping import stopping
    from verify.language.errors import BadInput
    from verify.replay.check import Answer, check_case
    from verify.replay.errors import Refused
    from verify.replay.reader import read_certificate

    if not seconds > 0:
        raise BadInput(f"--seconds {seconds:g}: give more than 0")
    check_outputs({"--json": json}, [("the certificate itself", file)])
    try:
        certificate, statement = read_certificate(file)
    except Refused as why:
        raise BadInput(str(why)) from None
    out = console(json)
    claim = certificate.claim
    out.print(
        f"{claim.id}: {certificate.status}, {len(certificate.cases)} cases, seed {certificate.seed}", markup=False
    )
    out.print(f"  {claim.relation}", markup=False)
    rows: list[dict[str, Any]] = []
    for place, case in enumerate(certificate.cases, start=1):
        with stopping(lambda: f"{len(rows)} of {len(certificate.cases)} cases are checked; nothing is kept of that"):
            checked = check_case(statement, case, seconds)
        colour = {Answer.AGREE: "green", Answer.DISAGREE: "red", Answer.CANNOT_CHECK: "yellow"}[checked.answer]
        words = f"case {place}, {case.role}: [{colour}]{checked.answer}[/]"
        out.print(f"{words}, {escape(checked.reason)} ({checked.bits} bits, {checked.seconds:.1f} s)")
        rows.append(_row(case, checked))
    counts = {answer: sum(row["answer"] == str(answer) for row in rows) for answer in Answer}
    summary = ", ".join(f"{count} {answer}" for answer, count in counts.items())
    agreed = counts[Answer.AGREE] == len(rows)
    out.print(f"[{'bold green' if agreed else 'bold red'}]{summary}[/]")
    content = {
        "id": claim.id,
        "relation": claim.relation,
        "status": certificate.status,
        "agree": counts[Answer.AGREE],
        "disagree": counts[Answer.DISAGREE],
        "cannot_check": counts[Answer.CANNOT_CHECK],
        "cases": rows,
    }
    write_json(content, json)
    raise typer.Exit(0 if agreed else 1)


def _row(case: Any, checked: Any) -> dict[str, Any]:
    def ends(side: Any) -> list[str] | None:
        return None if side is None else [str(end) for end in _rounded(side)]

    return {
        "role": case.role,
        "answer": str(checked.answer),
        "reason": checked.reason,
        "lhs": ends(checked.lhs),
        "rhs": ends(checked.rhs),
        "bits": checked.bits,
        "seconds": round(checked.seconds, 3),
    }


def _rounded(side: Any) -> list[str]:
    """Ends of an interval as decimals that were rounded outward, 20 digits."""
    from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal

    out = []
    for end, mode in zip(side, (ROUND_FLOOR, ROUND_CEILING), strict=True):
        context = Context(prec=20, rounding=mode)
        out.append(str(context.divide(Decimal(end.numerator), Decimal(end.denominator))))
    return out
