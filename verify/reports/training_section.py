"""The section of a report about training: which pictures belong to which claims, and what is seen on them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from verify.reports.rate_picture import draw_rates, exponents
from verify.reports.training_pictures import (
    LEAST,
    draw_implied,
    draw_losses,
    draw_spectra,
    draw_step_sizes,
    eigenvalue,
)
from verify.reports.training_runs import SIZE, STABLE, STEP_WIDTH, implied_constants, loss_curves, spectra, step_sizes
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
    worst, last = np.nanmax(found.printed, axis=1), found.stable[:, -1]
    dead = int(np.isclose(found.printed[:, -1], found.silent, rtol=1e-9).sum())
    above = int((found.stable <= found.envelope * (1 + 1e-9)).all(axis=1).sum())
    return (
        f"{len(last)} networks of width {found.m}, n = N = d = {SIZE}. Left: with the printed step, constant 1, h "
        f"lambda_max is {_range(found.h_lambda)} where stability asks for less than 2. The loss grows by factors of "
        f"{_range(worst, '.0e')}; then a step switches all units off in {dead} of the networks, whose output and "
        "gradient are 0 from there on: that loss is below its start, and nothing more is learned. Right: with h = "
        f"1/(2 lambda_max) the loss falls to {_range(last, '.1e')} of its start in {found.stable.shape[1] - 1} steps, "
        f"that of the linearised network to {_range(found.linearised[:, -1] / last, '.1f')} times as much. The "
        f"envelope prod_s (1 - h lambda_min) lies above {above} of {len(last)} runs. It is loose: it follows the "
        f"smallest eigenvalue, and ends at {_range(found.envelope[:, -1], '.2f')}."
    )


def _step_sizes(_: Sequence[Verdict], to: Path) -> str:
    found = [step_sizes("n"), step_sizes("N")]
    draw_step_sizes(found, to)
    (n, N), total = found, sum(one.h_lambda.size for one in found)
    stable = sum(int((one.h_lambda < STABLE).sum()) for one in found)
    return (
        f"The printed step, constant 1, on networks of width {STEP_WIDTH}, d = {SIZE}, noise level 1, equal weights. "
        f"Gradient descent is stable where h lambda_max is below 2: {stable} of {total} networks are. The mean "
        f"eigenvalue times h is on average c N, c = L (1 + 1/(2d)) = {N.bound[0]:g}, and the largest is at least the "
        f"mean, so that no constant in the step serves all N. It is {_range(n.h_lambda[-1])} at n = {n.sizes[-1]}, "
        f"N = {SIZE} and {_range(N.h_lambda[-1])} at n = {SIZE}, N = {N.sizes[-1]}."
    )


def _spectra(_: Sequence[Verdict], to: Path) -> str:
    narrow, wide = spectra(NARROW, seeds=NARROW_SEEDS), spectra(WIDE)
    draw_spectra([narrow, wide], to)
    gone = 1 - float(np.isfinite(eigenvalue(narrow.start)).mean())
    return (
        f"The NTK Gram matrix K of networks with {narrow.layers} trained layers, h = 1/lambda_max of the start. Above: "
        f"of {len(narrow.largest)} networks of width {narrow.m}, {int(narrow.unstable.sum())} pass 2/h, the largest "
        f"being {np.nanmax(narrow.largest):.1g} times its start (a line ends where all units are off and K is 0); of "
        f"{len(wide.largest)} of width {wide.m}, {int(wide.unstable.sum())} do: theirs stay within "
        f"{_range(wide.largest, '.2f')} times the start. A step that is stable at the start need not stay so in narrow "
        f"networks. Below: all eigenvalues. At width {narrow.m}, {gone:.0%} of them are 0 at the start but for "
        f"rounding, so that the kernel promises no decrease; at width {wide.m} the smallest is "
        f"{_range(wide.start[:, -1], '.1g')} of the largest."
    )


def _implied(_: Sequence[Verdict], to: Path) -> str:
    found = [implied_constants(m) for m in WIDTHS]
    draw_implied(found, to)
    first, last = (np.concatenate([one.constant[:, s] for one in found]) for s in (0, -1))
    grew = sum(int((one.constant <= 0).any(axis=1).sum()) for one in found)
    flat = [str(one.m) for one in found if np.median(one.floor[:, -1]) <= LEAST]
    none = f"; at width {', '.join(flat)} that is 0 but for rounding in the end" if flat else ""
    return (
        f"C5 as each step implies it in Theorem 1, g = 1, n = N = d = {SIZE}, h = 1/(2 lambda_max): medians and ranges "
        f"over {len(found[0].constant)} networks of each width. It is {_range(first, '.0e')} in the first step and "
        f"{_range(last, '.0e')} in step {found[0].constant.shape[1]}: gradient descent is done with the large "
        "eigenvalues first. A theorem with one C5 for all steps can promise no more than the smallest eigenvalue does "
        f"(dotted){none}. In {grew} of {len(first)} runs the loss grew at some step."
    )


def _rates(verdicts: Sequence[Verdict], to: Path) -> str:
    measured = [(v.claim, v.rates) for v in verdicts if v.rates]
    draw_rates(measured, to)
    drifting = sorted({claim.id for claim, rates in measured if any(one.lasting for one in exponents(claim, rates))})
    return (
        "Exponents of the sizes in theorems with an unnamed constant: printed, and measured in a designed experiment. "
        "A bound is refuted where the measured exponent stays on the grey side of the printed one, and loose where it "
        f"lies far on the other. Refuted here: {', '.join(drifting) or 'none'}."
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
