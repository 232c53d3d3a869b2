"""The neutropenic-fever clock against a plain second reading, and moment by moment."""

from hypothesis import given
from hypothesis import strategies as st

from monitoring.clinical.neutropenic_fever import neutropenic_fever
from tests.laboratory_stay import Stay, hour, hours

QUARTERS = st.integers(0, 4 * 72).map(lambda n: n / 4)
TEMPERATURES = st.sampled_from([36.8, 37.9, 38.0, 38.1, 38.2, 38.3, 38.4, 39.5])
COUNTS = st.sampled_from([0.0, 0.1, 0.49, 0.5, 0.51, 1.5])
TOLD = st.tuples(
    st.dictionaries(QUARTERS, TEMPERATURES, max_size=14),
    st.dictionaries(QUARTERS, COUNTS, max_size=5),
    st.sets(QUARTERS, max_size=3),
)


def stay_of(told: tuple[dict[float, float], dict[float, float], set[float]]) -> Stay:
    stay = Stay()
    for h, value in told[0].items():
        stay.at(h, "body_temperature", value)
    for h, value in told[1].items():
        stay.at(h, "neutrophils", value)
    for h in sorted(told[2]):
        stay.give(h, "cefepime", "antimicrobial")
    return stay


def naive(
    temperatures: dict[float, float], counts: dict[float, float], doses: set[float], now: float
) -> tuple[str, float | None, str]:
    """Present or not, since when, and the clock, by going through the chart hour by hour."""
    fevers = []
    for h in sorted(temperatures):
        if h > now:
            break
        if temperatures[h] >= 38.3:
            fevers.append(h)
        elif temperatures[h] >= 38.0:
            start = h
            for earlier in sorted((e for e in temperatures if e < h), reverse=True):
                if temperatures[earlier] < 38.0 or start - earlier > 4.5:
                    break
                start = earlier
            if h - start >= 1:
                fevers.append(h)
    known = [h for h in temperatures if h <= now]
    if fevers and now - fevers[-1] <= 24:
        fever = "yes"
    elif known and now - max(known) <= 24:
        fever = "no"
    else:
        fever = "unknown"
    taken = sorted(h for h in counts if h <= now)
    if not taken:
        low = "unknown"
    elif counts[taken[-1]] < 0.5:
        low = "yes" if now - taken[-1] <= 48 else "held"
    else:
        low = "no" if now - taken[-1] <= 48 else "unknown"
    if "no" in {fever, low}:
        return "no", None, "stopped"
    if "unknown" in {fever, low}:
        return "unknown", None, "stopped"
    onset = fevers[-1]
    for h in reversed(fevers):
        if onset - h > 24:
            break
        onset = h
    low_since = taken[-1]
    for h in reversed(taken):
        if counts[h] >= 0.5:
            break
        low_since = h
    since = max(onset, low_since)
    if any(onset <= h <= now for h in doses):
        return low, since, "given"
    return low, since, "overdue" if now > since + 1 else "running"


@given(TOLD, QUARTERS)
def test_the_clock_agrees_with_the_plain_reading(told: tuple, now: float) -> None:
    (state,) = neutropenic_fever(stay_of(told).facts(), at_us=hours(now))

    present, since, clock = naive(*told, now)
    assert (state.present.value, state.clock.value) == (present, clock)
    assert state.carried.since_us == (None if since is None else hour(since))


@given(TOLD, st.lists(QUARTERS, min_size=1, max_size=12, unique=True))
def test_moment_by_moment_from_a_day_of_facts_is_the_same(told: tuple, moments: list) -> None:
    temperatures, counts, doses = told
    asked = sorted({*moments, *temperatures, *counts, *doses})
    at_once = neutropenic_fever(stay_of(told).facts(), at_us=hours(*asked))

    prior = None
    for now, whole in zip(asked, at_once, strict=True):
        # What a service loads: a day, and the newest of each before it.
        def loaded(values: dict[float, float], now: float = now) -> dict[float, float]:
            before = [h for h in values if h < now - 24]
            return {h: v for h, v in values.items() if h >= now - 24 or h == max(before, default=0)}

        part = stay_of((loaded(temperatures), loaded(counts), doses))
        (state,) = neutropenic_fever(part.facts(), at_us=hours(now), prior=prior)
        prior = state.carried
        assert (state.present, state.clock, state.due_us) == (
            whole.present,
            whole.clock,
            whole.due_us,
        )


@given(TOLD, QUARTERS, QUARTERS)
def test_what_comes_later_changes_nothing(told: tuple, now: float, later: float) -> None:
    stay = stay_of(told)
    before = neutropenic_fever(stay.facts(), at_us=hours(now))

    stay.at(now + later + 0.25, "body_temperature", 40.0)
    stay.at(now + later + 0.25, "neutrophils", 0.0)

    after = neutropenic_fever(stay.facts(), at_us=hours(now))
    assert [one.present for one in after] == [one.present for one in before]
    assert [one.carried for one in after] == [one.carried for one in before]
