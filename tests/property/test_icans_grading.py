"""ICANS at the bedside against the table asked of plain records, and against forgetting."""

import random
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from monitoring.clinical.concepts import CAPD_ITEMS, ICE_ITEMS
from monitoring.clinical.icans import FINDINGS
from monitoring.clinical.results import Evaluation, IcansGrade
from monitoring.clinical.scales import registry
from tests.property.effort import examples
from tests.spec import bedside

SEIZURES = ("none", "brief", "eeg_resolved", "prolonged", "repetitive_no_recovery")
AROUSAL = ("spontaneous", "voice", "tactile", "unarousable")


def icans(evaluation: Evaluation) -> IcansGrade:
    assert evaluation.icans is not None
    return evaluation.icans


@settings(max_examples=examples(400))
@given(
    age_years=st.sampled_from((7.0, 11.9, 12.0, 40.0)),
    ice=st.tuples(*(st.integers(0, int((one.possible or (0, 0))[1])) for one in ICE_ITEMS)),
    by_item=st.booleans(),
    capd=st.tuples(*(st.integers(0, 4) for _ in CAPD_ITEMS)),
    capd_total=st.integers(0, 32),
    arousal=st.sampled_from(AROUSAL),
    seizure=st.sampled_from(SEIZURES),
    weak=st.booleans(),
    found=st.sets(st.sampled_from(sorted(FINDINGS))),
)
def test_one_assessment_is_graded_as_the_table_grades_a_record(
    age_years: float,
    ice: tuple[int, ...],
    by_item: bool,
    capd: tuple[int, ...],
    capd_total: int,
    arousal: str,
    seizure: str,
    weak: bool,
    found: set[str],
) -> None:
    case = bedside.read("0 look")
    case.age_years = age_years
    is_child = age_years < 12
    charted: dict[str, float | str] = {
        "arousal": arousal,
        "seizure": seizure,
        "deep_focal_weakness": "present" if weak else "absent",
        **dict.fromkeys(FINDINGS.values(), "absent"),
        **{FINDINGS[one]: "present" for one in found},
    }
    record: dict[str, object] = {
        "age_years": age_years,
        "consciousness": arousal,
        "seizure": seizure,
        "deep_focal_weakness": weak,
        "icp": sorted(found),
        "unable_to_perform": False,
        "sedated": False,
    }
    if is_child:
        record["capd"] = sum(capd) if by_item else capd_total
        if by_item:
            charted |= {one.code: float(n) for one, n in zip(CAPD_ITEMS, capd, strict=True)}
        else:
            charted["capd_total"] = float(capd_total)
    else:
        charted |= {one.code: float(n) for one, n in zip(ICE_ITEMS, ice, strict=True)}
        record["ice"] = sum(ice)
    case.observations = [(bedside.MIDNIGHT_US, name, value) for name, value in charted.items()]

    (answer,) = registry.scale("astct-icans").of([record])
    graded = icans(bedside.judge(case)[-1])

    assert (graded.grade, graded.status, graded.missing) == (answer.value, "graded", ())


CHARTED = (
    "ICE 43111",
    "ICE 42101",
    "ICE 3?011",
    "ICE 20000",
    "no other sign",
    "seizure brief",
    "awakens voice",
    "awakens spontaneous",
    "untested language",
    "untested unable to perform",
    "sedated",
    "awake again",
    "finds Focal oedema on imaging",
    "loses Focal oedema on imaging",
    "V",
    "P",
    "C",
)


def stay_of(seed: int) -> bedside.Bedside:
    dice = random.Random(seed)
    hours = sorted(dice.sample(range(80), dice.randint(1, 8)))
    blocks = [
        f"{hour} {dice.choice(('set', 'look'))}, "
        + ", ".join(dice.sample(CHARTED, dice.randint(0, 4)))
        for hour in hours
    ]
    return bedside.read("; ".join(block.rstrip(", ") for block in blocks))


STAYS = st.integers(0, 2**32 - 1).map(stay_of)


@settings(max_examples=examples(100))
@given(STAYS)
def test_moment_by_moment_is_the_same_as_the_whole_stay(case: bedside.Bedside) -> None:
    assert bedside.judge_one_by_one(case) == bedside.judge(case)


SEIZURE_CHARTED_OVER = stay_of(133561)
# Unable to perform ICE, and alert in a set charted later.
UNABLE_THEN_ALERT = stay_of(667)


@settings(max_examples=examples(100))
@example(SEIZURE_CHARTED_OVER, 4)
@example(SEIZURE_CHARTED_OVER, 5)
@example(UNABLE_THEN_ALERT, 1)
@given(STAYS, st.integers(1, 200))
def test_silence_never_lowers_a_grade(case: bedside.Bedside, hours: int) -> None:
    """With nothing charted any more a grade of 1 and more is held; a 0 may become unknown.

    One thing ends by the clock: a seizure counts a day whatever is charted next, so where "none"
    was charted within that day it is over when the day is (ADR 23).
    """
    last = bedside.judge(case)[-1]
    case = replace(case, moments_us=[*case.moments_us, last.at_us + hours * bedside.HOUR_US])
    *_, newest = [value for _, name, value in case.observations if name == "seizure"] or [None]

    before, later = (icans(one) for one in bedside.judge(case)[-2:])

    ends = {"seizure"} if newest == "none" else set()
    held = max((one.grade for one in before.criteria if one.domain not in ends), default=0)
    if held:
        assert later.grade is not None
        assert later.grade >= held
    elif before.grade is None:
        assert later.grade is None
    assert (later.peak or 0) >= (before.peak or 0)


@settings(max_examples=examples(100))
@given(STAYS)
def test_the_grade_lies_between_what_is_known_and_what_may_be(case: bedside.Bedside) -> None:
    for one in bedside.judge(case):
        graded = icans(one)
        assert graded.at_most >= (graded.grade or 0)
        assert (graded.status == "graded") is (not graded.missing and graded.grade is not None)
        met = [criterion.grade for criterion in graded.criteria]
        assert (graded.grade or 0) == max(met, default=0)


@pytest.mark.parametrize("concept", ["ice_writing", "seizure", "posturing"])
def test_leaving_one_thing_out_never_makes_it_better(concept: str) -> None:
    whole = bedside.read("0 set, ICE 42001, no other sign, seizure brief, finds Posturing")
    less = bedside.read("0 set, ICE 42001, no other sign, seizure brief, finds Posturing")
    less.observations = [row for row in less.observations if row[1] != concept]

    full, part = (icans(bedside.judge(case)[-1]) for case in (whole, less))

    assert part.at_most >= (full.grade or 0)
    assert np.sign(part.grade or 0) <= np.sign(full.grade or 0)
