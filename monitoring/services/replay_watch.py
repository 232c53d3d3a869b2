"""What the watcher's sweep would have said in a past that is played again.

A sweep comes every few seconds and says something else only where time alone changes it. Those
moments are known: when something becomes due, late or too old, when a device has been silent for
too long. Only there the rules are asked, and once in each hour without a fact.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from db.queries import alerts as alert_rows
from monitoring.clinical.alert_state import TransitionKind
from monitoring.clinical.by_the_clock import clock_conditions, turns
from monitoring.clinical.device_rhythm import off_after_us
from monitoring.clinical.facts import EncounterFacts
from monitoring.clinical.iec_hs import iec_hs_watch
from monitoring.clinical.laboratory import series_of_each
from monitoring.clinical.laboratory_flags import iec_hs_condition, neutropenic_fever_condition
from monitoring.clinical.late_times import NOT_DUE_US, late_times_us
from monitoring.clinical.neutropenic_fever import neutropenic_fever
from monitoring.clinical.news2_counting import MONITORED
from monitoring.clinical.policy_types import STREAMED, Policy
from monitoring.clinical.results import Condition, Evaluation
from monitoring.clinical.symptom_triggers import all_asked
from monitoring.clinical.timeline import US_PER_S
from monitoring.clinical.turns import Turns
from monitoring.clinical.watch_flags import stale_feed_condition
from monitoring.services.charted_sets import last_sets_us
from monitoring.services.evaluate import moments
from monitoring.services.instants import to_us
from monitoring.services.laboratory_watch import LOOKED_AT

Said = Iterator[tuple[int, Condition]]
_HOUR_US = 3600 * US_PER_S
_SPOKE = {TransitionKind.RAISED, TransitionKind.RECURRED, TransitionKind.DATA_BACK}


def sweeps(
    facts: EncounterFacts, charted_us: Sequence[int], *, until_us: int, policy: Policy
) -> list[int]:
    """When a sweep would have found something else than at the moments of the facts.

    Each whole hour after a fact until the next one, for what grows old, when a device has been off
    for so long that it is told, and given up, and when the last that it sent counts by itself.
    """
    if not charted_us:
        return []
    ends_us = [*charted_us[1:], until_us]
    found = {
        now_us
        for begin_us, end_us in zip(charted_us, ends_us, strict=True)
        for now_us in range(begin_us + _HOUR_US, end_us, _HOUR_US)
    }
    watch = policy.watch
    forgotten_us = round(watch.device_forgotten_after_s * US_PER_S)
    gap_us = round(policy.news2.stream_gap_s * US_PER_S)
    sent = series_of_each(facts.observations, {*STREAMED, *MONITORED})
    for concept in STREAMED:
        series = sent[concept]
        sent_us = series.taken_us[series.streamed]
        for after_us in (off_after_us(concept, sent_us, watch), forgotten_us):
            found.update((sent_us + after_us + 1).tolist())
    for concept in MONITORED if gap_us else ():
        series = sent[concept]
        taken_us = series.taken_us[:-1]
        # The last one before a silence counts by itself then.
        is_last = np.append(taken_us[1:] - taken_us[:-1] > gap_us, True)[: len(taken_us)]
        found.update((taken_us[is_last & series.streamed[:-1]] + gap_us + 1).tolist())
    return [one for one in sorted(found) if charted_us[0] <= one < until_us]


def stay_moments(
    facts: EncounterFacts, *, from_at: datetime, to_at: datetime, policy: Policy
) -> set[int]:
    """When a stay is judged: at its facts, and where a sweep between them finds something else."""
    charted_us = moments(facts, from_at=from_at, to_at=to_at)
    return {*charted_us, *sweeps(facts, charted_us, until_us=to_us(to_at), policy=policy)}


def by_the_clock(
    facts: EncounterFacts, evaluations: Sequence[Evaluation], *, until_us: int, policy: Policy
) -> Said:
    """What is overdue and what symptoms ask for, between one judgement and the next."""
    judged = Turns.of(evaluations)
    begins_us, ends_us = judged.at_us, np.append(judged.at_us[1:], until_us)
    sets_us = last_sets_us(facts, judged.at_us)
    asked = all_asked(facts.observations)
    marks_us = sorted(turn for one in asked for turn in turns(one))
    turns_us = np.array(marks_us, dtype=np.int64)
    asks = turns_us.searchsorted(begins_us) < turns_us.searchsorted(ends_us)
    asks[judged.places] = True
    late_us = late_times_us(judged, sets_us, policy)
    for one in late_us:
        asks |= (begins_us < one) & (one < ends_us)
        # Where nothing turned, what was late is late and what was in time is.
        asks[1:] |= (one[1:] <= begins_us[1:]) != (one[:-1] < ends_us[:-1])
        asks[1:] |= (one[1:] == NOT_DUE_US) != (one[:-1] == NOT_DUE_US)
    for place in np.flatnonzero(asks).tolist():
        evaluation = judged.near(place)
        begin_us, end_us = evaluation.at_us, int(ends_us[place])
        own = marks_us[bisect_left(marks_us, begin_us) : bisect_left(marks_us, end_us)]
        own += [us for one in late_us if begin_us < (us := int(one[place])) < end_us]
        for now_us in sorted({begin_us, *own}):
            for word in clock_conditions(
                evaluation,
                last_set_us=sets_us[place],
                asked=asked,
                now_us=now_us,
                policy=policy,
            ):
                yield now_us, word


def laboratory(facts: EncounterFacts, *, from_us: int, until_us: int, policy: Policy) -> Said:
    """Neutropenic fever with its clock, and the IEC-HS watch, whenever one of them could change."""
    limits = policy.laboratory
    rows = facts.observations
    taken_us = rows.taken_us[np.isin(rows.concept, LOOKED_AT)]
    given_us = [
        moment
        for span in facts.treatments
        for moment in (span.started_us, span.ended_us)
        if moment is not None
    ]
    fever_us = limits.neutropenic_fever.same_fever_us
    turning = [
        taken_us,
        taken_us + limits.valid_us + 1,
        taken_us + fever_us + 1,
        np.array(given_us, dtype=np.int64),
        np.array([dose.infused_us for dose in facts.doses], dtype=np.int64),
    ]
    at_us = _within(np.concatenate(turning), from_us, until_us)
    fevers = neutropenic_fever(facts, at_us=at_us, policy=limits, turns_only=True)
    # The clock of the antibiotic turns by itself, and so does a fever that only has to last.
    later = [one.due_us + 1 for one in fevers if one.due_us is not None]
    later += [one.recheck_due_us for one in fevers if one.recheck_due_us is not None]
    added = np.array(later, dtype=np.int64)
    at_us = _within(np.concatenate([at_us, added, added + limits.valid_us + 1]), from_us, until_us)
    for fever in neutropenic_fever(facts, at_us=at_us, policy=limits, turns_only=True):
        now_us = fever.carried.at_us
        yield now_us, neutropenic_fever_condition(fever, policy, now_us=now_us)
    for watch in iec_hs_watch(facts, at_us=at_us, policy=limits, turns_only=True):
        yield watch.at_us, iec_hs_condition(watch, policy)


def silent_feeds(session: Session, encounter_id: int, *, until_us: int) -> Said:
    """A monitor's silence as it was: no limit of the policy has a say in it.

    The store keeps a feed's last beat only, so that the past is read from what was told then.
    """
    for thread in alert_rows.threads(session, encounter_id):
        if thread.problem != "stale_feed":
            continue
        for row in alert_rows.events(session, thread.id):
            kind, at_us = TransitionKind(row.kind), to_us(row.at)
            is_silent = kind in _SPOKE
            if at_us < until_us and (is_silent or kind is TransitionKind.RETURNED_TO_NORMAL):
                yield (
                    at_us,
                    stale_feed_condition(last_us=at_us, is_silent=is_silent, now_us=at_us),
                )


def _within(at_us: NDArray[np.int64], from_us: int, until_us: int) -> NDArray[np.int64]:
    found: NDArray[np.int64] = np.unique(at_us[(at_us >= from_us) & (at_us < until_us)])
    return found
