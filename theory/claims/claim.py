"""A claim: one sympy relation over the vocabulary, with the setting in which it is said to hold."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from sympy.core.relational import Equality, GreaterThan, LessThan, Relational, StrictGreaterThan, StrictLessThan

from theory.claims.design import Design
from theory.compiler import names_used
from theory.display import Badge, Contents, Displayed, Formula, Line, Table
from theory.vocabulary import VOCABULARY, to_latex

RELATIONS = (Equality, LessThan, GreaterThan, StrictLessThan, StrictGreaterThan)


class Form(StrEnum):
    """Where the formula comes from."""

    PRINTED = "as printed"
    CORRECTED = "corrected"
    EXACT = "exact"
    CONJECTURE = "conjecture"


class Expected(StrEnum):
    """The verdict that the catalogue expects; a certified verdict also meets ``SUPPORTED``."""

    SUPPORTED = "supported"
    REFUTED = "refuted"


class Family(StrEnum):
    """Families of data that a claim speaks of."""

    GAUSSIAN = "gaussian"  # any dimension, any covariance and mean
    GAUSSIAN_1D = "gaussian1"  # one-dimensional, variance lam and mean mu
    POINT = "point"  # data at one point: variance 0
    MIXTURE = "mixture"  # one-dimensional Gaussian mixtures, point masses included


@dataclass(frozen=True)
class TrainingSpace:
    """Networks and training runs over which a claim is said to hold.

    Attributes:
        step: ``stable``, h = factor/lambda_max of the kernel at theta_0; ``printed``, h = factor n N/(m min_j g_j).
        factors: range of the factor.
        weightings: of the noise levels, keys of ``numerics.training.weightings.WEIGHTINGS``.
        widths: of the network.
        most_points, most_levels, most_layers, most_steps: largest n, N, number of trained layers and K.
        reach: range of the length of the move dtheta.
        least_sigma: smallest noise level that is trained on.
        by_hand: whether the smallest networks, with weights that are whole numbers, belong to the space.
    """

    step: str = "stable"
    factors: tuple[float, float] = (0.05, 1.0)
    weightings: tuple[str, ...] = ("uniform", "edm", "1/sigma", "1/sigma2")
    widths: tuple[int, ...] = (1, 2, 4, 8, 16, 32)
    most_points: int = 4
    most_levels: int = 4
    most_layers: int = 3
    most_steps: int = 6
    reach: tuple[float, float] = (1e-3, 2.0)
    least_sigma: float = 0.0
    by_hand: bool = True


@dataclass(frozen=True)
class Cases:
    """The space of cases over which a claim is said to hold, and from which the search draws.

    Attributes:
        families: data distributions.
        samplers: ``score``, ``denoiser``, ``ode``, ``heun``; empty where none is involved.
        start: ``noise``, the sampler starts from N(0, v_0 I); ``exact``, from p_{v_0}.
        score_error: whether s_theta may differ from the true score.
        uniform_excess: s_theta is a multiple of the true score: data at one point have the same excess at all levels.
        max_steps: largest N drawn.
        time_exponents: values of a_t in sigma_bar_t = t^{a_t}.
        centred: Gaussian data have mean 0.
        spread: data have variance > 0.
        training: the networks that are trained; None where the claim speaks of none.
    """

    families: tuple[Family, ...] = (Family.GAUSSIAN, Family.MIXTURE)
    samplers: tuple[str, ...] = ()
    start: str = "noise"
    score_error: bool = False
    uniform_excess: bool = False
    max_steps: int = 8
    time_exponents: tuple[float, ...] = (1.0, 0.5)
    centred: bool = False
    spread: bool = False
    training: TrainingSpace | None = None


@dataclass(frozen=True)
class Claim(Displayed):
    """One statement and what is expected of it.

    ``print(claim)`` shows it as text, a notebook as a formula with its source and setting.

    Attributes:
        id: stable name, e.g. ``wht24.thm2.corrected``.
        title: one line for tables.
        relation: ``lhs <= rhs`` or ``Eq(lhs, rhs)`` over the vocabulary.
        form, expected, source: see :class:`Form`, :class:`Expected`; source is author, year and number.
        setting: what the symbols stand for here, and the assumptions, in words.
        cases: see :class:`Cases`.
        derived_from: ids of the claims that the proof uses.
        note: what a reader should know about the verdict.
        design: the experiment that tests a claim whose constant is unnamed; None where every constant has a value.

    Raises:
        ValueError: the relation speaks of something that the vocabulary does not have, or has no quantity.
    """

    id: str
    title: str
    relation: Relational
    source: str
    form: Form = Form.EXACT
    expected: Expected = Expected.SUPPORTED
    setting: str = ""
    cases: Cases = field(default_factory=Cases)
    derived_from: tuple[str, ...] = ()
    note: str = ""
    design: Design | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.relation, RELATIONS):
            raise ValueError(
                f"claim {self.id}: {self.relation!r} is not a relation; write Le(lhs, rhs) or Eq(lhs, rhs) "
                "(`==` compares, and gives False)"
            )
        strange = sorted(self.names - VOCABULARY.keys() - {f"{name}'" for name in VOCABULARY})
        if strange:
            raise ValueError(f"claim {self.id}: {', '.join(strange)} is not in the vocabulary")
        if not self.names - {"N", "d"}:
            raise ValueError(f"claim {self.id} has no quantity to measure")

    @property
    def names(self) -> set[str]:
        """Vocabulary names that must be measured."""
        return names_used(self.relation)

    @property
    def is_equality(self) -> bool:
        """Whether the relation is ``Eq``."""
        return isinstance(self.relation, Equality)

    @property
    def latex(self) -> str:
        """The relation as LaTeX, with the vocabulary's own names."""
        return to_latex(self.relation)

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.latex}$"

    def _contents(self) -> Contents:
        """The relation as a formula, then source, setting, what is expected, and what it is derived from."""
        said = (
            ("source", self.source),
            ("setting", self.setting),
            ("expected", str(self.expected)),
            ("design", "" if self.design is None else str(self.design)),
            ("derived from", ", ".join(self.derived_from)),
            ("note", self.note),
        )
        parts: list[Line | Formula | Table] = [Formula(self.relation)]
        parts += [Line(text, label) for label, text in said if text]
        return Contents(f"{self.id}: {self.title}", Badge(str(self.form)), tuple(parts))
