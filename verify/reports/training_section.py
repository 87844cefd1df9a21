"""The section of a report about training: which pictures belong to which claims, and what is seen on them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from verify.reports.rate_picture import draw_rates, exponents
from verify.reports.training_pictures import draw_implied, draw_losses, draw_spectra, draw_step_sizes
from verify.reports.training_runs import implied_constants, loss_curves, spectra, step_sizes
from verify.reports.weighting_picture import draw_quick_weightings
from verify.verdicts import Verdict

NARROW, WIDE, NARROW_SEEDS = 4, 128, 48
WIDTHS = (16, 64, 256)


@dataclass(frozen=True)
class Picture:
    """One picture of the section.

    Attributes:
        file: its name in the folder.
        title, caption: for people.
        alt: for those who cannot see it.
    """

    file: str
    title: str
    caption: str
    alt: str


@dataclass(frozen=True)
class Group:
    """A picture and the claims that it belongs to.

    Attributes:
        name: of the file, without ending.
        title, alt: of the picture.
        prefixes: of the ids of its claims; none where the verdicts themselves are drawn.
        draw: writes it and returns its caption; gets the verdicts of the report.
    """

    name: str
    title: str
    alt: str
    prefixes: tuple[str, ...]
    draw: Callable[[Sequence[Verdict], Path], str]

    def concerns(self, verdicts: Sequence[Verdict]) -> bool:
        """Whether a report of these verdicts has the picture."""
        if not self.prefixes:
            return any(v.rates for v in verdicts)
        return any(v.claim.id.startswith(self.prefixes) for v in verdicts)


def training_section(verdicts: Sequence[Verdict], folder: Path) -> list[Picture]:
    """Draw the pictures that belong to these verdicts into ``folder``; none if nothing trains a network.

    Raises:
        OSError: the folder cannot be written.
    """
    drawn = []
    for group in GROUPS:
        if group.concerns(verdicts):
            file = f"training-{group.name}.png"
            caption = group.draw(verdicts, folder / file)
            drawn.append(Picture(file, group.title, caption, group.alt))
    return drawn


def _losses(_: Sequence[Verdict], to: Path) -> str:
    found = loss_curves()
    draw_losses(found, to)
    worst, later = np.nanmax(found.printed, axis=1), found.stable[:, -1]
    dead = int(np.isclose(found.printed[:, -1], found.silent, rtol=1e-9).sum())
    overshoot = int((found.stable > found.envelope * (1 + 1e-9)).any(axis=1).sum())
    return (
        f"{len(found.printed)} networks of width {found.m}, n = N = d = 4. Left: with the printed step, constant 1, "
        f"h lambda_max is {_range(found.h_lambda)} where stability asks for less than 2. The loss grows by factors of "
        f"{worst.min():.0e} to {worst.max():.0e} until a step switches all units off; {dead} of {len(found.printed)} "
        "networks end so, with output 0 and gradient 0: their loss is below its start, and nothing more is learned. "
        f"Right: with h = 1/(2 lambda_max) the loss falls to {_range(later, '.1e')} of its start in "
        f"{found.stable.shape[1] - 1} steps. The corrected theorem's envelope lies above "
        f"{'every run' if not overshoot else f'all but {overshoot} runs'} and is loose: it follows the smallest "
        "eigenvalue, the runs follow the large ones. The network linearised at the start keeps close to the run."
    )


def _step_sizes(_: Sequence[Verdict], to: Path) -> str:
    found = [step_sizes("n"), step_sizes("N")]
    draw_step_sizes(found, to)
    (n, N), total = found, sum(one.h_lambda.size for one in found)
    stable = sum(int((one.h_lambda < 2).sum()) for one in found)
    return (
        "The largest eigenvalue of K times the printed step, constant 1, noise level 1 and equal weights, m = 128, "
        f"d = 4. Gradient descent is stable below 2: {stable} of {total} networks are. The mean eigenvalue times "
        "h is c N on average, c = L (1 + 1/(2d)) = 2.25, and the largest cannot be smaller than the mean; it is "
        f"{_range(n.h_lambda[-1])} at n = 8, N = 4 and {_range(N.h_lambda[-1])} at n = 4, N = 8. No constant in the "
        "printed step serves all n and N."
    )


def _spectra(_: Sequence[Verdict], to: Path) -> str:
    narrow, wide = spectra(NARROW, seeds=NARROW_SEEDS), spectra(WIDE)
    draw_spectra([narrow, wide], to)
    top = np.nanmax(narrow.largest)
    return (
        f"The NTK Gram matrix K of networks with {narrow.layers} trained layers, h = 1/lambda_max of the start. Above: "
        f"of {len(narrow.largest)} networks of width {narrow.m}, {int(narrow.unstable.sum())} pass 2/h, up to "
        f"{top:.0e} times the start (a line ends where all units are off and K is 0); of {len(wide.largest)} of "
        f"width {wide.m}, {int(wide.unstable.sum())} do, and none of their largest eigenvalues grows by more than "
        f"{np.nanmax(wide.largest) - 1:.1%}. So a step that is stable at the start may not stay so in narrow networks. "
        f"Below: all eigenvalues. At width {narrow.m} most of them are 0, so that the kernel promises no decrease; at "
        f"width {wide.m} all are positive and hardly move."
    )


def _implied(_: Sequence[Verdict], to: Path) -> str:
    found = [implied_constants(m) for m in WIDTHS]
    draw_implied(found, to)
    first, last = (np.concatenate([one.constant[:, s] for one in found]) for s in (0, -1))
    grew = sum(int((one.constant <= 0).any(axis=1).sum()) for one in found)
    kept = "In no step did a loss grow." if not grew else f"In {grew} of {len(first)} runs the loss grew at some step."
    return (
        "C5 as each step implies it in Theorem 1, g = 1, n = N = d = 4, h = 1/(2 lambda_max): medians and ranges over "
        f"{len(found[0].constant)} networks of each width. It falls from {_range(first, '.0e')} in the first step to "
        f"{_range(last, '.0e')} in step {found[0].constant.shape[1]}, as gradient descent is done with the large "
        "eigenvalues first. A theorem with one C5 for all steps can promise no more than the smallest eigenvalue does "
        f"(dotted), which hardly moves in wide networks and is 0 but for rounding in narrow ones. {kept}"
    )


def _rates(verdicts: Sequence[Verdict], to: Path) -> str:
    measured = [(v.claim, v.rates) for v in verdicts if v.rates]
    draw_rates(measured, to)
    drifting = {claim.id for claim, rates in measured if any(one.lasting for one in exponents(claim, rates))}
    refuted = f" Refuted: {', '.join(sorted(drifting))}." if drifting else ""
    return (
        "Exponents of the sizes in theorems with an unnamed constant: printed, and measured in a designed experiment. "
        "A bound is true where the measured exponent does not lie on the grey side of the printed one, and loose by "
        "the distance between them." + refuted
    )


def _range(values: np.ndarray, form: str = ".0f") -> str:
    return f"{values.min():{form}} to {values.max():{form}}"


GROUPS = (
    Group(
        "loss",
        "Losses at the printed step and at a stable one",
        "Left, losses that grow by many powers of ten and then stay at that of output 0; right, losses that fall "
        "below an almost flat envelope",
        ("wht24.thm1", "ntk.linearised"),
        _losses,
    ),
    Group(
        "steps",
        "The printed step against the limit of stability",
        "h lambda_max of networks against n and against N, all above 2 and growing",
        ("wht24.thm1",),
        _step_sizes,
    ),
    Group(
        "spectrum",
        "Eigenvalues of the NTK Gram matrix along training",
        "Largest and smallest eigenvalues against the step and whole spectra, for narrow and for wide networks",
        ("ntk.", "wht24.thm1"),
        _spectra,
    ),
    Group(
        "constant",
        "The constant that Theorem 1 leaves unnamed, step by step",
        "Implied constants of three widths, falling along the run towards what the smallest eigenvalue gives",
        ("wht24.thm1", "wht24.lemma1"),
        _implied,
    ),
    Group(
        "rates",
        "Rates: printed and measured exponents",
        "A panel for each claim with printed exponents as lines and measured ones as points with intervals",
        (),
        _rates,
    ),
    Group(
        "weightings",
        "Weightings of the noise levels",
        "Losses over their start against the step for a mixture and for digits, under four weightings",
        ("wht24.cor2",),
        lambda _, to: draw_quick_weightings(to),
    ),
)
