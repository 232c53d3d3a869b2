"""The CRS grade of whole stays agrees with the plain second grader, and unknown lowers nothing."""

import random
from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitoring.clinical import grading
from monitoring.clinical.concepts import OXYGEN_DEVICES
from monitoring.clinical.grading import NO_GRADE, grade_columns, grade_table
from monitoring.clinical.results import Evaluation
from monitoring.clinical.rulebook import load_rulebook
from monitoring.clinical.truths import HELD, NO, UNKNOWN, YES
from tests.property import naive_crs
from tests.property.effort import examples
from tests.property.naive_crs import Answer, Hour
from tests.spec import bedside

RULES = load_rulebook().crs
CRITERIA = len(RULES.criteria)

TEMPERATURES = [36.4, 37.0, 37.9, 37.95, 37.99, 38.0, 38.01, 38.4, 39.5, (100.4 - 32) / 1.8]
PRESSURES = [70.0, 71.0, 79.0, 80.0, 88.0, 89.0, 90.0, 94.0, 95.0, 97.0, 99.0, 100.0, 118.0]
FLOWS = [0.0, 0.5, 5.9, 6.0, 6.1, 7.0, 15.0, 40.0]
BASELINES = [None, 88.0, 110.0, 118.0, 122.0]
PRESSORS = ["norepinephrine", "epinephrine", "phenylephrine", "vasopressin"]
DEVICES = ["room_air"] * 8 + ["nasal_cannula"] * 8 + list(OXYGEN_DEVICES)
REASONS = [None] * 6 + ["hypoxia", "comfort", "procedure", "neurologic"]


@dataclass(frozen=True)
class Stay:
    """Some hours of a person, every hour with its set; what is never charted stays so."""

    hours: list[Hour]
    baseline: float | None
    icu: bool
    charts_treatments: bool


def stay_of(seed: int) -> Stay:
    """An invented stay: some busy hours, often then a quiet day, then perhaps a new fever."""
    dice = random.Random(seed)
    charts = {name: dice.random() > 0.1 for name in ("temperature", "pressure", "device")}
    pressor_share = dice.choice([0.0, 0.0, 0.1, 0.4])

    def hour() -> Hour:
        device = dice.choice(DEVICES) if charts["device"] else None
        on_oxygen = device not in (None, "room_air")
        return Hour(
            temp_c=dice.choice(TEMPERATURES) if charts["temperature"] else None,
            sbp=dice.choice(PRESSURES) if charts["pressure"] else None,
            device=device,
            flow_lpm=dice.choice(FLOWS) if on_oxygen else None,
            pressors=frozenset(dice.sample(PRESSORS, dice.randint(1, 3)))
            if dice.random() < pressor_share
            else frozenset(),
            bolus=dice.random() < 0.05,
            antipyretic=dice.random() < 0.1,
            reason=dice.choice(REASONS) if on_oxygen else None,
        )

    hours = [hour() for _ in range(dice.randint(1, 14))]
    if dice.random() < 0.5:
        quiet = Hour(
            temp_c=36.8 if charts["temperature"] else None,
            sbp=118.0 if charts["pressure"] else None,
            device="room_air" if charts["device"] else None,
            flow_lpm=None,
            pressors=frozenset(),
            bolus=False,
            antipyretic=False,
        )
        hours += [quiet] * dice.randint(20, 32) + [hour(), hour()]
    return Stay(hours, dice.choice(BASELINES), dice.random() < 0.2, dice.random() < 0.8)


STAYS = st.integers(0, 2**32 - 1).map(stay_of)


def told(stay: Stay) -> bedside.Bedside:
    """The same stay as the rules take it: rows, spans and moments."""
    case = bedside.read("", f"baseline {stay.baseline:.0f}" if stay.baseline is not None else "")
    case.care_setting = "icu" if stay.icu else "ward"
    case.treatments_charted = stay.charts_treatments
    for now, hour in enumerate(stay.hours):
        at_us = bedside.MIDNIGHT_US + now * bedside.HOUR_US
        case.moments_us.append(at_us)
        values = {
            "body_temperature": hour.temp_c,
            "systolic_bp": hour.sbp,
            "oxygen_device": hour.device,
            "oxygen_flow": hour.flow_lpm,
            "oxygen_indication": hour.reason
            # Each hour's support has its own word on why, so that an old one never covers it.
            or ("hypoxia" if hour.device not in (None, "room_air") else None),
        }
        case.observations += [(at_us, name, v) for name, v in values.items() if v is not None]
        for agent in sorted(hour.pressors):
            span = bedside.TreatmentSpan(
                row_id=len(case.treatments) + 1,
                kind="vasopressor",
                agent=agent,
                indication=None,
                started_us=at_us,
                ended_us=at_us + bedside.HOUR_US,
            )
            case.treatments.append(span)
        for given_now, kind in ((hour.bolus, "fluid_bolus"), (hour.antipyretic, "antipyretic")):
            if given_now:
                span = bedside.TreatmentSpan(
                    row_id=len(case.treatments) + 1,
                    kind=kind,
                    agent=kind,
                    indication=None,
                    started_us=at_us,
                    ended_us=at_us,
                )
                case.treatments.append(span)
    return case


