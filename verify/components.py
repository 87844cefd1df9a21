"""Components of u along single eigenvectors, ``proj2[i]``, which equal eigenvalues do not have.

An eigenspace of several dimensions has no eigenvectors of its own, so that only the sum of its components is
determined. A sum over all residuals of ``f(ev[i])*proj2[i]`` is one whatever the eigenvectors; a relation that names a
component in any other way is measured where that component's eigenvalue stands alone.
"""

from __future__ import annotations

from typing import Any

from sympy import Dummy, Expr, Indexed, Sum, diff, sympify
from sympy.core.relational import Relational

from numerics.enclosures import Enclosure
from numerics.targets.base import NotAvailable
from theory.vocabulary import N, d, ev, n, proj2
from verify.cases import Case
from verify.training import run_of

NAME = proj2.label.name
_LAST = n * N * d - 1


def named_alone(relation: Relational) -> tuple[Any, ...]:
    """The indices of the components that a relation needs one by one, as expressions."""
    found: list[Any] = []
    todo: list[Any] = [relation]
    while todo:
        e = todo.pop()
        if isinstance(e, Indexed) and e.base == proj2:
            found.append(e.indices[0])
        elif not (isinstance(e, Sum) and _determined(e)):
            todo += e.args
    return tuple(found)


def _determined(total: Sum) -> bool:
    """Whether a sum is over all residuals, of proj2[i] times what depends on i by ev[i] alone."""
    (index, *ends), *more = total.limits
    if more or ends != [0, _LAST]:
        return False
    component, value = Dummy(), Dummy()
    term: Expr = total.function.xreplace({proj2[index]: component, ev[index]: value})
    factor = diff(term, component)
    return not factor.has(component, index) and not any(one.base == proj2 for one in term.atoms(Indexed))


def components_alone(case: Case, indices: tuple[Any, ...]) -> Enclosure:
    """``proj2`` with the error of each component on its own.

    Args:
        case: with a network.
        indices: those that are needed, from :func:`named_alone`; one that runs stands for all.

    Raises:
        NotAvailable: the case trains no network, or one of these components is not determined.
    """
    runs, row = run_of(case)
    found = runs.components_alone()[row]
    setting = {"n": runs.batch.n, "N": runs.batch.N, "d": case.target.d, "K": runs.steps, **dict(case.free)}
    for index in indices:
        at = sympify(index)
        at = at.subs({x: setting[x.name] for x in at.free_symbols if x.name in setting})
        needed = [int(at)] if at.is_Integer else range(found.shape[0])
        unknown = [i for i in needed if 0 <= i < found.shape[0] and not found.radius[i] < float("inf")]
        if unknown:
            raise NotAvailable(
                f"{NAME}[{index}] is not determined on its own, as ev[{index}] is equal to its neighbour within their "
                "error; sum over all, as in Sum(ev[i]*proj2[i], (i, 0, n*N*d - 1))"
            )
    return found
