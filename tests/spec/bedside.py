"""Reads a bedside story, such as ``0 set, T 38.4; 1 give paracetamol; 3 set``, into facts.

A story is blocks separated by ``;``. A block begins with its hour (``25`` or ``0:15``) and lists
what happened then. ``set`` charts a full normal set, which the other items of the block change. A
block of ``look`` only asks, and in one of ``monitor`` a device sent the numbers. Every block's time
is a moment at which the rules are asked.
"""

import re
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from monitoring.clinical.concepts import (
    BEDSIDE_SIGNS,
    CAPD_ITEMS,
    CONSCIOUSNESS,
    EXAMINATION_FINDINGS,
    ICE_ITEMS,
    OXYGEN_DEVICES,
    OXYGEN_INDICATIONS,
)
from monitoring.clinical.evaluate import evaluate
from monitoring.clinical.facts import (
    AttributionSpan,
    BaselineRecord,
    Dose,
    EncounterFacts,
    ObservationColumns,
    TreatmentSpan,
)
from monitoring.clinical.policy import load_policy
from monitoring.clinical.policy_types import Policy
from monitoring.clinical.results import CrsGrade, EpisodeState, Evaluation, IcansGrade
from monitoring.clinical.rulebook import load_rulebook

HOUR_US = 3_600_000_000
DAY_H = 24.0
# An arbitrary midnight; the rules know no calendar.
MIDNIGHT_US = 1_790_035_200_000_000

NORMAL_SET: dict[str, float | str] = {
    "body_temperature": 37.0,
    "systolic_bp": 118.0,
    "diastolic_bp": 70.0,
    "heart_rate": 80.0,
    "respiratory_rate": 16.0,
    "spo2": 97.0,
    "oxygen_device": "room_air",
    "consciousness": "A",
}
_NUMBERS = {
    "T": "body_temperature",
    "SBP": "systolic_bp",
    "DBP": "diastolic_bp",
    "MAP": "mean_arterial_pressure",
    "HR": "heart_rate",
    "RR": "respiratory_rate",
    "SpO2": "spo2",
    "flow": "oxygen_flow",
    "FiO2": "inhaled_oxygen",
}
_MOMENTARY = {
    "paracetamol": "antipyretic",
    "tocilizumab": "anticytokine",
    "anakinra": "anticytokine",
    "dexamethasone": "corticosteroid",
    "phenylephrine push": "vasopressor",
}
_RUNNING = {"dobutamine": "inotrope", "paracetamol": "antipyretic", "methylene blue": "other"}
# ICE by item is written as five digits, orientation to attention, CAPD as eight, eye contact to
# slow to respond; "?" was not tested.
_NEUROLOGY = {
    "ICE": "ice_total",
    "CAPD": "capd_total",
    "awakens": "arousal",
    "seizure": "seizure",
    "untested": "test_obstacle",
    "confusion": "symptom_confusion",
    "dyspnoea": "symptom_dyspnoea",
    "chills": "symptom_chills",
}
_CHARTED: dict[str, dict[str, float | str]] = {
    "no other sign": {"seizure": "none"} | {one.code: "absent" for one in BEDSIDE_SIGNS},
    "sedated": {"sedation": "present"},
    "awake again": {"sedation": "absent"},
    **{
        f"finds {one.label}": {one.code: "present"}
        for one in (*BEDSIDE_SIGNS, *EXAMINATION_FINDINGS)
    },
    **{
        f"loses {one.label}": {one.code: "absent"}
        for one in (*BEDSIDE_SIGNS, *EXAMINATION_FINDINGS)
    },
}
_CLASSES = {
    "axi-cel": "car_t",
    "teclistamab": "bispecific",
    "pembrolizumab": "checkpoint_inhibitor",
}


class Sent(float):
    """A number that a device sent by itself."""


@dataclass(slots=True)
class Bedside:
    """A person and what happened to them, growing as a story is read."""

    observations: list[tuple[int, str, float | str]] = field(default_factory=list)
    treatments: list[TreatmentSpan] = field(default_factory=list)
    attributions: list[AttributionSpan] = field(default_factory=list)
    baseline: BaselineRecord | None = None
    doses: list[Dose] = field(default_factory=list)
    age_years: float | None = 52.0
    sex: str | None = None
    care_setting: str = "ward"
    treatments_charted: bool = True
    moments_us: list[int] = field(default_factory=list)

    def facts(self) -> EncounterFacts:
        """All that the story told."""
        return EncounterFacts(
            observations=columns(self.observations),
            treatments=tuple(self.treatments),
            attributions=tuple(self.attributions),
            baselines=() if self.baseline is None else (self.baseline,),
            doses=tuple(self.doses),
            age_years=self.age_years,
            care_setting=self.care_setting,
            treatments_charted=self.treatments_charted,
            sex=self.sex,
        )


