"""Faults planted in the measurements, one at a time, and the claims that notice them.

A claim ties numbers that come from different code: a path divergence from the law of the chains to information
curves, a closed form to a recursion, float64 to ball arithmetic, a formula to a real run. A fault in one of them must
turn a verdict, or make the two backends disagree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

import numpy as np

from numerics import budgets
from numerics.chains import gaussian as gaussian_chain
from numerics.chains import mixture as mixture_chain
from numerics.enclosures import Enclosure
from numerics.samplers.denoiser import Denoiser
from numerics.samplers.score import Score
from numerics.score_errors import LinearError
from numerics.targets import Gaussian, GaussianMixture
from numerics.terminal import gaussian as gaussian_terminal
from numerics.terminal.gaussian import GaussianOutput
from theory.claims import Claim, find
from verify.conclude import violated
from verify.evaluate import BackendsDisagreeError
from verify.mutants.fault import Fault
from verify.mutants.training_faults import TRAINING_FAULTS
from verify.search import Search
from verify.training import forget


@dataclass(frozen=True)
class Noticed:
    """What a witness said of the measurements with a fault in them."""

    fault: str
    claim: str
    how: str


@contextmanager
def planted(fault: Fault) -> Iterator[None]:
    """Within the block, the measurements have the fault."""
    owner, name = fault.where
    forget()
    with patch.object(owner, name, fault.wrong(getattr(owner, name))):
        yield
    forget()


def notice(fault: Fault, examples: int = 20, seed: int = 0) -> list[Noticed]:
    """Every witness that notices the fault, and how."""
    found = []
    with planted(fault):
        for id in fault.witnesses:
            how = complaint(find(id), examples, seed)
            if how:
                found.append(Noticed(fault.name, id, how))
    return found


def complaint(claim: Claim, examples: int, seed: int) -> str:
    """The first violation that the search finds of a claim that is expected to be true, in words; empty if none."""
    search = Search(claim, examples, seed)
    try:
        search.simplest(search.simple_first)
        if search.minimal is None:
            search.boundary()
            search.explore()
    except BackendsDisagreeError as error:
        return f"float64 and balls disagree: {error}"
    found = search.minimal or next((o for o in search.outcomes if violated(o)), None)
    return "" if found is None else f"violated at {found.case}"


def _float32(right: Callable[..., Enclosure]) -> Callable[..., Enclosure]:
    def measure(self: Any, name: str, *args: Any) -> Enclosure:
        found = right(self, name, *args)
        return Enclosure(found.value.astype(np.float32).astype(float), found.radius, found.kind, found.sources)

    return measure


def _curve_off(curve: str, factor: float) -> Callable[..., Any]:
    def wrong(right: Callable[..., Enclosure]) -> Callable[..., Enclosure]:
        return lambda self, name, *args: right(self, name, *args) * (factor if name == curve else 1.0)

    return wrong


FAULTS = (
    Fault(
        "posterior-variance",
        "the denoiser sampler adds the noise of the forward step, v - v', instead of the posterior's",
        (Denoiser, "noise_variance"),
        lambda right: lambda self, v, v_next: v - v_next,
        ("gauss.variance.denoiser", "budget.denoiser"),
    ),
    Fault(
        "posterior-mean",
        "the denoiser sampler weights the denoised point by v'/v instead of 1 - v'/v",
        (Denoiser, "mean"),
        lambda right: lambda self, model, y, v, v_next: y * (v_next / v) + model.denoiser(y, v) * (v_next / v),
        ("gauss.variance.denoiser", "budget.denoiser"),
    ),
    Fault(
        "mean-without-correction",
        "the score sampler adds noise but does not move along the score",
        (Score, "mean"),
        lambda right: lambda self, model, y, v, v_next: y + model.score(y, v) * (v - v),
        ("wht24.lemma13.corrected", "gauss.variance.score"),
    ),
    Fault(
        "flow-drift",
        "the score sampler moves by half the drift, as the probability flow does",
        (Score, "mean"),
        lambda right: lambda self, model, y, v, v_next: y + model.score(y, v) * ((v - v_next) / 2),
        ("wht24.lemma13.corrected", "budget.score"),
    ),
    Fault(
        "grid-short",
        "the output law leaves out the last step of the grid",
        (gaussian_terminal, "as_variances"),
        lambda right: lambda v: right(v)[:-1] if len(right(v)) > 2 else right(v),
        ("gauss.variance.score", "wht24.lemma15.corrected"),
    ),
    Fault(
        "grid-shifted",
        "the discretisation error takes the Fisher information at the end of each step",
        (budgets, "discretisation_error"),
        lambda right: lambda target, v, sampler: right(target, np.append(v[1:], v[-1] / 2), sampler),
        ("budget.score.discretisation", "wht24.lemma9.constant"),
    ),
    Fault(
        "score-error-shifted",
        "the score part weights each error by the step before",
        (budgets, "_error_sum"),
        lambda right: lambda level, eps2, sampler: right(level, eps2[::-1], sampler),
        ("budget.score.excess", "wht24.lemma9.constant"),
    ),
    Fault(
        "error-energy",
        "the energy of a score error forgets its constant part",
        (LinearError, "energy"),
        lambda right: lambda self, target, v: right(LinearError(a=self.a, b=0.0), target, v),
        ("budget.score", "wht24.lemma9.constant"),
    ),
    Fault(
        "divergence-reversed",
        "the output KL is that of the output from the data, the arguments exchanged",
        (GaussianOutput, "kl"),
        lambda right: (
            lambda self: right(GaussianOutput(self.exact_mean, self.exact_variance, self.mean, self.variance))
        ),
        ("wht24.lemma15.corrected", "gauss.kl.denoiser"),
    ),
    Fault(
        "start-forgotten",
        "the path KL of Gaussian data leaves out the start",
        (gaussian_chain, "from_noise"),
        lambda right: lambda start: False,
        ("wht24.lemma9.constant", "budget.score"),
    ),
    Fault(
        "start-forgotten-mixture",
        "the path KL of a mixture leaves out the start",
        (mixture_chain, "from_noise"),
        lambda right: lambda start: False,
        ("wht24.lemma9.constant", "budget.score"),
    ),
    Fault(
        "float32-gaussian",
        "the information curves of Gaussian data pass through float32",
        (Gaussian, "measure"),
        _float32,
        ("info.fisher_mmse", "gauss.fisher"),
    ),
    Fault(
        "float32-mixture",
        "the information curves of a mixture pass through float32",
        (GaussianMixture, "measure"),
        _float32,
        ("info.fisher_mmse", "budget.score.ranking"),
    ),
    Fault(
        "mmse-per-mille",
        "the mmse of a mixture is too large by one part in a thousand",
        (GaussianMixture, "measure"),
        _curve_off("mmse", 1.001),
        ("info.fisher_mmse", "info.dsm"),
    ),
    Fault(
        "entropy-sign",
        "the entropy of Gaussian data has the wrong sign",
        (Gaussian, "measure"),
        _curve_off("H", -1.0),
        ("budget.score.discretisation", "wht24.lemma9.constant"),
    ),
    *TRAINING_FAULTS,
)
