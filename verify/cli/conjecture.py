"""``scoreproof conjecture``: a verdict on a relation that the user types."""

from __future__ import annotations

import hashlib
import shlex
from pathlib import Path
from typing import Annotated

import typer

from verify.cli.options import QuietOption
from verify.cli.stopping import stopping


def conjecture(
    relation: Annotated[str, typer.Argument(help="A relation over the vocabulary, e.g. 'E_I <= m2/v[0]'.")],
    sampler: Annotated[str, typer.Option(help="score, denoiser, ode or heun.")] = "score",
    target: Annotated[
        list[str] | None,
        typer.Option(metavar="T", help="Fix the data; may be repeated. Default: Gaussians and 1-D mixtures."),
    ] = None,
    examples: Annotated[int, typer.Option(help="Cases that are drawn, beside some 30 to 100 fixed ones.")] = 200,
    seed: Annotated[int, typer.Option(help="The same seed gives the same verdict.")] = 0,
    json: Annotated[str | None, typer.Option(metavar="FILE|-", help="The verdict as JSON.")] = None,
    quiet: QuietOption = False,
) -> None:
    """Try to refute a relation between quantities of a diffusion sampler.

    Example: [bold]scoreproof conjecture "E_D <= d/4*Sum(log(v\\[k]/v\\[k+1])**2, (k, 0, N-1))"[/bold]

    The names are those of `scoreproof claims vocabulary`. A learned score with an error is drawn where the
    relation speaks of one (eps2, excess, loss, mse, dmse, E_S), otherwise the score is exact. A relation that speaks of
    training, such as "grad2\\[s] <= 2*lambda_max\\[s]*loss_em\\[s]", is tried on networks that gradient descent trains
    on points of the data.

    Exit code 0: not refuted; 1: refuted or inconclusive; 2: bad input, or stopped.
    """
    from numerics.targets import Target
    from theory.claims import Claim, Form
    from verify.certificates import has_certificate
    from verify.cli.lookup import at_least
    from verify.cli.output import console, write_json
    from verify.cli.schedule.outputs import check_outputs
    from verify.conjectures import conjecture_cases
    from verify.language import parse_relation, parse_target
    from verify.reports.live import counting
    from verify.reports.terminal import show_verdict
    from verify.search import verify_claim
    from verify.verdicts import Verdict

    at_least("--examples", examples, 10)
    at_least("--seed", seed, 0)
    parsed = parse_relation(relation)
    check_outputs({"--json": json}, [("the target's own file", text) for text in target or []])
    data = [parse_target(text) for text in target or []]
    claim = Claim(
        id="conjecture",
        title=relation,
        relation=parsed,
        source="typed",
        form=Form.CONJECTURE,
        cases=conjecture_cases(parsed, sampler, data),
    )
    out, aside = console(json), console(json, quiet)
    verdicts: list[Verdict] = []
    choices: list[Target | None] = [*data] or [None]
    for fixed in choices:
        with stopping(lambda: _kept(len(verdicts), len(choices))), counting(aside, examples) as progress:
            verdicts.append(verify_claim(claim, examples, seed, fixed, progress))
        show_verdict(out, verdicts[-1], fixed, brief=quiet and verdicts[-1].as_expected)
        if has_certificate(verdicts[-1]):
            (aside if verdicts[-1].as_expected else out).print(
                f"  replay     {_certified(verdicts[-1], fixed)}", markup=False
            )
    results = [v.as_json() for v in verdicts]
    write_json(results[0] if len(results) == 1 else results, json)
    raise typer.Exit(0 if all(v.as_expected for v in verdicts) else 1)


def _kept(reached: int, wanted: int) -> str:
    words = f"{reached} of {wanted} verdicts were reached; " if wanted > 1 else ""
    return f"{words}no file was half written; the same command begins again"


def _certified(verdict, fixed) -> str:  # type: ignore[no-untyped-def]
    """Write the certificate; the command that replays it, or why there is none."""
    from verify.certificates import write_certificate

    told = f"{verdict.claim.title} {verdict.claim.cases.samplers} {verdict.examples}"
    what = hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()[:6]
    label = what if fixed is None else f"{what} {fixed.label}"
    try:
        path = write_certificate(verdict, Path("runs") / f"seed-{verdict.seed}", label)
    except (OSError, ValueError) as why:
        return f"the certificate cannot be written: {why}"
    return f"scoreproof replay {shlex.quote(str(path))}"
