"""What the published rules can say: typed bands, criteria, devices and drugs."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A row of a score's chart: from ``low`` to ``high`` steps of the chart, both included."""

    text: str
    low: int | None
    high: int | None
    points: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BandedParameter:
    """A parameter scored by where its value lies; ``step`` is the chart's precision."""

    name: str
    concept: str
    step: float
    bands: tuple[Band, ...]
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceParameter:
    """A parameter scored by which of a few answers applies."""

    name: str
    concept: str
    points: Mapping[str, int]
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskThreshold:
    """A row of NEWS2 Chart 2; ``total_from`` is None for the row of a single 3."""

    risk: str
    total_from: int | None
    response: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class News2Rules:
    """NEWS2 as the Royal College of Physicians prints it (RCP 2017, Charts 1 and 2)."""

    id: str
    lowest_age_years: float
    banded: Mapping[str, BandedParameter]
    choices: Mapping[str, ChoiceParameter]
    thresholds: tuple[RiskThreshold, ...]
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One cell of a grade table; ``would_be_met`` completes the sentence "Grade N if ...".

    ``would_end`` completes it downwards. ``leaves`` is the criterion that is then still met: who
    comes off high-flow oxygen needs low-flow oxygen first. ``low``, ``high`` and ``answer`` say
    which answer to its one input meets it, where the table alone can say so.
    """

    id: str
    domain: str
    grade: int
    label: str
    inputs: tuple[str, ...]
    would_be_met: str
    source: str
    would_end: str | None = None
    leaves: str | None = None
    low: float | None = None
    high: float | None = None
    answer: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OxygenDevice:
    """A device and its hypoxia class (0, 2, 3, 4) at no, low, high and unknown flow (table 1.4).

    ``could_be`` is the class that an unknown flow may hide, where it is higher than ``unknown``.
    ``names`` are other ways to write the device, SNOMED CT codes among them.
    """

    device: str
    label: str
    names: tuple[str, ...]
    zero: int
    low: int
    high: int
    unknown: int
    could_be: int | None
    low_note: str | None
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildrenRule:
    """Hypotension by age: PALS fifth centile of systolic pressure (rule C19)."""

    adult_from_years: float
    newborn_days: float
    newborn_mmhg: float
    infant_mmhg: float
    child_base_mmhg: float
    child_per_year_mmhg: float
    child_to_years: float
    adolescent_mmhg: float
    source: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CrsRules:
    """The ASTCT 2019 CRS grade (Lee 2019, Table 2) with the readings C1-C23 that it needs."""

    id: str
    criteria: tuple[Criterion, ...]
    fever_c: float
    waived_by: frozenset[str]
    usual_onset_days: float
    children: ChildrenRule
    # Every name of a drug to its own name; the three groups hold own names.
    agents: Mapping[str, str]
    counted: frozenset[str]
    not_multiple: frozenset[str]
    noted: frozenset[str]
    low_flow_to_lpm: float
    not_for_hypoxia: frozenset[str]
    devices: Mapping[str, OxygenDevice]
    # What is written as a device and names none, with what to say instead.
    unclear_devices: Mapping[str, str]
    death: Criterion
    source: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rulebook:
    """All published rules in force; ``id`` is stored with every conclusion."""

    id: str
    news2: News2Rules
    crs: CrsRules
