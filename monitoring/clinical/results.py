"""What the rules conclude: grades, scores, flags, each with the rows it rests on.

A record's document is its fields as plain JSON; ``from_document`` makes the record of it again, so
that a stored evaluation keeps its whole evidence. The records have no slots: orjson, which writes
the documents at every recording, reads a record's ``__dict__`` four times as fast.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self


class Truth(StrEnum):
    """A criterion's three values, and one more way to be yes: it was, nothing newer is known."""

    YES = "yes"
    HELD = "held"
    NO = "no"
    UNKNOWN = "unknown"


class GradeStatus(StrEnum):
    """How far a grade can be trusted.

    GRADED: every criterion that could raise it is known. AT_LEAST: an unknown criterion could raise
    it. UNKNOWN: nothing is met but something that matters is unknown. CANNOT_GRADE: rule C23, the
    vasopressor status in intensive care is not known.
    """

    GRADED = "graded"
    AT_LEAST = "at_least"
    UNKNOWN = "unknown"
    CANNOT_GRADE = "cannot_grade"


class Priority(StrEnum):
    """Alarm priority after IEC 60601-1-8, and the technical alarm apart from them."""

    TECHNICAL = "technical"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"

    @property
    def rank(self) -> int:
        """How urgent: the higher, the more; the technical alarm is the lowest."""
        return _RANKS[self]


_RANKS = {priority: rank for rank, priority in enumerate(Priority)}


class ConditionState(StrEnum):
    """A problem's condition at a moment, before any debounce."""

    NORMAL = "normal"
    ACTIVE = "active"
    NO_DATA = "no_data"


@dataclass(frozen=True, kw_only=True)
class InputEvidence:
    """One value a conclusion rests on, with its age when it was used.

    ``display`` is the value as the ward writes it ("38.4 C", "nasal cannula 2 L/min"). ``row_id``
    points into the table ``table`` (observation, treatment, baseline, attribution, therapy_dose).
    """

    concept: str
    display: str
    value: float | None
    taken_us: int
    age_s: float
    table: str
    row_id: int
    stale: bool


@dataclass(frozen=True, kw_only=True)
class CriterionEvidence:
    """One row of a grade table and whether it was met."""

    id: str
    domain: str
    grade: int
    label: str
    truth: Truth
    source: str
    inputs: tuple[InputEvidence, ...] = ()
    note: str | None = None


@dataclass(frozen=True, kw_only=True)
class EpisodeState:
    """A CRS episode and what must be carried on to grade the next moment without all history.

    ``peak`` is the highest grade of the current or last episode. ``waived`` is true from the first
    antipyretic, anticytokine or steroid at or after the onset fever (rule C6). ``held`` carries the
    criteria that were met when last known. ``quiet_since_us`` to ``last_quiet_us`` is the time
    without any sign so far, which must last to resolve the episode (rule C21).
    """

    number: int = 0
    is_open: bool = False
    onset_us: int | None = None
    peak: int | None = None
    waived_since_us: int | None = None
    quiet_since_us: int | None = None
    last_quiet_us: int | None = None
    resolved_us: int | None = None
    held: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class CrsGrade:
    """The suggested ASTCT 2019 CRS grade at a moment.

    ``grade`` is None when unknown. ``at_most`` is the grade if every unknown criterion were met.
    ``direction`` compares with the grade before: rising, falling, steady or unknown. ``resolving``
    marks grade 0 inside an open episode whose fever is waived (rule C6).
    """

    grade: int | None
    status: GradeStatus
    at_most: int
    peak: int | None
    direction: str
    resolving: bool
    fever_waived: bool
    criteria: tuple[CriterionEvidence, ...]
    missing: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class IcansGrade:
    """The suggested ASTCT 2019 ICANS grade at a moment; it knows nothing of CRS.

    ``grade`` is None when unknown, ``at_most`` the grade if every unknown criterion were met,
    ``peak`` the highest of the stay. ``tool`` is "ICE" or "CAPD" by age; ``points`` of its newest
    assessment, None where not every item is known, and ``tested_us`` when that was.
    ``confused_us`` is when confusion last began or grew within a day (ACVPU or the charted
    symptom). ``criteria`` are those met, or met when last known; ``unknown`` the ids of those that
    nobody can tell; all other rows of the table are known not to be met.
    """

    grade: int | None
    status: GradeStatus
    at_most: int
    peak: int | None
    direction: str
    tool: str
    points: int | None
    tested_us: int | None
    confused_us: int | None
    criteria: tuple[CriterionEvidence, ...]
    unknown: tuple[str, ...]
    missing: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ConfirmedGrade:
    """A clinician's newest word on the grade of a scale, and what is shown because of it.

    ``computed_then`` is what the rules had said when it was given. ``rose`` is True once they said
    more than that; with ``expired`` it ends the power of a word that lay below them.
    """

    scale: str
    grade: int
    computed_then: int | None
    stated_us: int
    by: str
    row_id: int
    rose: bool
    expired: bool
    shown: int


@dataclass(frozen=True, kw_only=True)
class ScorePart:
    """One parameter of NEWS2: its points (None when missing) and the band that was hit."""

    parameter: str
    points: int | None
    band: str | None
    evidence: InputEvidence | None


