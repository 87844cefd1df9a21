"""Drawing cases from hypothesis without a claim to test: the same seed gives the same cases."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import hypothesis
from hypothesis import HealthCheck, Phase, Verbosity, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable

from numerics.targets import Target
from theory.claims import Cases
from verify.cases import Case
from verify.reproducible import no_local_constants
from verify.strategies import cases

GENERATE: tuple[Phase, ...] = (Phase.generate,)
TRIES_A_CASE = 10  # of a search that does not shrink; hypothesis by itself tries up to 100 on drafts that are no case


class _Enough(KeyboardInterrupt):
    """Ends a run of hypothesis at once; any other exception would count as a failure of the test, and be repeated."""


def for_each_case(
    body: Callable[[Case], None],
    space: Cases,
    names: set[str],
    count: int,
    seed: int,
    target: Target | None = None,
    phases: tuple[Phase, ...] = GENERATE,
) -> None:
    """Call ``body`` on up to ``count`` cases of a claim's space, quietly and reproducibly.

    Where hypothesis has nothing left to push, it tries ever shorter drafts, which end before they are a case. Without
    shrinking they are of no use: a run ends after ``TRIES_A_CASE`` drafts for each case.

    Args:
        body: may call ``hypothesis.target`` and may raise, which hypothesis then shrinks if ``phases`` say so.
        space, names, target: as ``verify.strategies.cases``.
        count: number of cases.
        seed: of hypothesis.
        phases: what hypothesis does besides drawing.
    """
    begun, strategy = 0, cases(space, names, target)
    tries = 0 if Phase.shrink in phases else TRIES_A_CASE * count

    @st.composite
    def drafts(draw: st.DrawFn) -> Case:
        nonlocal begun
        begun += 1
        if 0 < tries < begun:
            raise _Enough
        return draw(strategy)

    test = hypothesis.given(drafts())(body)
    test = settings(
        max_examples=count,
        phases=phases,
        database=None,
        deadline=None,
        print_blob=False,
        report_multiple_bugs=False,
        verbosity=Verbosity.quiet,
        suppress_health_check=list(HealthCheck),
    )(test)
    with no_local_constants(), suppress(Unsatisfiable, _Enough):
        hypothesis.seed(seed)(test)()


def drawn_cases(space: Cases, names: set[str], count: int, seed: int, target: Target | None = None) -> list[Case]:
    """Up to ``count`` cases of a claim's space."""
    found: list[Case] = []
    for_each_case(lambda case: found.append(case), space, names, count, seed, target)
    return found
