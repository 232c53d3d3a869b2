"""What happens on the sample ward, as plain records in the order in which the ward learns of it."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleValue:
    """One charted value: ``value`` in the concept's canonical unit, or ``code``."""

    concept: str
    value: float | None = None
    code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """An invented patient, known by an identifier that says so (``DEMO-...``)."""

    identifier: str
    family_name: str
    given_name: str
    birth_date: date
    sex: str
    allergies: str
    weight_kg: float


@dataclass(frozen=True, slots=True, kw_only=True)
class UsualPressure:
    """What a physician wrote down as usual for this person before the therapy."""

    systolic_mmhg: float
    diastolic_mmhg: float
    mean_mmhg: float
    home_oxygen_device: str | None
    home_oxygen_lpm: float | None
    spo2_scale: int
    set_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened to the patient ``patient_key`` at ``at`` (aware, UTC)."""

    at: datetime
    patient_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted(Event):
    """A patient comes to a bed, with the therapy planned or under way and the usual pressure.

    ``doses_before`` (time, dose as written) were given before the patient came.
    """

    bed_label: str
    story: str
    person: Person
    product: str
    therapy_class: str
    usual: UsualPressure
    doses_before: tuple[tuple[datetime, str], ...]
    actor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseGiven(Event):
    """One dose of the immunotherapy, the ``number``-th; day +N counts from here."""

    number: int
    dose_text: str
    actor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservationsCharted(Event):
    """A set charted by a nurse, sent by the laboratory or by a monitor; ``key`` names it."""

    key: str
    values: tuple[SampleValue, ...]
    partial_reason: str | None
    actor: str
    by_monitor: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueAmended(Event):
    """A value of the set ``key`` was wrong and is replaced, with the reason."""

    key: str
    concept: str
    value: float
    reason: str
    actor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueStruckOut(Event):
    """A value of the set ``key`` should not have been charted."""

    key: str
    concept: str
    reason: str
    actor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TreatmentStarted(Event):
    """A drug, fluid or support begins; ``ended_at`` equals ``at`` where it is given at once.

    ``ended_at`` is None for a span whose end comes as a ``TreatmentEnded`` of the same ``key``.
    """

    key: str
    kind: str
    agent: str
    dose_value: float | None
    dose_unit: str | None
    route: str | None
    indication: str | None
    ended_at: datetime | None
    actor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TreatmentEnded(Event):
    """A running treatment is stopped."""

    key: str
    actor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CauseAttributed(Event):
    """A physician says that an element of CRS has another cause, from ``from_at`` on (rule C17)."""

    element: str
    other_cause: str
    note: str
    from_at: datetime
    actor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Discharged(Event):
    """The patient goes home and the bed is free."""

    actor: str
