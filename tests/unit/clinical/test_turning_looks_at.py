"""At which minutes a stay under a monitor is looked at again, and at which it only goes on.

docs/adr/0021. Too few looks would miss what the property test asks for; too many would be slow.
"""

import numpy as np
import pytest

from monitoring.clinical.evaluate import evaluate
from monitoring.clinical.facts import Dose
from monitoring.clinical.policy import load_policy
from monitoring.clinical.results import EpisodeState
from monitoring.clinical.rulebook import load_rulebook
from tests.spec.bedside import HOUR_US, MIDNIGHT_US, Bedside, Sent

MINUTE_US = HOUR_US // 60
DAY_US = 24 * HOUR_US
USUAL = {"body_temperature": 37.0, "spo2": 97.0, "heart_rate": 80.0, "systolic_bp": 118.0}
# High fever and fast fever are one limit in the packaged policy.
POLICY = load_policy({"fever": {"high_c": 39.3}})


def monitored(minutes: int, *, step_us: int = MINUTE_US, **sent: list[float]) -> Bedside:
    """A stay of a monitor alone; what is named is sent as listed, the rest as usual."""
    case = Bedside()
    for place in range(minutes):
        at_us = MIDNIGHT_US + place * step_us
        case.moments_us.append(at_us)
        for concept, usual in USUAL.items():
            value = sent[concept][place] if concept in sent else usual
            case.observations.append((at_us, concept, Sent(value)))
    return case


def turned(case: Bedside, prior: EpisodeState | None = None) -> list[int]:
    """The places of the moments that were judged anew."""
    judged = evaluate(
        case.facts(),
        at_us=np.array(case.moments_us),
        prior=prior or EpisodeState(),
        previous=None,
        rulebook=load_rulebook(),
        policy=POLICY,
        turns_only=True,
    )
    return [
        place
        for place, one in enumerate(judged)
        if not place or one.crs is not judged[place - 1].crs
    ]


@pytest.mark.parametrize(
    ("concept", "sent", "places"),
    [
        ("heart_rate", [80, 80, 81, 82], [0]),
        # Above 120 and not at it; an alert after a minute of it.
        ("heart_rate", [119, 120, 120, 119], [0]),
        ("heart_rate", [120, 120, 121, 121, 121, 120], [0, 2, 3, 5]),
        # It is over once it was below 110 for a minute.
        ("heart_rate", [121] * 3 + [115] * 2 + [109] * 4, [0, 1, 3, 6]),
        # Five minutes of fever are long enough for an alert.
        ("body_temperature", [37.9] * 3 + [38.0] * 7, [0, 3, 8]),
        ("body_temperature", [39.2] * 8 + [39.3, 39.3, 39.2], [0, 5, 8, 10]),
        ("body_temperature", [39.4] * 8 + [39.5, 39.5, 39.4], [0, 5, 8, 10]),
        ("body_temperature", [38.9] * 8 + [39.0, 39.0], [0, 5, 8]),
        # Below 92, on scale 2 below 88, severely below 85: each at once and after 15 or 10 s.
        ("spo2", [93] * 2 + [92] * 4, [0]),
        ("spo2", [92] * 2 + [91] * 4, [0, 2, 3]),
        ("spo2", [88] * 4 + [87] * 4, [0, 1, 4, 5]),
        ("spo2", [87] * 4 + [85] * 4, [0, 1]),
        ("systolic_bp", [85] * 4 + [84] * 4, [0, 1, 4]),
        ("systolic_bp", [84] * 4 + [80] * 4, [0, 1]),
        ("systolic_bp", [84] * 4 + [79] * 4, [0, 1, 4]),
        ("spo2", [86] * 4 + [84] * 4, [0, 1, 5]),
    ],
)
def test_a_value_turns_a_stay_where_it_passes_a_limit(
    concept: str, sent: list[float], places: list[int]
) -> None:
    assert turned(monitored(len(sent), **{concept: sent})) == places


def test_what_a_nurse_charts_turns_a_stay_only_where_it_says_something_else() -> None:
    case = monitored(6)
    case.observations.append((case.moments_us[2], "body_temperature", 37.0))
    case.observations.append((case.moments_us[4], "consciousness", "C"))

    assert turned(case) == [0, 4]


def test_a_dose_turns_a_stay_at_its_minute() -> None:
    case = monitored(5)
    case.doses = [
        Dose(
            row_id=1,
            product="axi-cel",
            therapy_class="car_t",
            infused_us=case.moments_us[2],
        )
    ]

    assert turned(case) == [0, 2]


def test_crs_lingers_once_its_days_are_over() -> None:
    onset_us = MIDNIGHT_US + 9 * MINUTE_US - 14 * DAY_US
    prior = EpisodeState(number=1, is_open=True, onset_us=onset_us, peak=1)

    assert turned(monitored(14, body_temperature=[38.5] * 14), prior) == [0, 5, 10]


def test_an_ice_turns_a_stay_where_it_no_longer_counts_and_where_no_fall_is_seen_any_more() -> None:
    case = monitored(30, step_us=HOUR_US)
    case.observations.append((MIDNIGHT_US, "ice_total", 8.0))

    assert turned(case) == [0, 17, 25]
