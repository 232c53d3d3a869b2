"""Stories of the sample ward as typed data: what a scenario TOML may say, checked when it is read.

Every time in a story is in hours since the first dose of the immunotherapy (``h``). A curve is a
list of ``[h, value]`` points, straight between them and level outside.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Any

from monitoring.clinical.concepts import (
    CONCEPTS,
    CONSCIOUSNESS,
    ICE_ITEMS,
    OXYGEN_DEVICES,
    OXYGEN_INDICATIONS,
    SEIZURES,
)

Curve = tuple[tuple[float, float], ...]
Range = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRanges:
    """The ranges from which a fitting person is drawn."""

    age_years: Range
    weight_kg: Range
    systolic_mmhg: Range
    diastolic_mmhg: Range
    heart_rate: Range
    respiratory_rate: Range = (13.0, 16.0)
    spo2: Range = (96.5, 98.5)
    home_oxygen_lpm: float | None = None
    spo2_scale: int = 1
    cytopenia: bool = True
    sex: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DosePlan:
    """One dose of the immunotherapy."""

    h: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OxygenStep:
    """Oxygen support from ``h`` on."""

    h: float
    device: str
    flow_lpm: float | None = None
    fio2_percent: float | None = None
    indication: str = "hypoxia"


@dataclass(frozen=True, slots=True, kw_only=True)
class TreatmentPlan:
    """A treatment at ``h``, or from ``h`` to ``end_h``; ``per_kg`` doses by the weight."""

    h: float
    kind: str
    agent: str
    dose_value: float
    dose_unit: str
    route: str = "IV"
    indication: str | None = None
    end_h: float | None = None
    per_kg: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsciousnessStep:
    """The ACVPU level from ``h`` on."""

    h: float
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IceStep:
    """What ICE finds from ``h`` on, by item from orientation to attention, and a seizure then."""

    h: float
    items: tuple[int, ...]
    seizure: str = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class SymptomStep:
    """A severity (CTCAE v5) from ``h`` on that the latent state alone would not give."""

    h: float
    concept: str
    severity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributionPlan:
    """A physician's word at ``h`` that an element has another cause since ``from_h``."""

    h: float
    from_h: float
    element: str
    other_cause: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """A wrong value charted in the first full set after ``h`` and put right ``after_min`` later.

    ``struck_out`` says that it is withdrawn instead of replaced by the true value.
    """

    h: float
    concept: str
    charted: float
    after_min: float
    reason: str
    struck_out: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """Hours in which nobody comes to chart."""

    from_h: float
    to_h: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Monitor:
    """A bedside monitor that sends by itself, until it falls silent at ``silent_from_h``."""

    from_h: float
    silent_from_h: float
    every_min: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What the rules must say of the story when the ward is loaded.

    ``alerts`` have been raised at some time, ``never`` at none, ``open_now`` are open. ``unowned``
    leaves this patient's newest alerts without an owner.
    """

    current: int
    peak: int | None
    resolving: bool = False
    atypical_timing: bool = False
    alerts: tuple[str, ...] = ()
    open_now: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    unowned: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One story: a fitting person, the therapy, the course and what must come of it.

    ``inflammation`` (0 none to 1 severe) is the drive before any treatment, ``vasoplegia`` (0 to
    about 1.3) how far the vessels are open, ``oxygen_loss`` the SpO2 points lost on room air.
    ``now_h`` places the story when the ward is loaded.
    """

    name: str
    title: str
    shows: str
    now_h: float
    admitted_h: float
    discharge_h: float
    person: PersonRanges
    product: str
    therapy_class: str
    doses: tuple[DosePlan, ...]
    inflammation: Curve
    vasoplegia: Curve
    oxygen_loss: Curve
    infection: Curve
    oxygen: tuple[OxygenStep, ...]
    treatments: tuple[TreatmentPlan, ...]
    consciousness: tuple[ConsciousnessStep, ...]
    ice: tuple[IceStep, ...]
    symptoms: tuple[SymptomStep, ...]
    attributions: tuple[AttributionPlan, ...]
    slips: tuple[Slip, ...]
    silences: tuple[Silence, ...]
    monitor: Monitor | None
    expect: Expectation


