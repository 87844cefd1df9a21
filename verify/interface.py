"""What is called from Python: what the commands of the same names do, without a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from theory.claims import Claim, Form, find
from theory.display import Badge, Contents, Displayed, Line, Table, Tone
from verify.language.errors import BadInput
from verify.verdicts import Verdict, Verdicts

if TYPE_CHECKING:
    from numerics.targets import Target
    from verify.replay.check import Checked

Progress = Callable[[int], None]


def conjecture_claim(relation: str, sampler: str = "score", target: Target | None = None) -> Claim:
    """A typed relation as a claim, with the cases that it can be tried on.

    Args:
        relation: as ``scoreproof conjecture`` takes it, such as ``E_I <= m2/v[0]``; it is parsed, never evaluated.
        sampler: score, denoiser, ode or heun.
        target: data that the claim is to be tried on, which must have its quantities.

    Raises:
        BadInput: the text is no relation over the vocabulary, or has a quantity that the sampler or the data lack.
    """
    from verify.conjectures import conjecture_cases
    from verify.language import parse_relation

    parsed = parse_relation(relation)
    cases = conjecture_cases(parsed, sampler, [] if target is None else [target])
    return Claim(id="conjecture", title=relation, relation=parsed, source="typed", form=Form.CONJECTURE, cases=cases)


def conjecture(
    relation: str,
    sampler: str = "score",
    target: Target | None = None,
    examples: int = 200,
    seed: int = 0,
    progress: Progress | None = None,
) -> Verdict:
    """Try to refute a relation between quantities of a diffusion sampler.

    Args:
        relation: over the vocabulary, such as ``E_D <= d/4*Sum(log(v[k]/v[k+1])**2, (k, 0, N-1))``.
        sampler: score, denoiser, ode or heun.
        target: fixes the data; by default Gaussians and one-dimensional mixtures are drawn.
        examples: cases, 10 or more.
        seed: the same seed gives the same verdict.
        progress: called with the number of cases seen.

    Raises:
        BadInput: see :func:`conjecture_claim`; or fewer than 10 examples, or a negative seed.
    """
    from verify.search import verify_claim

    _require_counts(examples, seed)
    return verify_claim(conjecture_claim(relation, sampler, target), examples, seed, target, progress)


def verify_claims(
    claims: Iterable[Claim | str],
    examples: int = 200,
    seed: int = 0,
    jobs: int = 1,
    told: Callable[[Verdict], None] = lambda verdict: None,
) -> Verdicts:
    """Search for counterexamples to several claims.

    Args:
        claims: claims, or ids of the catalogue.
        examples: cases a claim, 10 or more; claims with costly quantities use a quarter of it.
        seed: the same seed gives the same verdicts, whatever ``jobs`` is.
        jobs: processes; claims of one's own run in one.
        told: called with each verdict as it is reached.

    Returns:
        The verdicts, in the order of the claims.

    Raises:
        KeyError: the catalogue has no claim of that id.
        BadInput: two claims with one id, fewer than 10 examples, a negative seed, fewer than one process, or more than
            one for a claim that is not of the catalogue.
        RuntimeError: a search broke down, which is no verdict.
    """
    from verify.runner import Failure, run_claims

    _require_counts(examples, seed)
    chosen = [find(claim) if isinstance(claim, str) else claim for claim in claims]
    ids = [claim.id for claim in chosen]
    if twice := sorted({id for id in ids if ids.count(id) > 1}):
        raise BadInput(f"more than one claim has the id {', '.join(twice)}; rename yours, or give each once")
    if jobs < 1:
        raise BadInput(f"jobs = {jobs}: give 1 or more")
    if jobs > 1 and (own := [claim.id for claim in chosen if not _of_catalogue(claim)]):
        raise BadInput(f"{', '.join(own)}: processes load claims from the catalogue; leave jobs out")
    reached: dict[str, Verdict] = {}
    for result in run_claims([(claim, None) for claim in chosen], examples, seed, jobs):
        if isinstance(result, Failure):
            raise RuntimeError(f"scoreproof itself failed on {result.claim.id}, which has no verdict:\n{result.trace}")
        reached[result.claim.id] = result
        told(result)
    return Verdicts(reached[id] for id in ids)


def write_report(verdicts: Sequence[Verdict], folder: Path | str, examples: int = 200) -> Path:
    """Write ``index.html`` with statements, verdicts and counterexamples, and beside it the verdicts as JSON.

    Args:
        verdicts: one or more, of one seed.
        folder: made if missing; files of an earlier report are replaced.
        examples: cases a claim that were asked for, shown in the commands that reproduce a verdict.

    Returns:
        The path of the page.

    Raises:
        BadInput: no verdicts, or of several seeds.
        OSError: the folder cannot be written.
    """
    from verify.reports.folder import write_report as written

    seeds = sorted({verdict.seed for verdict in verdicts})
    if len(seeds) != 1:
        raise BadInput(f"seeds {', '.join(map(str, seeds)) or 'none'}: a report has verdicts of one seed")
    seconds = sum(verdict.seconds for verdict in verdicts)
    return written(Path(folder), list(verdicts), seeds[0], examples, seconds, with_budgets=False)


@dataclass(frozen=True)
class Replayed(Displayed):
    """A certificate, checked case by case by a second implementation.

    Attributes:
        id, status: of the claim.
        roles: what each case shows, such as ``smallest counterexample``, ``largest violation`` or ``proved``.
        cases: what each came to: ``answer`` (agree, disagree, cannot check), ``reason``, both sides as exact intervals.
    """

    id: str
    status: str
    roles: tuple[str, ...]
    cases: tuple[Checked, ...]

    @property
    def agrees(self) -> bool:
        """Whether every case was checked and agrees."""
        return all(one.answer == "agree" for one in self.cases)

    def _contents(self) -> Contents:
        """One row a case."""
        tone = {"agree": Tone.GOOD, "disagree": Tone.BAD, "cannot check": Tone.OPEN}
        rows = tuple(
            (role, Badge(str(one.answer), tone[str(one.answer)]), one.reason, str(one.bits))
            for role, one in zip(self.roles, self.cases, strict=True)
        )
        badge = Badge("agrees", Tone.GOOD) if self.agrees else Badge("does not agree", Tone.BAD)
        table = Table(("case", "answer", "why", "bits"), rows, numbers=(3,))
        return Contents(f"certificate of {self.id}", badge, (Line(self.status, "claimed"), table))


def replay_certificate(path: Path | str, seconds: float = 60.0) -> Replayed:
    """Check every case of a certificate in mpmath's interval arithmetic, which shares no code with the search.

    Args:
        path: a file that ``write_certificate`` or ``scoreproof verify`` wrote.
        seconds: time limit of each case.

    Raises:
        BadInput: the file is missing, damaged, or no certificate of this version.
    """
    from verify.replay.check import check_case
    from verify.replay.errors import Refused
    from verify.replay.reader import read_certificate

    if not seconds > 0:
        raise BadInput(f"seconds = {seconds:g}: give more than 0")
    try:
        certificate, statement = read_certificate(Path(path))
    except Refused as why:
        raise BadInput(str(why)) from None
    cases = tuple(check_case(statement, case, seconds) for case in certificate.cases)
    roles = tuple(case.role for case in certificate.cases)
    return Replayed(certificate.claim.id, certificate.status, roles, cases)


def _of_catalogue(claim: Claim) -> bool:
    try:
        return find(claim.id) == claim
    except KeyError:
        return False


def _require_counts(examples: int, seed: int) -> None:
    if examples < 10:
        raise BadInput(f"examples = {examples}: give 10 or more")
    if seed < 0:
        raise BadInput(f"seed = {seed}: give 0 or more")