def columns(observations: list[tuple[int, str, float | str]]) -> ObservationColumns:
    """Rows of (time, concept, number or code) as the rules take them; row ids count from 1."""
    codes = [None if isinstance(value, float) else value for _, _, value in observations]
    return ObservationColumns(
        row_id=np.arange(1, len(observations) + 1, dtype=np.int64),
        concept=np.array([concept for _, concept, _ in observations], dtype=object),
        taken_us=np.array([us for us, _, _ in observations], dtype=np.int64),
        value=np.array(
            [v if isinstance(v, float) else np.nan for _, _, v in observations], dtype=np.float64
        ),
        code=np.array(codes, dtype=object),
        streamed=np.array([isinstance(v, Sent) for _, _, v in observations], dtype=np.bool_),
    )


def read(story: str, person: str = "") -> Bedside:
    """The bedside of a story and its person."""
    bedside = Bedside()
    for word in filter(None, (part.strip() for part in person.split(","))):
        _person(bedside, word)
    for block in filter(None, (part.strip() for part in story.split(";"))):
        hour, _, rest = block.partition(" ")
        at_us = MIDNIGHT_US + _hour_us(hour)
        bedside.moments_us.append(at_us)
        items = [item.strip() for item in rest.split(",") if item.strip()]
        charted = dict(NORMAL_SET) if "set" in items else {}
        for item in items:
            if item not in ("set", "look", "monitor"):
                _item(bedside, charted, at_us, item)
        if "monitor" in items:
            charted = {k: Sent(v) if isinstance(v, float) else v for k, v in charted.items()}
        bedside.observations += [(at_us, concept, value) for concept, value in charted.items()]
    return bedside


def judge(bedside: Bedside, policy: Policy | None = None) -> list[Evaluation]:
    """Every moment of the story in one call."""
    return ask(bedside.facts(), np.array(bedside.moments_us, dtype=np.int64), policy=policy)


def judge_one_by_one(bedside: Bedside, policy: Policy | None = None) -> list[Evaluation]:
    """Every moment as it comes, knowing nothing that came later and little of what was long ago.

    Each call gets what a service would load: 24 hours and the newest of each concept before them.
    """
    results: list[Evaluation] = []
    prior, previous, icans = EpisodeState(), None, None
    facts = bedside.facts()
    for at_us in bedside.moments_us:
        trimmed = replace(facts, observations=_loaded(bedside.observations, at_us))
        moment = np.array([at_us], dtype=np.int64)
        result = ask(trimmed, moment, policy=policy, prior=prior, previous=previous, icans=icans)[0]
        results.append(result)
        prior, previous, icans = result.episode, result.crs, result.icans
    return results


def ask(
    facts: EncounterFacts,
    at_us: NDArray[np.int64],
    *,
    policy: Policy | None = None,
    prior: EpisodeState | None = None,
    previous: CrsGrade | None = None,
    icans: IcansGrade | None = None,
) -> list[Evaluation]:
    """The rules' answer with the packaged rulebook, and the packaged policy unless another."""
    return evaluate(
        facts,
        at_us=at_us,
        prior=prior or EpisodeState(),
        previous=previous,
        icans=icans,
        rulebook=load_rulebook(),
        policy=policy or load_policy(),
    )


def _loaded(observations: list[tuple[int, str, float | str]], at_us: int) -> ObservationColumns:
    begin_us = at_us - 24 * HOUR_US
    newest_before: dict[str, int] = {}
    for row, (us, concept, _) in enumerate(observations):
        if us <= begin_us:
            newest_before[concept] = row
    keep = sorted(
        {*newest_before.values()}
        | {row for row, (us, _, _) in enumerate(observations) if begin_us <= us <= at_us}
    )
    trimmed = columns([observations[row] for row in keep])
    return replace(trimmed, row_id=np.array(keep, dtype=np.int64) + 1)


def _hour_us(text: str) -> int:
    hours, minutes, seconds = (*text.split(":"), "0", "0")[:3]
    return round((float(hours) + float(minutes) / 60 + float(seconds) / 3600) * HOUR_US)


def _person(bedside: Bedside, word: str) -> None:
    if word == "icu":
        bedside.care_setting = "icu"
    elif word == "treatments not charted":
        bedside.treatments_charted = False
    elif word == "age unknown":
        bedside.age_years = None
    elif match := re.fullmatch(r"age (\d+) days", word):
        bedside.age_years = float(match[1]) / 365.25
    elif match := re.fullmatch(r"age ([\d.]+)", word):
        bedside.age_years = float(match[1])
    elif match := re.fullmatch(r"baseline (\d+)(?:/(\d+))?", word):
        own = _own(bedside)
        diastolic = float(match[2]) if match[2] else None
        bedside.baseline = replace(own, systolic_mmhg=float(match[1]), diastolic_mmhg=diastolic)
    elif match := re.fullmatch(r"home (.+?)(?: ([\d.]+))?", word):
        bedside.baseline = replace(
            _own(bedside),
            home_oxygen_device=match[1].replace(" ", "_").lower(),
            home_oxygen_lpm=float(match[2]) if match[2] else None,
        )
    elif word == "scale 2":
        bedside.baseline = replace(_own(bedside), spo2_scale=2)
    elif match := re.fullmatch(r"(\S+) ([\d.]+) d before", word):
        infused_us = MIDNIGHT_US - round(float(match[2]) * DAY_H * HOUR_US)
        bedside.doses.append(
            Dose(
                row_id=len(bedside.doses) + 1,
                product=match[1],
                therapy_class=_CLASSES[match[1]],
                infused_us=infused_us,
            )
        )
    else:
        message = f"A story does not know the person word {word!r}."
        raise ValueError(message)


