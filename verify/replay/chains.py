"""Samplers on Gaussian data, along one axis: where the chain ends, and its path divergence.

With e = E Y - m the deviation of the chain's mean, s_theta(v, y) = -g (y - m) + b, g = (1 + a)/(lambda + v), all four
samplers make Y' = Y + h s + sqrt(q) Z (heun with an averaged slope), because D = y + v s:

    score     h = v - v',                  q = v - v'
    denoiser  h = v (1 - v'/v) = v - v',   q = v' (v - v')/v
    ode       h = v - sigma sigma',        q = 0
    heun      half a step of ode with the slope at the start, half with the slope at its end, q = 0

Path divergence (score, denoiser) by the chain rule: the exact reverse transition is N(m + r (x - m), r (v - v')) with
r = (lambda + v')/(lambda + v), by Bayes' rule.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

from verify.replay.errors import CannotCheck
from verify.replay.intervals import log, over, real, sqrt, square

HALF = Fraction(1, 2)


@dataclass(frozen=True)
class Axis:
    """One axis of the data, N(mean, variance), and the learned score's error (1 + a) grad log p + b."""

    variance: Fraction
    mean: Fraction
    a: Fraction
    b: Fraction

    def gain(self, v: Any) -> Any:
        """g, the learned score's slope but for its sign."""
        return over(real(1 + self.a), real(self.variance) + v)


@dataclass(frozen=True)
class Step:
    """e' = slope e + offset, V' = slope^2 V + noise."""

    slope: Any
    offset: Any
    noise: Any


def step(sampler: str, axis: Axis, v: Any, v_next: Any) -> Step:
    """One step of a sampler along an axis.

    Raises:
        CannotCheck: no such sampler.
    """
    g, b = axis.gain(v), real(axis.b)
    match sampler:
        case "score":
            return Step(1 - (v - v_next) * g, (v - v_next) * b, v - v_next)
        case "denoiser":
            return Step(1 - (v - v_next) * g, (v - v_next) * b, over(v_next * (v - v_next), v))
        case "ode":
            h = sqrt(v) * (sqrt(v) - sqrt(v_next))
            return Step(1 - h * g, h * b, real(0))
        case "heun":
            first, last = sqrt(v), sqrt(v_next)
            h = first * (first - last)
            slope, offset = 1 - h * g, h * b  # the predicted point
            half = (first - last) * real(HALF)
            pull = first * g + last * axis.gain(v_next) * slope
            push = first * b + last * (b - axis.gain(v_next) * offset)
            return Step(1 - half * pull, half * push, real(0))
    raise CannotCheck(f"the sampler {sampler}")


def output(sampler: str, start: str, axis: Axis, levels: list[Any]) -> tuple[Any, Any]:
    """(deviation of the mean, variance) of the sampler's output."""
    if start == "noise":
        deviation, variance = real(-axis.mean), levels[0]
    else:
        deviation, variance = real(0), levels[0] + real(axis.variance)
    for v, v_next in pairwise(levels):
        move = step(sampler, axis, v, v_next)
        deviation = move.slope * deviation + move.offset
        variance = square(move.slope) * variance + move.noise
    return deviation, variance


def output_kl(sampler: str, start: str, axis: Axis, levels: list[Any]) -> Any:
    """KL(p_{v_N} || output) along the axis."""
    deviation, variance = output(sampler, start, axis, levels)
    return gauss_kl(real(axis.variance) + levels[-1], deviation, variance)


def gauss_kl(left: Any, shift: Any, right: Any) -> Any:
    """KL(N(0, left) || N(shift, right))."""
    ratio = over(left, right)
    return (ratio - 1 - log(ratio) + over(square(shift), right)) * real(HALF)


def path_kl(sampler: str, start: str, axis: Axis, levels: list[Any]) -> Any:
    """KL of the joint laws of the exact reverse chain and the sampler's, along the axis.

    Raises:
        CannotCheck: a deterministic sampler, whose path law is singular.
    """
    if sampler not in ("score", "denoiser"):
        raise CannotCheck(f"the {sampler} sampler has no path divergence")
    lam = real(axis.variance)
    total = real(0)
    if start == "noise":
        total = gauss_kl(lam + levels[0], real(axis.mean), levels[0])
    for v, v_next in pairwise(levels):
        move = step(sampler, axis, v, v_next)
        r = over(lam + v_next, lam + v)
        ratio = over(r * (v - v_next), move.noise)
        # miss of the means: (slope - r) (x - m) + offset, whose square has the mean below
        miss = square(move.slope - r) * (lam + v) + square(move.offset)
        total = total + (ratio - 1 - log(ratio) + over(miss, move.noise)) * real(HALF)
    return total


def discretisation(sampler: str, axis: Axis, levels: list[Any]) -> Any:
    """E_D along the axis in closed form: the gap between an integral of J (of mmse in 1/v) and its left sum."""
    lam, total = real(axis.variance), real(0)
    for v, v_next in pairwise(levels):
        ratio = over(lam + v_next, lam + v)
        if sampler == "score":
            total = total + ratio - 1 - log(ratio)
        else:
            rise = over(real(1), v_next) - over(real(1), v)
            grown = log(over(over(lam, v_next) + 1, over(lam, v) + 1))
            total = total + over(lam * v, lam + v) * rise - grown
    return total * real(HALF)