@dataclass(frozen=True, kw_only=True)
class News2Score:
    """NEWS2: ``total`` only when complete; ``minimum`` is the sum of what is known.

    ``applicable`` is False under 16 years, where NEWS2 must not be used. ``risk`` is high, medium,
    low_medium, low, incomplete or not_applicable; an incomplete score whose minimum already reaches
    a threshold has that threshold's risk.
    """

    total: int | None
    minimum: int
    any_three: bool
    complete: bool
    applicable: bool
    risk: str
    parts: tuple[ScorePart, ...]
    missing: tuple[str, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Condition:
    """One watched problem at a moment: what ``alerts.step`` consumes.

    ``severity`` orders worsening within the problem (the grade, the NEWS2 risk, ...): a rise while
    active speaks again. ``criteria`` names what was met, a new one also speaks again.
    ``covered_by`` names the problem that says the same already and is at least as urgent.
    ``deadband_severity`` is the highest severity that the value is not known to be clearly below
    (ISA-18.2 deadband; clinical reference 8.3, hysteresis): what was told of up to it still stands.
    """

    problem: str
    state: ConditionState
    priority: Priority
    severity: int
    label: str
    criteria: tuple[str, ...] = ()
    evidence: tuple[InputEvidence, ...] = ()
    action: str | None = None
    covered_by: str | None = None
    # Documents that were stored before there was one do not carry it.
    deadband_severity: int = 0


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """Everything the rules say of one patient at one moment.

    ``policy`` names the limits it was judged with, None where that was not yet written down.
    ``therapy_class`` is that of the newest dose. ``icans`` is None where it was judged before the
    rules knew ICANS. ``confirmed`` holds the
    clinicians' words that stand, a scale at most one.
    """

    at_us: int
    rulebook: str
    crs: CrsGrade
    news2: News2Score
    conditions: tuple[Condition, ...]
    episode: EpisodeState
    atypical_timing: bool
    hours_since_dose: float | None
    therapy_class: str | None = None
    icans: IcansGrade | None = None
    confirmed: tuple[ConfirmedGrade, ...] = ()
    policy: str | None = None

    def word_on(self, scale: str) -> ConfirmedGrade | None:
        """The clinician's word that stands on a scale's grade, or None."""
        return next((one for one in self.confirmed if one.scale == scale), None)

    @classmethod
    def from_document(cls, document: dict[str, Any]) -> Self:
        """The record again from its JSON, equal to the one it came from.

        Raises ``KeyError``, ``TypeError`` or ``ValueError`` on a document of another shape.
        """
        news2, crs = document["news2"], document["crs"]
        return cls(
            at_us=document["at_us"],
            rulebook=document["rulebook"],
            crs=CrsGrade(
                **{
                    **crs,
                    "status": GradeStatus(crs["status"]),
                    "criteria": tuple(read_criterion(one) for one in crs["criteria"]),
                    "missing": tuple(crs["missing"]),
                    "notes": tuple(crs["notes"]),
                }
            ),
            news2=News2Score(
                **{
                    **news2,
                    "parts": tuple(_part(one) for one in news2["parts"]),
                    "missing": tuple(news2["missing"]),
                    "notes": tuple(news2["notes"]),
                }
            ),
            conditions=tuple(_condition(one) for one in document["conditions"]),
            episode=EpisodeState(
                **{**document["episode"], "held": tuple(document["episode"]["held"])}
            ),
            atypical_timing=document["atypical_timing"],
            hours_since_dose=document["hours_since_dose"],
            therapy_class=document.get("therapy_class"),
            icans=read_icans(document.get("icans")),
            confirmed=tuple(ConfirmedGrade(**one) for one in document.get("confirmed", ())),
            policy=document.get("policy"),
        )


def _inputs(documents: list[dict[str, Any]]) -> tuple[InputEvidence, ...]:
    return tuple(InputEvidence(**one) for one in documents)


def read_criterion(document: dict[str, Any]) -> CriterionEvidence:
    """A criterion with its evidence again from its JSON."""
    return CriterionEvidence(
        **{
            **document,
            "truth": Truth(document["truth"]),
            "inputs": _inputs(document["inputs"]),
        }
    )


def read_icans(document: dict[str, Any] | None) -> IcansGrade | None:
    """The ICANS grade again from its JSON; None where an evaluation was made without one."""
    if document is None:
        return None
    return IcansGrade(
        **{
            **document,
            "status": GradeStatus(document["status"]),
            "criteria": tuple(read_criterion(one) for one in document["criteria"]),
            "unknown": tuple(document["unknown"]),
            "missing": tuple(document["missing"]),
            "notes": tuple(document["notes"]),
        }
    )


def _part(document: dict[str, Any]) -> ScorePart:
    evidence = document["evidence"]
    return ScorePart(
        **{**document, "evidence": None if evidence is None else InputEvidence(**evidence)}
    )


def _condition(document: dict[str, Any]) -> Condition:
    return Condition(
        **{
            **document,
            "state": ConditionState(document["state"]),
            "priority": Priority(document["priority"]),
            "criteria": tuple(document["criteria"]),
            "evidence": _inputs(document["evidence"]),
        }
    )
