"""What a numbered statement of the paper is: its words, and the claims that state it as relations."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Picture:
    """A picture of the documentation that shows a statement: file below ``docs/images``, and what is to be seen."""

    file: str
    shows: str


@dataclass(frozen=True)
class Statement:
    """One numbered statement of Wang, He, Tao 2024.

    Attributes:
        key: short name, also of the claims: those with the id ``wht24.KEY`` or ``wht24.KEY.*`` belong to it.
        number: as the paper numbers it, ``Theorem 2``.
        title: what it is about, without a capital.
        says: the statement as printed, in words and short formulas between backticks.
        also: further claims that state it, of other families.
        uses: keys of the statements on which the paper's argument rests.
        pictures: of what was measured.
        remark: what a reader should know about how it is stated here.
        transcribed: whether the edition has its text; where it does not, ``says`` says so and there are no claims.
        verbatim: whether its exact claims are what is printed, word for word.
    """

    key: str
    number: str
    title: str
    says: str
    also: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()
    pictures: tuple[Picture, ...] = ()
    remark: str = ""
    transcribed: bool = True
    verbatim: bool = False

    def states(self, id: str) -> bool:
        """Whether the claim with this id belongs to the statement."""
        return f"{id}.".startswith(f"wht24.{self.key}.") or id in self.also


def untranscribed(key: str, number: str) -> Statement:
    """A statement of which only the number is known here."""
    says = f"The text of {number} is not part of the transcription on which this edition rests: it has no claim here."
    return Statement(key=key, number=number, title="not transcribed", says=says, transcribed=False)
