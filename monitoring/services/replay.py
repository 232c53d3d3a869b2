"""Play a stored past again: what would these limits have raised, and what would they have missed?

The facts are those known now, each at the time it was true; somebody is assumed to take each alert
after a fixed time, the same for every policy. What the watcher's sweep would have said between the
facts is part of it (``replay_watch``); a feed fell silent when it did. A stay is played from its
beginning, so that what was open when the period begins is not raised by it. Nothing is written.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy.orm import Session

from db.engine import Store
from db.queries import census, policies
from db.queries.census import EncounterRow
from monitoring.clinical import burden
from monitoring.clinical.alert_moves import AnswerAfter
from monitoring.clinical.alert_runs import Follower, Told
from monitoring.clinical.facts import EncounterFacts
from monitoring.clinical.policy import Policy, load_policy
from monitoring.clinical.results import Condition, Priority
from monitoring.clinical.turns import Turns
from monitoring.services.alarm_history import told_in
from monitoring.services.evaluate import judge_facts, load_facts
from monitoring.services.instants import to_us
from monitoring.services.policies import LIMITS
from monitoring.services.replay_watch import by_the_clock, laboratory, silent_feeds, stay_moments

_MINUTE_US = 60_000_000
_DAY_US = 1440 * _MINUTE_US
# How soon somebody takes an alert in a past that is played again.
ANSWER_AFTER: AnswerAfter = MappingProxyType(
    {
        Priority.HIGH: 90_000_000,
        Priority.MEDIUM: 4 * _MINUTE_US,
        Priority.LOW: 20 * _MINUTE_US,
        Priority.TECHNICAL: 10 * _MINUTE_US,
    }
)

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Played:
    """A past under one policy, as frames (``monitoring.clinical.burden`` reads them).

    ``events`` has ``in_episode`` beside its columns: whether a CRS episode was open at that moment.
    ``days`` are the patient-days without and with an open episode.
    """

    stays: int
    events: pd.DataFrame
    rises: pd.DataFrame
    followed: pd.DataFrame
    quiet_days: float
    episode_days: float

    @property
    def patient_days(self) -> float:
        """All patient-days."""
        return self.quiet_days + self.episode_days


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a policy costs and brings over a past: on all days, on quiet ones, in CRS episodes."""

    stays: int
    whole: burden.Burden
    quiet: burden.Burden
    episode: burden.Burden
    timeliness: burden.Timeliness

    def to_document(self) -> dict[str, Any]:
        """Plain JSON."""
        return {
            "stays": self.stays,
            **{
                name: getattr(self, name).to_document()
                for name in ("whole", "quiet", "episode", "timeliness")
            },
        }


def play(
    store: Store,
    *,
    ward_id: int,
    from_at: datetime,
    to_at: datetime,
    now: datetime,
    overrides: Mapping[str, Any] | None = None,
    answer_after: AnswerAfter = ANSWER_AFTER,
    progress: Progress | None = None,
    as_recorded: bool = False,
) -> Played:
    """Every stay of a ward over a period, under each patient's policy with ``overrides`` over it.

    With ``as_recorded`` the alerts are those that were really raised and answered. Raises
    ``RuleFileError`` where the overrides make no sense.
    """
    load_policy(overrides)
    told: list[tuple[int, Told]] = []
    in_episode: list[bool] = []
    judged: list[_Stay] = []
    # What was found out of the alerts of one stay holds for the next under the same limits, which
    # the stays that were judged by them keep.
    followers: dict[int, Follower] = {}
    with store.read() as session:
        encounters = census.encounters_between(session, ward_id, from_at=from_at, to_at=to_at)
        for done, encounter in enumerate(encounters, start=1):
            policy = _policy(session, encounter, overrides or {}, now)
            stay = _judge(session, encounter, policy, from_at=from_at, to_at=to_at)
            if stay is not None:
                judged.append(stay)
                if as_recorded:
                    said = list(told_in(session, encounter.id))
                else:
                    if id(policy) not in followers:
                        followers[id(policy)] = Follower(policy.timing, answer_after)
                    said = _told(stay, followers[id(policy)])
                within = [one for one in said if stay.from_us <= one.at_us < stay.until_us]
                told += [(encounter.id, one) for one in within]
                in_episode += stay.in_episode([one.at_us for one in within])
            if progress is not None:
                progress(done, len(encounters))
    days_us = [stay.days_us() for stay in judged]
    return Played(
        stays=len(judged),
        events=burden.frame(told).assign(in_episode=np.array(in_episode, dtype=np.bool_)),
        rises=_rises(judged, from_us=to_us(from_at)),
        followed=_followed_frame([one for stay in judged for one in stay.followed()]),
        quiet_days=sum(quiet_us for quiet_us, _ in days_us) / _DAY_US,
        episode_days=sum(episode_us for _, episode_us in days_us) / _DAY_US,
    )


