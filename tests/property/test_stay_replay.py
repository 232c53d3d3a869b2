"""A stay played by columns says what the bedside says look by look, problem by problem."""

import random
from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from monitoring.clinical.alert_runs import Told
from monitoring.clinical.policy_types import Policy
from monitoring.clinical.results import Priority
from monitoring.clinical.rulebook import load_rulebook
from monitoring.clinical.stay_replay import PLAYED, StayReplay
from monitoring.clinical.timeline import Charted, build
from tests.property.effort import examples
from tests.property.naive_alerts import step_by_step
from tests.property.test_vital_codes import POLICIES, VALUES
from tests.spec import bedside

MINUTE_US = 60_000_000
RULEBOOK = load_rulebook()
# No sign reaches it; the chart of one keeps it in quarantine.
IMPOSSIBLE = 999.0
ANSWERS = {Priority.HIGH: 2 * MINUTE_US, Priority.MEDIUM: 9 * MINUTE_US}
BREATHS = [16.0, 22.0, 26.0, 8.0]
DEVICES = ("room_air", "nasal_cannula", "simple_face_mask", "bipap", "high_flow_nasal_cannula")


def stay_of(seed: int) -> tuple[bedside.Bedside, dict[str, np.ndarray], np.ndarray]:
    """Some hours of streams with silences, and now and then a value or a treatment by hand."""
    dice = random.Random(seed)
    step_us = dice.choice([1, 5, 15]) * MINUTE_US
    count = dice.randint(20, 160)
    looks_us = bedside.MIDNIGHT_US + step_us * np.arange(1, count + 1)
    vitals = {}
    # A monitor counts the breaths too, or a nurse does.
    by_monitor = dice.random() < 0.5
    breaths = {"respiratory_rate": BREATHS} if by_monitor else {}
    for concept, values in {**VALUES, **breaths}.items():
        told: list[float] = []
        while len(told) < count:
            value = dice.choice([*values, values[0], values[0], float("nan"), IMPOSSIBLE])
            told += [value] * dice.randint(1, 40)
        vitals[concept] = np.array(told[:count])
    case = bedside.Bedside()
    times = [bedside.MIDNIGHT_US, *looks_us.tolist()]
    for _ in range(dice.randint(0, 8)):
        at_us = dice.choice(times)
        told_now = dice.choice(
            [
                ("oxygen_device", dice.choice(DEVICES)),
                ("oxygen_flow", dice.choice([2.0, 6.0, 10.0])),
                ("consciousness", dice.choice("AACV")),
                ("respiratory_rate", dice.choice(BREATHS)),
            ][: 3 if by_monitor else 4]
        )
        case.observations.append((at_us, *told_now))
    for kind, agent in (("antipyretic", "paracetamol"), ("fluid_bolus", "crystalloid")):
        if dice.random() < 0.3:
            at_us = dice.choice(times)
            case.treatments.append(
                bedside.TreatmentSpan(
                    row_id=len(case.treatments) + 1,
                    kind=kind,
                    agent=agent,
                    indication=None,
                    started_us=at_us,
                    ended_us=at_us,
                )
            )
    return case, vitals, looks_us


def by_the_bedside(
    case: bedside.Bedside, vitals: dict[str, np.ndarray], looks_us: np.ndarray, policy: Policy
) -> dict[str, list[Told]]:
    sent = [
        (int(us), concept, float(value))
        for concept, values in vitals.items()
        for us, value in zip(looks_us, values, strict=True)
        if not np.isnan(value)
    ]
    facts = replace(case, observations=[*case.observations, *sent]).facts()
    streamed = np.arange(len(facts.observations.value)) >= len(case.observations)
    facts = replace(facts, observations=replace(facts.observations, streamed=streamed))
    looked = [
        (evaluation.at_us, [one for one in evaluation.conditions if one.problem in PLAYED])
        for evaluation in bedside.ask(facts, looks_us, policy=policy)
    ]
    return step_by_step(looked, policy.timing, ANSWERS)


# Each plays one patient after the other, and uses again what it found out before.
REPLAYS = [(policy, StayReplay(policy, RULEBOOK, answer_after=ANSWERS)) for policy in POLICIES]


@settings(max_examples=examples(100))
@given(st.integers(0, 2**32 - 1).map(stay_of), st.sampled_from(REPLAYS))
def test_a_stay_played_by_columns_is_the_bedside_look_by_look(
    stay: tuple[bedside.Bedside, dict[str, np.ndarray], np.ndarray],
    replay: tuple[Policy, StayReplay],
) -> None:
    (case, vitals, looks_us), (policy, replayed) = stay, replay
    series = build(case.facts(), looks_us).series
    charted = {
        concept: Charted(one.taken_us[:-1], one.value[:-1])
        for concept, one in series.items()
        if len(one)
    }
    if (breaths := vitals.get("respiratory_rate")) is not None:
        came = ~np.isnan(breaths)
        charted["respiratory_rate"] = Charted(looks_us[came], breaths[came], streamed=True)

    played: dict[str, list[Told]] = {}
    for one in replayed.play(case.facts(), looks_us, vitals, charted):
        played.setdefault(one.problem, []).append(one)

    assert played == by_the_bedside(case, vitals, looks_us, policy)
