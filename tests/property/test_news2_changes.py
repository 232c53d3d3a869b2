"""What is said of NEWS2's response was tried: each change comes out so by the whole rules."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitoring.clinical.changes import charted
from monitoring.clinical.news2_changes import News2Changes, news2_changes
from monitoring.clinical.policy import load_policy
from monitoring.clinical.results import Evaluation, News2Score
from monitoring.clinical.rulebook import load_rulebook
from tests.property.effort import examples
from tests.spec import bedside

RISKS = ("low", "low_medium", "medium", "high")


def found_in(story: str, person: str = "") -> tuple[bedside.Bedside, Evaluation, News2Changes]:
    told = bedside.read(story, person)
    last = bedside.judge(told)[-1]
    found = news2_changes(told.facts(), last, rulebook=load_rulebook(), policy=load_policy())
    return told, last, found


@pytest.mark.parametrize(
    ("why", "story", "person", "lines"),
    [
        (
            "one value of a well person",
            "0 set",
            "",
            [
                (
                    "NEWS2 low-medium risk if respiratory rate is <= 8 /min (3)"
                    " or respiratory rate is >= 25 /min (3) or SpO2 is <= 91 % (3)"
                    " or systolic BP is <= 90 mmHg (3) or systolic BP is >= 220 mmHg (3)"
                    " or heart rate is <= 40 /min (3) or heart rate is >= 131 /min (3)"
                    " or consciousness is C, V, P or U of ACVPU (3)"
                    " or temperature is <= 35.0 C (3)."
                )
            ],
        ),
        ("a child has no NEWS2", "0 set", "age 8", []),
        (
            # A flow of 0 is no oxygen; one that runs is.
            "a cannula without flow",
            "0 set, nasal cannula 0, RR 24, HR 110, SBP 220",
            "",
            [
                (
                    "NEWS2 high risk if respiratory rate is >= 25 /min (7)"
                    " or SpO2 is 94-95 % (7)"
                    " or oxygen is given, the saturation being the same (8)"
                    " or heart rate is <= 40 /min (8)"
                    " or heart rate is 111-130 /min (7)"
                    " or consciousness is C, V, P or U of ACVPU (9)"
                    " or temperature is 35.1-36.0 C (7)"
                    " or temperature is 38.1-39.0 C (7)."
                ),
                "NEWS2 low-medium risk if respiratory rate is 12-20 /min (4).",
                "NEWS2 low risk if systolic BP is 111-219 mmHg (3).",
            ],
        ),
        (
            "oxygen by its fraction, looked at an hour later",
            "0 set, no device, FiO2 28, RR 25, HR 100, SBP 95; 1 look",
            "",
            [
                (
                    "NEWS2 medium risk if respiratory rate is 12-20 /min (5)"
                    " or the saturation is the same without oxygen (6)"
                    " or systolic BP is 111-219 mmHg (6)."
                )
            ],
        ),
    ],
)
def test_the_lines_of_a_story(why: str, story: str, person: str, lines: list[str]) -> None:
    assert found_in(story, person)[2].lines() == lines, why


def test_the_nearest_band_that_moves_the_response_is_told_both_ways() -> None:
    # 2 for respiration, 1 for the pulse, 2 for the pressure: 5, medium.
    _, last, found = found_in("0 set, RR 22, HR 100, SBP 95")
    assert (last.news2.total, last.news2.risk) == (5, "medium")
    lower = {one.parameter: (one.words, one.total, one.risk) for one in found.lowering}
    assert lower["respiratory_rate"] == ("respiratory rate is 12-20 /min", 3, "low")
    assert lower["heart_rate"] == ("heart rate is 51-90 /min", 4, "low")
    raised = {one.words: (one.total, one.risk) for one in found.raising}
    assert raised["consciousness is C, V, P or U of ACVPU"] == (8, "high")
    assert raised["oxygen is given, the saturation being the same"] == (7, "high")
    assert raised["temperature is >= 39.1 C"] == (7, "high")
    assert "SpO2 is 94-95 %" not in raised, "6 is medium as well"


def test_a_missing_value_may_be_worse_and_lowers_nothing() -> None:
    _, last, found = found_in("0 set, RR 22, HR 100, SBP 95, no ACVPU")
    assert (last.news2.total, last.news2.risk) == (None, "medium")
    assert not found.lowering
    raised = {one.words: (one.total, one.complete, one.risk) for one in found.raising}
    assert raised["consciousness is C, V, P or U of ACVPU"] == (8, True, "high")
    assert raised["SpO2 is 92-93 %"] == (7, False, "high")


def hold(story: str, person: str) -> int:
    told, last, found = found_in(story, person)
    for one in (*found.raising, *found.lowering):
        standing = RISKS.index(last.news2.risk) if last.news2.risk in RISKS else 0
        after = score_with(told, last, one.values)
        assert (after.minimum, after.complete, after.risk) == (one.total, one.complete, one.risk)
        assert (RISKS.index(after.risk) > standing) is (one in found.raising)
        if one in found.lowering:
            assert last.news2.complete
            assert RISKS.index(after.risk) < standing
    return len(found.raising) + len(found.lowering)


def score_with(
    told: bedside.Bedside, last: Evaluation, values: dict[str, float | str]
) -> News2Score:
    """The whole rules on the set as it stands, the values in it, just after its moment."""
    at_us = last.at_us + 1
    (after,) = bedside.ask(
        charted(values)(told.facts(), at_us),
        bedside.np.array([at_us]),
        prior=last.episode,
        previous=last.crs,
        icans=last.icans,
    )
    return after.news2


@settings(max_examples=examples(60), deadline=None)
@given(
    rr=st.sampled_from([8, 9, 12, 20, 21, 25]),
    spo2=st.sampled_from([83, 85, 87, 91, 92, 94, 96, 98]),
    sbp=st.sampled_from([88, 95, 105, 120, 221]),
    hr=st.sampled_from([40, 45, 60, 95, 120, 131]),
    temp=st.sampled_from(["34.9", "36.0", "37.0", "38.5", "39.2"]),
    more=st.sampled_from(["", ", C", ", nasal cannula 2", ", no RR", ", no ACVPU, no T", ", P"]),
    person=st.sampled_from(["", "scale 2"]),
)
def test_every_change_that_is_told_is_so(
    rr: int, spo2: int, sbp: int, hr: int, temp: str, more: str, person: str
) -> None:
    hold(f"0 set, RR {rr}, SpO2 {spo2}, SBP {sbp}, HR {hr}, T {temp}{more}", person)