SLOW = settings(max_examples=examples(60))


@settings(max_examples=examples(300))
@given(STAYS)
def test_whole_stays_agree_with_the_plain_grader(stay: Stay) -> None:
    judged = bedside.judge(told(stay))

    answers = [
        Answer(
            grade=e.crs.grade,
            status=e.crs.status.value,
            peak=e.crs.peak,
            episode=e.episode.number,
            is_open=e.episode.is_open,
        )
        for e in judged
    ]
    assert answers == naive_crs.walk(
        stay.hours, stay.baseline, icu=stay.icu, charts_treatments=stay.charts_treatments
    )


@SLOW
@given(STAYS)
def test_moment_by_moment_is_the_same_as_the_whole_stay(stay: Stay) -> None:
    case = told(stay)

    assert bedside.judge_one_by_one(case) == bedside.judge(case)


def sparse_stay_of(seed: int) -> bedside.Bedside:
    """Values charted at odd times, some never, some long ago: what a real chart looks like."""
    dice = random.Random(seed)
    case = bedside.read("", dice.choice(["", "baseline 88", "home nasal cannula 2"]))
    case.care_setting = dice.choice(["ward", "ward", "icu"])
    kinds = ["T", "BP", "SpO2", "device", "flow", "reason", "MAP", "set", "drug", "word"]
    charted = dice.sample(kinds, dice.randint(3, len(kinds)))
    longest = dice.choice([6, 30, 60])
    for minute in sorted(dice.randint(0, longest * 60) for _ in range(dice.randint(1, 40))):
        at_us = bedside.MIDNIGHT_US + minute * 60_000_000
        case.moments_us.append(at_us)
        _chart(dice, case, at_us, dice.choice(charted))
    return case


SPARSE_STAYS = st.integers(0, 2**32 - 1).map(sparse_stay_of)


def _chart(dice: random.Random, case: bedside.Bedside, at_us: int, kind: str) -> None:
    if kind == "drug":
        drug, hours = dice.choice(
            [
                ("antipyretic", 0),
                ("anticytokine", 0),
                ("fluid_bolus", 0),
                ("vasopressor", 3),
                ("vasopressor", None),
            ]
        )
        given_now = bedside.TreatmentSpan(
            row_id=len(case.treatments) + 1,
            kind=drug,
            agent=dice.choice(["norepinephrine", "vasopressin", "dopamine"]),
            indication=None,
            started_us=at_us,
            ended_us=None if hours is None else at_us + hours * bedside.HOUR_US,
        )
        case.treatments.append(given_now)
        return
    if kind == "word":
        word = bedside.AttributionSpan(
            row_id=len(case.attributions) + 1,
            element=dice.choice(["fever", "hypotension", "hypoxia"]),
            from_us=at_us,
            until_us=at_us + dice.randint(1, 20) * bedside.HOUR_US,
        )
        case.attributions.append(word)
        return
    charted: dict[str, float | str] = dict(bedside.NORMAL_SET) if kind == "set" else {}
    if kind in ("T", "set"):
        charted["body_temperature"] = dice.choice(TEMPERATURES)
    if kind in ("BP", "set"):
        charted |= {"systolic_bp": dice.choice(PRESSURES), "diastolic_bp": 60.0}
    if kind == "MAP":
        charted["mean_arterial_pressure"] = dice.choice([60.0, 65.0, 80.0])
    if kind == "SpO2":
        charted["spo2"] = dice.choice([84.0, 91.0, 92.0, 93.0, 97.0])
    if kind in ("device", "set"):
        charted["oxygen_device"] = dice.choice(
            ["room_air", "nasal_cannula", "simple_face_mask", "cpap"]
        )
    if kind == "flow":
        charted["oxygen_flow"] = dice.choice(FLOWS)
    if kind == "reason":
        charted["oxygen_indication"] = dice.choice(["hypoxia", "comfort"])
    case.observations += [(at_us, concept, value) for concept, value in charted.items()]


