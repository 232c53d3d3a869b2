"""One patient at some moments: grade, score, problems and episode, each with its evidence.

Pure and chained: a whole stay in one call gives the same as one call a moment, each going on from
the episode and the grade of the one before.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from monitoring.clinical import confirmation, grading
from monitoring.clinical.coverage import covered
from monitoring.clinical.criteria import (
    NOTE_FEVER_ATTRIBUTED,
    NOTE_HYPOTENSION_ATTRIBUTED,
    CriteriaColumns,
    criteria_columns,
)
from monitoring.clinical.early_warning import news2_score, set_columns
from monitoring.clinical.episodes import Before, Moment, follow, follow_one, moments_of
from monitoring.clinical.evidence import EvidenceBook, as_old_as_now, judged_criterion
from monitoring.clinical.facts import EncounterFacts, TreatmentSpan, newest_dose
from monitoring.clinical.flags import Flags
from monitoring.clinical.icans import FINDINGS, IcansJudge, icans_conditions
from monitoring.clinical.icans_evidence import IcansEvidence
from monitoring.clinical.neurology import NeurologyColumns, neurology_columns
from monitoring.clinical.policy_types import Policy
from monitoring.clinical.results import (
    ConfirmedGrade,
    CriterionEvidence,
    CrsGrade,
    EpisodeState,
    Evaluation,
    GradeStatus,
    IcansGrade,
    InputEvidence,
    Truth,
)
from monitoring.clinical.rulebook_types import Criterion, Rulebook
from monitoring.clinical.schedule import crs_state, ice_counts_s
from monitoring.clinical.timeline import US_PER_S, Timeline, build
from monitoring.clinical.truths import HELD, UNKNOWN, WORDS
from monitoring.clinical.turning_looks import Looks, ice_counts_of
from monitoring.clinical.turns import Turns

# The history of observations that the facts must hold before the first moment, besides the newest
# value of each concept before it: no window of the policy is longer.
LOOKBACK_US = 24 * 3600 * US_PER_S

_HOURS_US = 3600 * US_PER_S
NOTE_NO_DOSE = "No immunotherapy dose recorded: timing cannot be judged."


def evaluate(
    facts: EncounterFacts,
    *,
    at_us: NDArray[np.int64],
    prior: EpisodeState,
    previous: CrsGrade | None,
    rulebook: Rulebook,
    policy: Policy,
    icans: IcansGrade | None = None,
    confirmed: tuple[ConfirmedGrade, ...] = (),
    turns_only: bool = False,
) -> Sequence[Evaluation]:
    """Judge one encounter at each moment of ``at_us`` (ascending, microseconds since the epoch).

    ``facts`` hold the observations of ``LOOKBACK_US`` before the first moment and the newest of
    each concept before that, and all treatments, attributions, baselines and doses. ``prior`` and
    ``previous`` are the episode and grade of the evaluation before; for the first one of a stay
    ``EpisodeState()`` and None. ``icans`` is the ICANS grade before, ``confirmed`` are the
    clinicians' words as they stood then. Facts later than a moment do not influence it.

    With ``turns_only`` a moment at which nothing turns repeats the one before: problems, grades and
    what is due are its own, the values and ages shown as evidence are not.

    Raises ``ValueError`` when the moments do not ascend.
    """
    if len(at_us) == 0:
        return []
    timeline = build(facts, at_us)
    columns = criteria_columns(timeline, rulebook.crs, policy)
    before = None if previous is None else Before(grade=previous.grade)
    following = (timeline, columns, rulebook.crs, policy)
    places: Sequence[int] = range(len(at_us))
    grades = None
    if turns_only:
        grades = follow_one(*following, prior=prior, before=before)
        limits_s = grades.judged.limit_us / US_PER_S
        test_limits_s = ice_counts_of(grades, policy)
    else:
        moments = follow(*following, prior=prior, before=before)
        limits_s = np.array([moment.limit_s for moment in moments])
        test_limits_s = np.array(
            [
                ice_counts_s(moment.grade, is_open=moment.episode.is_open, policy=policy)
                for moment in moments
            ]
        )
    book = EvidenceBook(timeline, rulebook.crs)
    sets = set_columns(timeline, columns.support, rulebook.news2, policy, limits_s)
    flags = Flags(timeline, columns, rulebook, policy, book)
    judge = _Judge(timeline, columns, rulebook, policy, book)
    neurology = neurology_columns(
        timeline, policy, test_limits_s=test_limits_s, set_limits_s=limits_s
    )
    icans_judge = _icans_judge(timeline, neurology, book, test_limits_s)
    if grades is not None:
        looks = Looks(
            timeline=timeline,
            columns=columns,
            grades=grades,
            limits_us=limits_s * US_PER_S,
            sets=sets,
            neurology=neurology,
            signals=flags.signals,
            rulebook=rulebook,
            policy=policy,
        )
        places = np.flatnonzero(looks.turning()).tolist()
        moments = moments_of(grades, 0, rulebook.crs, places)
    result: list[Evaluation] = []
    for place, moment in zip(places, moments, strict=True):
        hours, atypical, timing_notes = judge.timing(moment, int(at_us[place]))
        news2 = news2_score(
            sets,
            place,
            rules=rulebook.news2,
            book=book,
            age_years=facts.age_years,
            limit_s=moment.limit_s,
        )
        crs = judge.crs(place, moment, previous, timing_notes)
        icans = icans_judge.of(place, icans)
        confirmed = confirmation.confirmed_grades(
            facts.statements,
            {confirmation.CRS: crs.grade, confirmation.ICANS: icans.grade},
            at_us=int(at_us[place]),
            before=confirmed,
        )
        result.append(
            Evaluation(
                at_us=int(at_us[place]),
                rulebook=rulebook.id,
                crs=crs,
                news2=news2,
                conditions=confirmation.heard(
                    covered(
                        (
                            *flags.of(place, moment, crs, news2, sets.counting.of(place)),
                            *icans_conditions(icans, policy),
                        ),
                        rulebook,
                    ),
                    confirmed,
                    policy,
                ),
                episode=moment.episode,
                atypical_timing=atypical,
                hours_since_dose=hours,
                icans=icans,
                therapy_class=judge.therapy_class(int(at_us[place])),
                confirmed=confirmed,
                policy=policy.id,
            )
        )
        previous = crs
    if grades is None:
        return result
    every = grades
    return Turns(
        at_us,
        places,
        result,
        doses=facts.doses,
        episodes=lambda: [one.episode for one in moments_of(every, 0, rulebook.crs)],
    )


def judge_icans(
    facts: EncounterFacts,
    at_us: int,
    standing: Evaluation,
    *,
    rulebook: Rulebook,
    policy: Policy,
) -> IcansGrade:
    """The ICANS grade alone at a moment right after an evaluation, going on from it."""
    timeline = build(facts, np.array([at_us], dtype=np.int64))
    crs, is_open = standing.crs.grade, standing.episode.is_open
    state = policy.schedule.states[crs_state(crs, is_open=is_open)]
    test_limits_s = np.array([ice_counts_s(crs, is_open=is_open, policy=policy)])
    limits_s = np.array([policy.freshness.expected_intervals * state.interval_s])
    neurology = neurology_columns(
        timeline, policy, test_limits_s=test_limits_s, set_limits_s=limits_s
    )
    book = EvidenceBook(timeline, rulebook.crs)
    return _icans_judge(timeline, neurology, book, test_limits_s).of(0, standing.icans)


def _icans_judge(
    timeline: Timeline,
    columns: NeurologyColumns,
    book: EvidenceBook,
    test_limits_s: NDArray[np.float64],
) -> IcansJudge:
    return IcansJudge(
        columns, IcansEvidence(timeline, columns, book, test_limits_s.tolist(), FINDINGS)
    )


class _Judge:
    """Turns judged moments into the record of a grade with its evidence."""

    def __init__(
        self,
        timeline: Timeline,
        columns: CriteriaColumns,
        rulebook: Rulebook,
        policy: Policy,
        book: EvidenceBook,
    ) -> None:
        self._timeline = timeline
        self._columns = columns
        self._rules = rulebook.crs
        self._policy = policy
        self._book = book
        self._baseline_rows = timeline.baseline_rows.tolist()
        self._noted = [
            (note, mask.tolist())
            for note, mask in (
                *columns.vasopressors.noted.items(),
                *columns.support.noted.items(),
                (NOTE_HYPOTENSION_ATTRIBUTED, columns.hypotension_attributed),
                (NOTE_FEVER_ATTRIBUTED, columns.fever.is_attributed),
            )
            if mask.any()
        ]

    def crs(
        self, place: int, moment: Moment, previous: CrsGrade | None, timing: tuple[str, ...]
    ) -> CrsGrade:
        """The suggested grade with every criterion, what is missing, and what to know about it."""
        notes = tuple(note for note, mask in self._noted if mask[place])
        met_before = _met(previous) if HELD in moment.truths else {}
        return CrsGrade(
            grade=moment.grade,
            status=moment.status,
            at_most=moment.at_most,
            peak=moment.episode.peak,
            direction=_direction(moment.grade, previous),
            resolving=moment.grade == 0
            and moment.episode.is_open
            and not grading.is_met_beside_fever(moment.truths),
            fever_waived=moment.waived,
            criteria=tuple(
                judged_criterion(
                    criterion,
                    WORDS[truth],
                    self._held_inputs(met_before[criterion.id], place)
                    if truth == HELD and criterion.id in met_before
                    else self._inputs(row, place, moment),
                    _held_note(truth),
                )
                for row, (criterion, truth) in enumerate(
                    zip(self._rules.criteria, moment.truths, strict=True)
                )
            ),
            missing=self._missing(place, moment),
            notes=(*notes, *self._unusable(place), *timing),
        )

    def timing(self, moment: Moment, at_us: int) -> tuple[float | None, bool, tuple[str, ...]]:
        """Hours since the newest dose, whether the onset is late, and a word on it (C18)."""
        newest = newest_dose(self._timeline.facts.doses, at_us)
        if newest is None:
            return None, False, (NOTE_NO_DOSE,)
        hours = (at_us - newest.infused_us) / _HOURS_US
        onset_us = moment.episode.onset_us
        if not moment.episode.is_open or onset_us is None:
            return hours, False, ()
        cause = newest_dose(self._timeline.facts.doses, onset_us)
        if cause is None:
            return hours, False, ("Onset before any recorded dose: check the doses.",)
        days = (onset_us - cause.infused_us) / (24 * _HOURS_US)
        if days <= self._rules.usual_onset_days:
            return hours, False, ()
        if cause.therapy_class == "checkpoint_inhibitor":
            why = "late onset is known after checkpoint inhibitors; exclude other causes."
        else:
            why = "atypical timing, exclude other causes."
        return hours, True, (f"Onset {days:.0f} days after the last dose: {why}",)

    def therapy_class(self, at_us: int) -> str | None:
        """The class of the newest dose, None before any."""
        newest = newest_dose(self._timeline.facts.doses, at_us)
        return None if newest is None else newest.therapy_class

    def _inputs(self, row: int, place: int, moment: Moment) -> tuple[InputEvidence, ...]:
        book, limit_s = self._book, moment.limit_s
        if row == grading.FEVER:
            newest = book.newest("body_temperature", place, limit_s)
            shown = [] if newest is None else [newest]
            if moment.fever_row is not None:
                fever = book.row("body_temperature", moment.fever_row, place, limit_s)
                if newest is None or fever.row_id != newest.row_id:
                    shown.append(fever)
            return tuple(shown)
        if row == grading.LOW_PRESSURE:
            return self._pressure_inputs(place, limit_s)
        if row in (grading.ONE_VASOPRESSOR, grading.MULTIPLE_VASOPRESSORS):
            return self._given(self._columns.vasopressors.running, place)
        support_limit_s = max(limit_s, self._policy.freshness.oxygen_support_s_at_least)
        device = book.newest("oxygen_device", place, support_limit_s)
        flow = None
        if self._columns.support.uses_flow[place]:
            flow = book.newest("oxygen_flow", place, support_limit_s)
        return tuple(one for one in (device, flow) if one is not None)

    def _held_inputs(self, before: CriterionEvidence, place: int) -> tuple[InputEvidence, ...]:
        """What met a criterion when it was last known: a newer value leaves it open."""
        return as_old_as_now(before.inputs, int(self._timeline.at_us[place]))

    def _pressure_inputs(self, place: int, limit_s: float) -> tuple[InputEvidence, ...]:
        pressure = self._columns.pressure
        names = ["systolic_bp"]
        has_mean = not np.isnan(pressure.mean_mmhg[place])
        measured = bool(pressure.mean_is_measured[place])
        if has_mean:
            names.append("mean_arterial_pressure" if measured else "diastolic_bp")
        shown = [self._book.newest(name, place, limit_s) for name in names]
        mean_mmhg = float(pressure.mean_mmhg[place])
        if has_mean and not measured and mean_mmhg < pressure.mean_limit_mmhg[place]:
            shown.append(self._book.computed_mean(mean_mmhg, place, limit_s))
        own = self._baseline_rows[place]
        if own >= 0:
            shown.append(self._book.baseline(self._timeline.facts.baselines[own], place))
        boluses = self._given(self._columns.vasopressors.boluses, place)
        return (*(one for one in shown if one is not None), *boluses)

    def _given(
        self, spans: tuple[tuple[TreatmentSpan, NDArray[np.bool_]], ...], place: int
    ) -> tuple[InputEvidence, ...]:
        return tuple(self._book.treatment(span, place) for span, mask in spans if mask[place])

    def _missing(self, place: int, moment: Moment) -> tuple[str, ...]:
        """What has to be charted to know the grade; nothing where the grade stands."""
        if moment.status is GradeStatus.GRADED:
            return ()
        names: list[str] = []
        for row, (criterion, truth) in enumerate(
            zip(self._rules.criteria, moment.truths, strict=True)
        ):
            if truth == UNKNOWN and criterion.grade > (moment.grade or 0):
                names.append(self._missing_input(row, place, criterion, moment.limit_s))
        return tuple(dict.fromkeys(names))

    def _missing_input(self, row: int, place: int, criterion: Criterion, limit_s: float) -> str:
        support, pressure = self._columns.support, self._columns.pressure
        if row in range(grading.OXYGEN.start, grading.OXYGEN.stop):
            support_limit_s = max(limit_s, self._policy.freshness.oxygen_support_s_at_least)
            fresh = support.support_age_s(place) <= support_limit_s
            return "oxygen_flow" if fresh and support.device[place] >= 0 else "oxygen_device"
        # Where the pressure itself is known only what was given for it can leave it open (C8).
        is_known = pressure.truth[place] != UNKNOWN and pressure.age_s(place) <= limit_s
        if row == grading.LOW_PRESSURE and is_known:
            return "fluid_bolus"
        return criterion.inputs[0]

    def _unusable(self, place: int) -> tuple[str, ...]:
        at_us = int(self._timeline.at_us[place])
        names = {
            concept
            for concept, taken_us in self._timeline.unusable
            if at_us - LOOKBACK_US <= taken_us <= at_us
        }
        return tuple(
            f"A value of {name.replace('_', ' ')} outside its possible range was not used."
            for name in sorted(names)
        )


def _direction(grade: int | None, previous: CrsGrade | None) -> str:
    if grade is None or previous is None or previous.grade is None:
        return "unknown"
    if grade == previous.grade:
        return "steady"
    return "rising" if grade > previous.grade else "falling"


def _met(previous: CrsGrade | None) -> dict[str, CriterionEvidence]:
    """The criteria that were met before, with what met them."""
    criteria = () if previous is None else previous.criteria
    return {one.id: one for one in criteria if one.truth in (Truth.YES, Truth.HELD)}


def _held_note(truth: int) -> str | None:
    return "Met when last known, nothing newer decides it." if truth == HELD else None
