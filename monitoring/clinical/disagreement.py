"""Where clinicians and rules graded otherwise: how often, how long, and which way.

Clinical reference, 9 (item 2). A grade that the rules could not give is no disagreement.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from monitoring.clinical.facts import GradeStatement

_US_PER_S = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """One stretch in which the entered grade was not the computed one."""

    scale: str
    from_us: int
    until_us: int
    entered: int
    computed: int

    @property
    def is_higher(self) -> bool:
        """Whether the clinician graded higher than the rules."""
        return self.entered > self.computed

    @property
    def lasted_s(self) -> float:
        """How long it lasted, in seconds."""
        return (self.until_us - self.from_us) / _US_PER_S


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreements:
    """How many clinicians' words there were, and how they stood to the computed grade.

    ``at_once`` counts the words that differed when they were given; ``higher`` and ``lower`` the
    stretches by the way the clinician differed, with how long they lasted in all.
    """

    words: int
    at_once: int
    higher: int
    lower: int
    higher_s: float
    lower_s: float


def stretches(
    statements: Iterable[GradeStatement],
    scale: str,
    computed: Sequence[tuple[int, int | None]],
    *,
    until_us: int,
) -> tuple[Disagreement, ...]:
    """The stretches of one stay and one scale up to ``until_us``, oldest first.

    ``computed`` is the rules' grade from each moment on (microseconds since the epoch, ascending).
    The newest word at a moment is the entered grade.
    """
    words = sorted(
        (one for one in statements if one.scale == scale and one.stated_us < until_us),
        key=lambda one: (one.stated_us, one.row_id),
    )
    if not words:
        return ()
    edges = sorted({*(us for us, _ in computed), *(one.stated_us for one in words), until_us})
    found: list[Disagreement] = []
    for from_us, to_us in pairwise(edges):
        if from_us < words[0].stated_us or to_us > until_us:
            continue
        entered = max(
            (one for one in words if one.stated_us <= from_us),
            key=lambda one: (one.stated_us, one.row_id),
        ).grade
        said = next((grade for us, grade in reversed(computed) if us <= from_us), None)
        if said is None or said == entered:
            continue
        last = found[-1] if found else None
        begins_us = from_us
        if last is not None and (last.until_us, last.entered, last.computed) == (
            from_us,
            entered,
            said,
        ):
            begins_us = found.pop().from_us
        found.append(
            Disagreement(
                scale=scale, from_us=begins_us, until_us=to_us, entered=entered, computed=said
            )
        )
    return tuple(found)


def counted(statements: Iterable[GradeStatement], found: Iterable[Disagreement]) -> Disagreements:
    """The words and stretches of any number of stays, counted."""
    words, all_found = list(statements), list(found)
    higher = [one for one in all_found if one.is_higher]
    lower = [one for one in all_found if not one.is_higher]
    return Disagreements(
        words=len(words),
        at_once=sum(one.computed_grade not in (None, one.grade) for one in words),
        higher=len(higher),
        lower=len(lower),
        higher_s=sum(one.lasted_s for one in higher),
        lower_s=sum(one.lasted_s for one in lower),
    )