def _curve(points: list[list[float]], *, where: str) -> Curve:
    curve = tuple((float(h), float(value)) for h, value in points)
    if any(later[0] <= earlier[0] for earlier, later in pairwise(curve)):
        message = f"{where}: the hours of a curve must increase."
        raise ValueError(message)
    return curve


def _check(scenario: Scenario) -> None:
    problems = []
    if not scenario.admitted_h < scenario.now_h < scenario.discharge_h:
        problems.append("now_h must lie between admitted_h and discharge_h")
    problems += [f"device {s.device}" for s in scenario.oxygen if s.device not in OXYGEN_DEVICES]
    problems += [
        f"indication {s.indication}"
        for s in scenario.oxygen
        if s.indication not in OXYGEN_INDICATIONS
    ]
    problems += [
        f"consciousness {s.code}" for s in scenario.consciousness if s.code not in CONSCIOUSNESS
    ]
    problems += [
        f"ice {step.items}"
        for step in scenario.ice
        if len(step.items) != len(ICE_ITEMS)
        or any(
            not 0 <= points <= (item.possible or (0, 0))[1]
            for points, item in zip(step.items, ICE_ITEMS, strict=False)
        )
        or step.seizure not in SEIZURES
    ]
    problems += [
        f"concept {concept}"
        for concept in (
            *(step.concept for step in scenario.symptoms),
            *(slip.concept for slip in scenario.slips),
        )
        if concept not in CONCEPTS
    ]
    if problems:
        message = f"Scenario {scenario.name}: {'; '.join(problems)}."
        raise ValueError(message)


def read_scenario(name: str, document: dict[str, Any]) -> Scenario:
    """A story from its TOML; raises ``TypeError``, ``KeyError`` or ``ValueError`` on what is wrong.

    A word that the story format does not know is refused, so that a misspelt one is not lost.
    """
    document = dict(document)
    course = dict(document.pop("course", {}))
    therapy = document.pop("therapy")
    expect: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value
        for key, value in document.pop("expect").items()
    }
    person: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value
        for key, value in document.pop("person").items()
    }
    monitor = document.pop("monitor", None)
    scenario = Scenario(
        name=name,
        person=PersonRanges(**person),
        product=therapy["product"],
        therapy_class=therapy["class"],
        doses=tuple(DosePlan(**d) for d in therapy["doses"]),
        inflammation=_curve(course.pop("inflammation", []), where=name),
        vasoplegia=_curve(course.pop("vasoplegia", []), where=name),
        oxygen_loss=_curve(course.pop("oxygen_loss", []), where=name),
        infection=_curve(course.pop("infection", []), where=name),
        oxygen=tuple(OxygenStep(**s) for s in document.pop("oxygen", [])),
        treatments=tuple(TreatmentPlan(**t) for t in document.pop("treatment", [])),
        consciousness=tuple(ConsciousnessStep(**s) for s in document.pop("consciousness", [])),
        ice=tuple(IceStep(**{**s, "items": tuple(s["items"])}) for s in document.pop("ice", [])),
        symptoms=tuple(SymptomStep(**s) for s in document.pop("symptom", [])),
        attributions=tuple(AttributionPlan(**a) for a in document.pop("attribution", [])),
        slips=tuple(Slip(**s) for s in document.pop("slip", [])),
        silences=tuple(Silence(**s) for s in document.pop("silence", [])),
        monitor=Monitor(**monitor) if monitor else None,
        expect=Expectation(**expect),
        **document,
    )
    if course:
        message = f"Scenario {name}: unknown curve {', '.join(sorted(course))}."
        raise ValueError(message)
    _check(scenario)
    return scenario


@cache
def scenarios() -> dict[str, Scenario]:
    """Every story by name; raises ``ValueError`` or ``TypeError`` naming what does not fit."""
    folder = files("sample_data") / "scenarios"
    found = sorted(
        (entry for entry in folder.iterdir() if entry.name.endswith(".toml")),
        key=lambda entry: entry.name,
    )
    names = [entry.name.removesuffix(".toml") for entry in found]
    return {
        name: read_scenario(name, tomllib.loads(entry.read_text(encoding="utf-8")))
        for name, entry in zip(names, found, strict=True)
    }
