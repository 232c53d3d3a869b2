"""A CRS episode followed moment by moment: the quick way for the one new set at a bedside.

Clinical reference C3-C7 (fever and its waiver), C20 (peak), C21 (resolution), C23 (missing data).
``episode_pass`` says the same of whole histories; Hypothesis holds the two to each other.
"""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass

from monitoring.clinical import grading
from monitoring.clinical.criteria import CriteriaColumns
from monitoring.clinical.facts import TreatmentSpan
from monitoring.clinical.policy_types import Policy
from monitoring.clinical.results import EpisodeState, GradeStatus
from monitoring.clinical.rulebook_types import CrsRules
from monitoring.clinical.schedule import crs_state
from monitoring.clinical.timeline import NEVER_US, US_PER_S, Timeline
from monitoring.clinical.truths import HELD, NO, UNKNOWN, YES

_NO, _YES, _UNKNOWN, _HELD = int(NO), int(YES), int(UNKNOWN), int(HELD)
_HIGHER = range(grading.LOW_PRESSURE, grading.OXYGEN.stop)


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """The grade of the moment before, where there was one; None when it was unknown."""

    grade: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One moment judged. ``truths`` are in the rulebook's order, freshness and holding applied.

    ``limit_s`` is the age up to which a value counted as known; ``waived`` says that fever is not
    required now (C6). ``fever_row`` is the reading in the temperature series that makes the fever.
    """

    truths: list[int]
    waived: bool
    grade: int | None
    status: GradeStatus
    at_most: int
    limit_s: float
    fever_row: int | None
    episode: EpisodeState


def walk(
    timeline: Timeline,
    columns: CriteriaColumns,
    rules: CrsRules,
    policy: Policy,
    *,
    prior: EpisodeState,
    before: Before | None,
) -> list[Moment]:
    """Judge each asked moment in turn, going on from ``prior`` and the grade ``before`` it."""
    walker = _Walk(timeline, columns, rules, policy)
    moments: list[Moment] = []
    state = prior
    for place, at_us in enumerate(timeline.at_us.tolist()):
        moment = walker.judge(place, at_us, state, before)
        moments.append(moment)
        state, before = moment.episode, Before(grade=moment.grade)
    return moments


class _Walk:
    """What stays the same from moment to moment, unpacked once."""

    def __init__(
        self, timeline: Timeline, columns: CriteriaColumns, rules: CrsRules, policy: Policy
    ) -> None:
        self._truths = columns.truths.tolist()
        fresh = [0] * len(timeline.at_us)
        pressure, oxygen = columns.pressure_age_us.tolist(), columns.oxygen_age_us.tolist()
        self._age_us = [fresh, pressure, fresh, fresh, oxygen, oxygen, oxygen]
        fever = columns.fever
        self._fever_us = fever.fever_us.tolist()
        self._last_fever_row = fever.last_fever_row().tolist()
        self._newest_us = (timeline.at_us - fever.newest_age_us).tolist()
        self._is_febrile = fever.is_febrile.tolist()
        self._ids = [criterion.id for criterion in rules.criteria]
        self._table = grading.grade_table(rules)
        self._treatments_charted = timeline.facts.treatments_charted
        self._policy = policy
        self._lookback_us = int(policy.grading.fever_lookback_s * US_PER_S)
        self._resolution_us = int(policy.grading.resolution_s * US_PER_S)
        self._masking = [s for s in timeline.facts.treatments if s.kind in rules.waived_by]
        quiet = policy.schedule.states["resolving"].interval_s
        self._gap_us = int(policy.freshness.expected_intervals * quiet * US_PER_S)

    def judge(self, place: int, at_us: int, state: EpisodeState, before: Before | None) -> Moment:
        limit_s = self._limit_s(state, before)
        held = state.held
        truths = [_UNKNOWN] * len(self._ids)
        for row in _HIGHER:
            truths[row] = self._known(row, place, limit_s, held)
        temperature_age_s = (at_us - self._newest_us[place]) / US_PER_S
        is_fresh = temperature_age_s <= limit_s
        state = self._settle(state, place, at_us, truths, is_fresh=is_fresh)
        since_us = max(
            at_us - self._lookback_us,
            NEVER_US if state.resolved_us is None else state.resolved_us + 1,
        )
        first = bisect_left(self._fever_us, since_us)
        last = bisect_right(self._fever_us, at_us) - 1
        if not state.is_open and first <= last:
            state = EpisodeState(
                number=state.number + 1, is_open=True, onset_us=self._fever_us[first]
            )
        waived_us = self._waived_since_us(state, at_us)
        fever_row = self._last_fever_row[place] if first <= last else None
        if waived_us is not None and self._newest_us[place] > waived_us:
            fever = _YES if self._is_febrile[place] else _NO
            fever = fever if is_fresh else _UNKNOWN
        elif fever_row is not None:
            fever = _YES
        else:
            fever = _NO if is_fresh else _UNKNOWN
        if fever == _UNKNOWN and self._ids[grading.FEVER] in held:
            fever = _HELD
        truths[grading.FEVER] = fever
        waived = waived_us is not None
        # Where nobody charts treatments, one that hides the fever may have been given (C23).
        may_be_waived = state.is_open and not self._treatments_charted
        waiver = _YES if waived else _UNKNOWN if may_be_waived else _NO
        entry = self._table.place(truths, waived=waiver)
        grade = int(self._table.grade[entry])
        peak = state.peak
        if state.is_open and grade != grading.NO_GRADE:
            peak = max(grade, peak or 0)
        episode = EpisodeState(
            number=state.number,
            is_open=state.is_open,
            onset_us=state.onset_us,
            peak=peak,
            waived_since_us=waived_us,
            quiet_since_us=state.quiet_since_us,
            last_quiet_us=state.last_quiet_us,
            resolved_us=state.resolved_us,
            held=tuple(
                name
                for name, truth in zip(self._ids, truths, strict=True)
                if truth in (_YES, _HELD)
            ),
        )
        return Moment(
            truths=truths,
            waived=waived,
            grade=None if grade == grading.NO_GRADE else grade,
            status=grading.STATUSES[self._table.status[entry]],
            at_most=int(self._table.at_most[entry]),
            limit_s=limit_s,
            fever_row=fever_row if fever in (_YES, _HELD) else None,
            episode=episode,
        )

    def _limit_s(self, state: EpisodeState, before: Before | None) -> float:
        """How old a value may be: twice the interval at which the state before asked for one."""
        grade = 0 if before is None else before.grade
        name = crs_state(grade, is_open=state.is_open)
        interval_s = self._policy.schedule.states[name].interval_s
        return self._policy.freshness.expected_intervals * interval_s

    def _known(self, row: int, place: int, limit_s: float, held: tuple[str, ...]) -> int:
        """A criterion's truth now: stale data are unknown, and unknown after yes is held."""
        truth: int = self._truths[row][place]
        if row in range(grading.OXYGEN.start, grading.OXYGEN.stop):
            limit_s = max(limit_s, self._policy.freshness.oxygen_support_s_at_least)
        if self._age_us[row][place] / US_PER_S > limit_s:
            truth = _UNKNOWN
        return _HELD if truth == _UNKNOWN and self._ids[row] in held else truth

    def _settle(
        self, state: EpisodeState, place: int, at_us: int, truths: list[int], *, is_fresh: bool
    ) -> EpisodeState:
        """Close an open episode after 24 hours that are known to be without any sign (C21).

        Quiet means a fresh temperature below the limit and every other criterion known not to be
        met. An unknown, or a gap in the chart, begins the count anew.
        """
        if not state.is_open:
            return state
        quiet = (
            is_fresh and not self._is_febrile[place] and all(truths[row] == _NO for row in _HIGHER)
        )
        since_us, last_us = state.quiet_since_us, state.last_quiet_us
        if not quiet:
            since_us = last_us = None
        elif since_us is None or last_us is None or at_us - last_us > self._gap_us:
            since_us = last_us = at_us
        else:
            last_us = at_us
        resolved = since_us is not None and at_us - since_us >= self._resolution_us
        return EpisodeState(
            number=state.number,
            is_open=not resolved,
            onset_us=state.onset_us,
            peak=state.peak,
            quiet_since_us=None if resolved else since_us,
            last_quiet_us=None if resolved else last_us,
            resolved_us=at_us if resolved else state.resolved_us,
            held=state.held,
        )

    def _waived_since_us(self, state: EpisodeState, at_us: int) -> int | None:
        """When the first antipyretic, anticytokine or steroid at or after the onset was given."""
        if not state.is_open or state.onset_us is None:
            return None
        given = [
            _effective_us(span, state.onset_us)
            for span in self._masking
            if _lasts_beyond(span, state.onset_us)
        ]
        first_us = min(given, default=None)
        return first_us if first_us is not None and first_us <= at_us else None


def _lasts_beyond(span: TreatmentSpan, onset_us: int) -> bool:
    return span.ended_us is None or span.ended_us >= onset_us


def _effective_us(span: TreatmentSpan, onset_us: int) -> int:
    return max(span.started_us, onset_us)