def report(played: Played) -> Report:
    """The figures of a past that was played."""
    events = played.events
    parts = {
        "whole": (events, played.patient_days),
        "quiet": (events[~events["in_episode"]], played.quiet_days),
        "episode": (events[events["in_episode"]], played.episode_days),
    }
    return Report(
        stays=played.stays,
        timeliness=burden.timeliness(events, played.rises),
        **{
            name: burden.burden(part, patient_days=days, followed=played.followed)
            for name, (part, days) in parts.items()
        },
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Stay:
    encounter_id: int
    facts: EncounterFacts
    turns: Turns
    policy: Policy
    from_us: int
    until_us: int
    silences: Sequence[tuple[int, Condition]]

    def in_episode(self, at_us: Sequence[int]) -> list[bool]:
        """Whether an episode was open at each of some moments; before anything was judged, none."""
        begins_us = [one.at_us for one in self.turns.turned]
        is_open = [one.episode.is_open for one in self.turns.turned]
        return [
            bool(place) and is_open[place - 1]
            for place in np.searchsorted(begins_us, at_us, side="right").tolist()
        ]

    def days_us(self) -> tuple[int, int]:
        """The time without and with an open episode within the period."""
        begins_us = [one.at_us for one in self.turns.turned]
        lasts = np.diff(np.maximum([*begins_us, self.until_us], self.from_us))
        is_open = np.array([one.episode.is_open for one in self.turns.turned])
        return int(lasts[~is_open].sum()), int(lasts[is_open].sum())

    def followed(self) -> list[tuple[int, int]]:
        """Treatments given and changes of the known grade: whose, and when."""
        given = [span.started_us for span in self.facts.treatments]
        known = [(e.at_us, e.crs.grade) for e in self.turns.turned if e.crs.grade is not None]
        changed = [
            at_us
            for (at_us, grade), (_, before) in zip(known[1:], known, strict=False)
            if grade != before
        ]
        return [(self.encounter_id, one) for one in sorted(given + changed)]


def _policy(
    session: Session, encounter: EncounterRow, overrides: Mapping[str, Any], now: datetime
) -> Policy:
    own = policies.current(
        session, kind=LIMITS, ward_id=encounter.ward_id, encounter_id=encounter.id, at=now
    )
    return load_policy(policies.laid_over(own or {}, overrides))


def _judge(
    session: Session,
    encounter: EncounterRow,
    policy: Policy,
    *,
    from_at: datetime,
    to_at: datetime,
) -> _Stay | None:
    ends = to_at if encounter.discharged_at is None else min(to_at, encounter.discharged_at)
    begins = encounter.admitted_at
    facts = load_facts(session, encounter, from_at=begins, to_at=ends)
    at_us = stay_moments(facts, from_at=begins, to_at=ends, policy=policy)
    if not at_us:
        return None
    evaluations = judge_facts(facts, at_us, None, policy, turns_only=True)
    return _Stay(
        encounter_id=encounter.id,
        facts=facts,
        turns=Turns.of(evaluations),
        policy=policy,
        from_us=to_us(max(begins, from_at)),
        until_us=to_us(ends),
        silences=tuple(silent_feeds(session, encounter.id, until_us=to_us(ends))),
    )


def _told(stay: _Stay, follower: Follower) -> list[Told]:
    problems = [follower.runs(said) for said in _said(stay)]
    return list(chain.from_iterable(follower.follow(problems, until_us=stay.until_us)))


def _said(stay: _Stay) -> Iterable[Sequence[tuple[int, Condition]]]:
    """What the rules said of each problem, in the order of time."""
    by_problem: dict[str, list[tuple[int, Condition]]] = {}
    for evaluation in stay.turns.turned:
        for condition in evaluation.conditions:
            by_problem.setdefault(condition.problem, []).append((evaluation.at_us, condition))
    said = chain(
        by_the_clock(stay.facts, stay.turns, until_us=stay.until_us, policy=stay.policy),
        laboratory(
            stay.facts,
            from_us=stay.turns.turned[0].at_us,
            until_us=stay.until_us,
            policy=stay.policy,
        ),
        stay.silences,
    )
    for now_us, condition in said:
        by_problem.setdefault(condition.problem, []).append((now_us, condition))
    return by_problem.values()


def _rises(stays: Iterable[_Stay], *, from_us: int) -> pd.DataFrame:
    rows = [
        (stay.encounter_id, one.at_us, one.crs.grade) for stay in stays for one in stay.turns.turned
    ]
    grades = pd.DataFrame(rows, columns=["encounter", "at_us", "grade"])
    grades = grades.astype({"encounter": "int64", "at_us": "int64", "grade": "float64"})
    rises = burden.grade_rises(grades)
    return rises[rises["at_us"] >= from_us].reset_index(drop=True)


def _followed_frame(rows: Sequence[tuple[int, int]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["encounter", "at_us"])
    return frame.astype({"encounter": "int64", "at_us": "int64"})