def _own(bedside: Bedside) -> BaselineRecord:
    return bedside.baseline or BaselineRecord(
        row_id=1,
        effective_us=MIDNIGHT_US - 100 * HOUR_US,
        systolic_mmhg=None,
        diastolic_mmhg=None,
        mean_mmhg=None,
        home_oxygen_device=None,
        home_oxygen_lpm=None,
        spo2_scale=1,
    )


def _item(bedside: Bedside, charted: dict[str, float | str], at_us: int, item: str) -> None:
    word, _, rest = item.partition(" ")
    if match := re.fullmatch(r"T ([\d.]+)F", item):
        charted["body_temperature"] = (float(match[1]) - 32) / 1.8
    elif match := re.fullmatch(r"BP (\d+)/(\d+)", item):
        charted |= {"systolic_bp": float(match[1]), "diastolic_bp": float(match[2])}
    elif match := re.fullmatch(r"ICE ([\d?])([\d?])([\d?])([\d?])([\d?])", item):
        items = zip(ICE_ITEMS, match.groups(), strict=True)
        charted |= {one.code: float(points) for one, points in items if points != "?"}
    elif match := re.fullmatch(r"CAPD " + r"([\d?])" * 8, item):
        items = zip(CAPD_ITEMS, match.groups(), strict=True)
        charted |= {one.code: float(points) for one, points in items if points != "?"}
    elif item in _CHARTED or word in _NEUROLOGY:
        charted |= _CHARTED[item] if item in _CHARTED else {_NEUROLOGY[word]: _told(rest)}
    elif word == "no":
        for concept in _concepts(rest):
            charted.pop(concept, None)
    elif word in _NUMBERS:
        charted[_NUMBERS[word]] = float(rest)
    elif item in CONSCIOUSNESS:
        charted["consciousness"] = item
    elif word == "reason":
        if rest not in OXYGEN_INDICATIONS:
            message = f"A story does not know the oxygen reason {rest!r}."
            raise ValueError(message)
        charted["oxygen_indication"] = rest
    elif word in ("give", "bolus", "start", "stop"):
        _treatment(bedside, at_us, word, rest)
    elif word == "attribute":
        row = len(bedside.attributions) + 1
        span = AttributionSpan(row_id=row, element=rest, from_us=at_us, until_us=None)
        bedside.attributions.append(span)
    elif word == "withdraw":
        bedside.attributions = [
            replace(a, until_us=at_us) if a.element == rest else a for a in bedside.attributions
        ]
    else:
        _device(charted, item)


def _told(rest: str) -> float | str:
    return float(rest) if rest.isdigit() else rest.replace(" ", "_")


def _concepts(word: str) -> tuple[str, ...]:
    if word == "BP":
        return ("systolic_bp", "diastolic_bp")
    if word == "device":
        return ("oxygen_device",)
    if word == "ACVPU":
        return ("consciousness",)
    return (_NUMBERS[word],)


def _treatment(bedside: Bedside, at_us: int, verb: str, rest: str) -> None:
    row_id = len(bedside.treatments) + 1
    if verb == "stop":
        bedside.treatments = [
            replace(t, ended_us=at_us) if t.agent == rest and t.ended_us is None else t
            for t in bedside.treatments
        ]
        return
    if verb == "bolus":
        indication = {"": "hypotension", "unexplained": None}.get(rest, rest)
        kind, agent, ended_us = "fluid_bolus", "sodium chloride 0.9 %", at_us
    else:
        indication, agent = None, rest
        kind = _MOMENTARY[rest] if verb == "give" else _RUNNING.get(rest, "vasopressor")
        ended_us = at_us if verb == "give" else None
        agent = rest.removesuffix(" push")
    bedside.treatments.append(
        TreatmentSpan(
            row_id=row_id,
            kind=kind,
            agent=agent,
            indication=indication,
            started_us=at_us,
            ended_us=ended_us,
        )
    )


def _device(charted: dict[str, float | str], item: str) -> None:
    match = re.fullmatch(r"(.+?)(?: ([\d.]+))?", item)
    device = match[1].replace(" ", "_").replace("-", "_").lower() if match else ""
    if match is None or device not in OXYGEN_DEVICES:
        message = f"A story does not know {item!r}."
        raise ValueError(message)
    charted["oxygen_device"] = device
    if match[2]:
        charted["oxygen_flow"] = float(match[2])