@SLOW
@given(SPARSE_STAYS)
def test_sparse_charts_too_are_the_same_moment_by_moment(case: bedside.Bedside) -> None:
    whole = bedside.judge(case)

    assert bedside.judge_one_by_one(case) == whole
    for evaluation in whole:
        crs = evaluation.crs
        assert crs.grade is None or crs.grade <= crs.at_most
        assert (crs.grade is None) <= (crs.status.value in ("unknown", "cannot_grade"))
        assert bool(crs.missing) == (crs.status.value != "graded")
        assert evaluation.episode.peak is None or evaluation.episode.peak >= (crs.grade or 0)


@SLOW
@given(SPARSE_STAYS)
def test_the_future_has_no_say(case: bedside.Bedside) -> None:
    half = case.moments_us[: len(case.moments_us) // 2 + 1]
    known = replace(case, observations=[o for o in case.observations if o[0] <= half[-1]])
    known.moments_us = half

    assert bedside.judge(known) == bedside.judge(case)[: len(half)]


@SLOW
@given(SPARSE_STAYS, st.sampled_from(["body_temperature", "systolic_bp", "oxygen_device"]))
def test_a_value_that_was_never_charted_is_never_normal(
    case: bedside.Bedside, concept: str
) -> None:
    less = replace(case, observations=[o for o in case.observations if o[1] != concept])

    for evaluation in bedside.judge(less):
        assert _state(evaluation, concept) != "normal"


def _state(evaluation: Evaluation, concept: str) -> str:
    problem = {
        "body_temperature": "fever",
        "systolic_bp": "hypotension",
        "oxygen_device": "hypoxia",
    }[concept]
    if concept == "systolic_bp" and any(
        one.concept == "mean_arterial_pressure" and not one.stale
        for c in evaluation.conditions
        for one in c.evidence
    ):
        return "judged by MAP"
    if concept == "oxygen_device" and any(
        one.concept == "oxygen_flow" for c in evaluation.crs.criteria for one in c.inputs
    ):
        return "judged by flow"
    return next(c.state.value for c in evaluation.conditions if c.problem == problem)


TRUTHS = st.lists(st.sampled_from([NO, YES, UNKNOWN, HELD]), min_size=CRITERIA, max_size=CRITERIA)


def graded(truths: list[np.int8], *, waived: np.int8) -> tuple[int, int, int]:
    columns = grade_columns(np.array([truths], dtype=np.int8).T, np.array([waived]), RULES)
    return int(columns.grade[0]), int(columns.status[0]), int(columns.at_most[0])


WAIVERS = st.sampled_from([NO, YES, UNKNOWN])


@given(TRUTHS, WAIVERS, st.integers(0, CRITERIA - 1), st.sampled_from([NO, YES]))
def test_learning_an_unknown_stays_between_the_grade_and_at_most(
    truths: list[np.int8], waived: np.int8, row: int, learned: np.int8
) -> None:
    truths[row] = UNKNOWN
    grade, _, at_most = graded(truths, waived=waived)

    known = list(truths)
    known[row] = learned
    later, _, later_at_most = graded(known, waived=waived)

    assert later_at_most <= at_most
    assert NO_GRADE in (later, grade) or later >= grade


@given(TRUTHS, WAIVERS)
def test_one_moment_reads_the_table_that_the_columns_make(
    truths: list[np.int8], waived: np.int8
) -> None:
    table = grade_table(RULES)
    place = table.place([int(t) for t in truths], waived=int(waived))

    assert (table.grade[place], table.status[place], table.at_most[place]) == graded(
        truths, waived=waived
    )


def test_the_evidence_names_every_criterion_met() -> None:
    truths = np.zeros((CRITERIA, 3), dtype=np.int8)
    truths[grading.FEVER] = YES
    truths[grading.MULTIPLE_VASOPRESSORS, 1] = YES
    truths[CRITERIA - 1, 2] = HELD

    columns = grade_columns(truths, np.zeros(3, dtype=np.int8), RULES)

    assert columns.grade.tolist() == [1, 4, 4]
    assert columns.evidence.tolist() == [0b0000001, 0b0001001, 0b1000001]


@pytest.mark.parametrize("value", [-1, 4])
def test_a_truth_that_is_none_is_refused(value: int) -> None:
    truths = np.full((CRITERIA, 1), value, dtype=np.int8)

    with pytest.raises(ValueError, match="another value cannot be graded"):
        grade_columns(truths, np.zeros(1, dtype=np.int8), RULES)
