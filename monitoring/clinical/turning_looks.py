"""Of the moments of a stay those at which the rules can say something else than right before.

A monitor sends a value a minute, and hardly any of them turns a problem, a grade or what is due.
Everything that the problems, the scores and the schedule are read from is compared from moment to
moment, as columns; what a value is compared with stands for the value. Where nothing differs the
words differ by the value and its age alone (docs/adr/0021). A property test holds this to judging
every moment.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitoring.clinical import grading
from monitoring.clinical.concepts import ICE_ITEMS
from monitoring.clinical.criteria import FEVER_EPSILON_C, CriteriaColumns
from monitoring.clinical.device_rhythm import off_after_by_row
from monitoring.clinical.early_warning import SetColumns, deadbands_of, risks_of
from monitoring.clinical.episode_spans import CLOSED
from monitoring.clinical.episodes import StayGrades
from monitoring.clinical.neurology import NeurologyColumns
from monitoring.clinical.policy_types import STREAMED, Policy
from monitoring.clinical.pressure import PRESSURES
from monitoring.clinical.rulebook_types import Rulebook
from monitoring.clinical.schedule import LOW_SCORES, ice_counts_s, risk_window_s
from monitoring.clinical.signals import Signals, newest
from monitoring.clinical.timeline import NEVER_US, US_PER_S, Timeline

_EPSILON = 1e-6
# What is judged by its code alone.
_CODED = ("consciousness", "oxygen_device", "sedation")
_SYSTOLIC, _, _MEAN = PRESSURES

_Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Looks:
    """What a stay was judged by at each of its moments."""

    timeline: Timeline
    columns: CriteriaColumns
    grades: StayGrades
    limits_us: NDArray[np.float64]
    sets: SetColumns
    neurology: NeurologyColumns
    signals: Signals
    rulebook: Rulebook
    policy: Policy

    def turning(self) -> _Bools:
        """Which moments may differ from the one before; the first does."""
        turns = self._tested()
        turns[0] = True
        for column in self._told():
            # Not known is as not known as before.
            same = (column[1:] == column[:-1]) | (
                (column[1:] != column[1:]) & (column[:-1] != column[:-1])
            )
            turns[1:] |= ~same
        return turns

    def _tested(self) -> _Bools:
        """Where an ICE was charted, and where one leaves the hours of a fall."""
        at_us = self.timeline.at_us
        turns = np.zeros(len(at_us), dtype=np.bool_)
        within_us = int(self.policy.watch.ice_within_s * US_PER_S)
        for name in (*(one.code for one in ICE_ITEMS), "ice_total"):
            charted_us = self.timeline.series[name].taken_us[:-1]
            begins = at_us.searchsorted(charted_us)
            ends = at_us.searchsorted(charted_us + within_us, side="right")
            for place in (begins, ends):
                turns[place[place < len(at_us)]] = True
        return turns

    def _told(self) -> Iterator[NDArray[Any]]:
        """Each column that the rules read, as far as they can tell it apart."""
        columns, timeline = self.columns, self.timeline
        yield from self._graded()
        yield from self._words()
        yield from columns.truths
        yield timeline.baseline_rows
        yield columns.fever.is_attributed
        yield from _columns_of(self.neurology)
        yield from self._spans()
        yield from self._signs()
        yield from self._pressure()
        yield from self._oxygen()
        yield from self._score()
        for name in _CODED:
            yield timeline.value(name)

    def _graded(self) -> Iterator[NDArray[Any]]:
        """The grade and the episode, without how long it has been quiet so far."""
        judged = self.grades.judged
        yield from judged.truths
        yield judged.state
        yield judged.grade
        yield judged.status
        yield self.grades.peak
        yield self._episode()

    def _episode(self) -> NDArray[np.intp]:
        """The last episode that was opened up to each moment, -1 for the one before the first."""
        opened = self.grades.judged.episodes.opened
        return opened.searchsorted(np.arange(len(self.timeline.at_us)), side="right") - 1

    def _words(self) -> Iterator[NDArray[Any]]:
        """A clinician's word begins to hold and runs out; else it holds by what was computed."""
        for word in self.timeline.facts.statements:
            yield self.timeline.at_us >= word.stated_us
            yield self.timeline.at_us >= word.valid_until_us

    def _spans(self) -> Iterator[NDArray[Any]]:
        """What was given before, the newest therapy, how long CRS lasts, which device is off."""
        facts, at_us, watch = self.timeline.facts, self.timeline.at_us, self.policy.watch
        for span in facts.treatments:
            window_s = self.policy.grading.premedication_s.get(span.kind)
            if window_s is not None:
                given = at_us >= span.started_us
                if span.ended_us is not None:
                    given &= at_us <= span.ended_us + window_s * US_PER_S
                yield given
        yield np.sort([dose.infused_us for dose in facts.doses]).searchsorted(at_us, side="right")
        before_us = self.grades.priors[0].onset_us
        onsets_us = self.grades.judged.episodes.onset_us
        onset_us = np.append(onsets_us, NEVER_US if before_us is None else before_us)[
            self._episode()
        ]
        yield at_us - onset_us > watch.lingering_after_s * US_PER_S
        for concept in STREAMED:
            series = self.timeline.series[concept]
            sent = np.append(newest(series.streamed[:-1]), -1).take(self.timeline.rows[concept])
            silent_us = at_us - series.taken_us.take(sent)
            yield silent_us > off_after_by_row(concept, series, watch)[sent]
            yield silent_us > int(watch.device_forgotten_after_s * US_PER_S)

    def _signs(self) -> Iterator[NDArray[Any]]:
        """Temperature, heart rate and SpO2 against their limits, and whether they are known."""
        policy, fever_c = self.policy, self.rulebook.crs.fever_c - FEVER_EPSILON_C
        temperature, heart, spo2 = map(
            self.timeline.value, ("body_temperature", "heart_rate", "spo2")
        )
        for name in ("body_temperature", "heart_rate", "spo2", "consciousness", _SYSTOLIC, _MEAN):
            yield self.timeline.age_us(name) <= self.limits_us
        yield self._lasts(
            "body_temperature",
            limit=fever_c,
            clear=self.rulebook.crs.fever_c - policy.fever.hysteresis_c,
            rising=True,
        )
        yield temperature >= fever_c
        yield temperature >= policy.fever.high_c
        yield temperature >= policy.fever.high_clear_c - FEVER_EPSILON_C
        fast = policy.tachycardia.heart_rate_above
        clear = fast - policy.tachycardia.hysteresis_bpm
        yield self._lasts("heart_rate", limit=fast, clear=clear, rising=True, above=True)
        hypoxia = policy.hypoxia
        severe = hypoxia.severe_percent - _EPSILON
        yield self.signals.severe("spo2", self.timeline.rows["spo2"], limit=severe)
        for percent in {hypoxia.spo2_percent, hypoxia.spo2_scale_2_percent}:
            clear = percent + hypoxia.hysteresis_percent - _EPSILON
            yield self._lasts("spo2", limit=percent - _EPSILON, clear=clear, rising=False)
            yield spo2 < percent - _EPSILON
        yield from self._fast(temperature, heart)

    def _fast(
        self, temperature: NDArray[np.float64], heart: NDArray[np.float64]
    ) -> Iterator[NDArray[Any]]:
        """What makes grade 1 a fast one."""
        schedule = self.policy.schedule
        yield temperature >= schedule.fast_temperature_c_from
        yield heart > schedule.fast_heart_rate_above

    def _pressure(self) -> Iterator[NDArray[Any]]:
        pressure, timeline, limits = self.columns.pressure, self.timeline, self.policy.hypotension
        yield pressure.age_us <= self.limits_us
        yield pressure.absolute
        yield pressure.relative
        yield pressure.severe
        yield pressure.clearly_not_severe
        rows = timeline.rows[_SYSTOLIC]
        yield self.signals.severe(_SYSTOLIC, rows, limit=pressure.severe_below_mmhg)
        own_mmhg = limits.baseline_fraction * pressure.baseline_systolic_mmhg
        relative_mmhg = np.minimum(own_mmhg, limits.baseline_cap_mmhg)
        for name, of_name in (
            (_SYSTOLIC, pressure.systolic_limit_mmhg),
            (_SYSTOLIC, relative_mmhg),
            (_MEAN, pressure.mean_limit_mmhg),
        ):
            for mmhg in np.unique(of_name[~np.isnan(of_name)]).tolist():
                clear = mmhg + limits.systolic_hysteresis_mmhg
                yield self._lasts(name, limit=mmhg, clear=clear, rising=False)
        for name in (_SYSTOLIC, _MEAN):
            yield self.signals.streamed(name, self.signals.rows[name])

    def _oxygen(self) -> Iterator[NDArray[Any]]:
        support, freshness = self.columns.support, self.policy.freshness
        known_us = np.maximum(self.limits_us, freshness.oxygen_support_s_at_least * US_PER_S)
        yield support.support_age_us <= known_us
        yield support.level
        yield support.above_home
        yield from support.noted.values()

    def _score(self) -> Iterator[NDArray[Any]]:
        scored, counting = self.sets.scored, self.sets.counting
        yield risks_of(scored, self.rulebook.news2)
        yield risks_of(counting, self.rulebook.news2)
        yield deadbands_of(counting, self.rulebook.news2, self.policy.news2.hysteresis_points)
        yield scored.complete
        yield (scored.minimum == 0) & ~self._is_asked_by_crs()
        for name in ("heart_rate", "body_temperature"):
            yield np.array(self.sets.in_set[name])

    def _is_asked_by_crs(self) -> _Bools:
        """Where the state of CRS asks for sets at least as often as any low score does."""
        facts, at_us, judged = self.timeline.facts, self.timeline.at_us, self.grades.judged
        states = self.policy.schedule.states
        by_score = [one.interval_s for name, one in states.items() if name in LOW_SCORES]
        by_crs = [one.interval_s for name, one in states.items() if not name.startswith("news2")]
        if max(by_crs) > min(by_score):
            return np.zeros(len(at_us), dtype=np.bool_)
        in_window = np.ones(len(at_us), dtype=np.bool_)
        for dose in sorted(facts.doses, key=lambda one: (one.infused_us, one.row_id)):
            since_us = at_us - dose.infused_us
            window_us = risk_window_s(dose.therapy_class, self.policy) * US_PER_S
            in_window = np.where(since_us >= 0, since_us < window_us, in_window)
        asked: _Bools = in_window | (judged.grade != 0) | (judged.state > CLOSED)
        return asked

    def _lasts(self, concept: str, **limits: Any) -> _Bools:
        rows = self.signals.rows[concept]
        return self.signals.lasting(concept, rows, self.timeline.at_us, **limits)


def ice_counts_of(grades: StayGrades, policy: Policy) -> NDArray[np.float64]:
    """How long an ICE counts at each moment, by its grade and whether an episode is open."""
    found = np.empty(len(grades.at_us))
    is_open = grades.judged.state > CLOSED
    for grade in np.unique(grades.judged.grade).tolist():
        known = None if grade == grading.NO_GRADE else grade
        for opened in (False, True):
            of_both = (grades.judged.grade == grade) & (is_open == opened)
            found[of_both] = ice_counts_s(known, is_open=opened, policy=policy)
    return found


def _columns_of(record: Any) -> Iterator[NDArray[Any]]:
    if isinstance(record, np.ndarray):
        yield record
    elif isinstance(record, dict):
        for one in record.values():
            yield from _columns_of(one)
    elif isinstance(record, tuple):
        for one in record:
            yield from _columns_of(one)
    elif is_dataclass(record):
        for each in fields(record):
            yield from _columns_of(getattr(record, each.name))
