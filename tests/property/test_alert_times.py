"""A step asks of a thread's times only which of them are due: other times say the same."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from monitoring.clinical import alert_answers, alerts
from monitoring.clinical.alert_state import AlertRefusedError, AlertState, AlertTiming
from monitoring.clinical.alert_times import (
    KEPT,
    NO_TIMES,
    NOW_US,
    due,
    overdue,
    times_since,
    times_tried,
    waits,
    with_times,
    without_times,
)
from monitoring.clinical.results import Condition
from tests.property.effort import examples
from tests.property.test_alert_runs import timings
from tests.property.test_alert_state_machine import (
    Says,
    Silences,
    Takes,
    Waits,
    condition,
    says,
)

MINUTE_US = 60_000_000
# Times lie well after 0, which stands for none.
BEGIN_US = 1000 * MINUTE_US

acts = st.one_of(
    says,
    says,
    st.builds(Waits, minutes=st.integers(0, 90)),
    st.builds(Takes),
    st.builds(Silences, minutes=st.integers(1, 60)),
)
timings = timings.map(lambda one: replace(one, snooze_at_most_s=3600.0))


def threads(story: list, timing: AlertTiming) -> list[tuple[int, AlertState]]:
    """Every open state that a story comes through, and since when."""
    state, now_us, found = None, BEGIN_US, []
    for act in story:
        is_open = state is not None and not state.closed
        if isinstance(act, Waits):
            now_us += act.minutes * MINUTE_US
        elif isinstance(act, Says):
            state, _ = alerts.step(state, condition(act), now_us=now_us, timing=timing)
        elif is_open:
            state = responded(state, act, now_us, timing)
        if state is not None and not state.closed:
            found.append((now_us, state))
    return found


def responded(
    state: AlertState, act: Takes | Silences, now_us: int, timing: AlertTiming
) -> AlertState:
    try:
        if isinstance(act, Takes):
            return alert_answers.acknowledge(
                state, by="nurse", note=None, now_us=now_us, timing=timing
            )[0]
        until_us = now_us + act.minutes * MINUTE_US
        return alert_answers.snooze(
            state, by="nurse", reason="seen", until_us=until_us, now_us=now_us, timing=timing
        )[0]
    except AlertRefusedError:
        return state


def own_times(state: AlertState) -> list[int]:
    return [max(us, 0) for us in times_since(state, NO_TIMES, 0)]


@settings(max_examples=examples(300))
@given(
    story=st.lists(acts, min_size=1, max_size=12),
    timing=timings,
    said=says.map(condition),
    later=st.integers(0, 90),
    off_us=st.sampled_from([-1, 0, 1]),
)
def test_with_other_times_of_which_the_same_are_due_a_step_does_the_same(
    story: list, timing: AlertTiming, said: Condition, later: int, off_us: int
) -> None:
    for since_us, state in threads(story, timing):
        times = own_times(state)
        due_us = alerts.next_due_us(state, timing=timing)
        # At any moment, and at, just before and just after the one at which time changes it.
        for at_us in {since_us + later * MINUTE_US, (due_us or since_us) + off_us}:
            asked = waits(state, timing)
            tried = times_tried(asked, overdue(asked, times, at_us))

            after, changes = alerts.step(state, said, now_us=at_us, timing=timing)
            other, others = alerts.step(
                with_times(without_times(state), tried), said, now_us=NOW_US, timing=timing
            )

            assert without_times(other) == without_times(after)
            assert [replace(one, at_us=at_us) for one in others] == list(changes)
            moved = [
                old if new == KEPT else at_us + new
                for old, new in zip(times, times_since(other, tried, NOW_US), strict=True)
            ]
            assert with_times(after, moved) == after


@settings(max_examples=examples(300))
@given(story=st.lists(acts, min_size=1, max_size=12), timing=timings)
def test_what_is_due_next_is_the_soonest_of_what_counts_for_the_thread(
    story: list, timing: AlertTiming
) -> None:
    for _, state in threads(story, timing):
        times = own_times(state)
        soonest = min((times[place] + after for place, after in due(state, timing)), default=None)
        assert soonest == alerts.next_due_us(state, timing=timing)
