"""The watched problems of a moment: fever, pressure, oxygen, grade, score, signs without fever.

Limits and priorities are local policy (clinical reference 8.2, 8.3); NEWS2 thresholds are RCP 2017,
Chart 2. A problem whose input is missing or stale has the state NO_DATA and never NORMAL. A value
back inside its limit by less than the hysteresis keeps the problem active.
"""

from dataclasses import dataclass
from math import isnan

from monitoring.clinical.conditions import no_data, normal
from monitoring.clinical.coverage import covered
from monitoring.clinical.criteria import FEVER_EPSILON_C, CriteriaColumns
from monitoring.clinical.episodes import Moment
from monitoring.clinical.evidence import EvidenceBook
from monitoring.clinical.grade_flags import (
    crs_grade_condition,
    news2_condition,
    without_fever_conditions,
)
from monitoring.clinical.oxygen import NOTE_EXCUSED
from monitoring.clinical.policy_types import Policy
from monitoring.clinical.results import (
    Condition,
    ConditionState,
    CrsGrade,
    InputEvidence,
    News2Score,
    Priority,
    Truth,
)
from monitoring.clinical.rulebook_types import Rulebook
from monitoring.clinical.timeline import US_PER_S, Timeline
from monitoring.clinical.truths import NO, UNKNOWN, YES

_ACTIVE, _NORMAL, _NO_DATA = ConditionState.ACTIVE, ConditionState.NORMAL, ConditionState.NO_DATA
_NEWS2_SEVERITY = {"low_medium": 1, "medium": 2, "high": 3}
_MET = (Truth.YES, Truth.HELD)
_EPSILON = 1e-6
_SEVERE_GRADE = 3
# How far back a reading can keep a problem active through the hysteresis band.
_LATCH_US = 24 * 3600 * US_PER_S


@dataclass(frozen=True, slots=True, eq=False)
class Flags:
    """Everything the problems of a stay are read from; ``of`` gives those of one moment."""

    timeline: Timeline
    columns: CriteriaColumns
    rulebook: Rulebook
    policy: Policy
    book: EvidenceBook

    def of(
        self, place: int, moment: Moment, crs: CrsGrade, news2: News2Score
    ) -> tuple[Condition, ...]:
        """The problems at one moment; NEWS2 is left out where it does not apply (under 16)."""
        found = [
            self._fever(place, moment),
            self._hypotension(place, moment),
            self._hypoxia(place, moment),
            crs_grade_condition(crs, self.policy),
            *without_fever_conditions(
                crs,
                self._premedication(place),
                self.policy,
                fever_is_attributed=self.columns.fever.is_attributed[place],
            ),
        ]
        if news2.applicable:
            found.append(news2_condition(news2, self.rulebook.news2, self.policy))
        return covered(tuple(found), self.rulebook)

    def _fever(self, place: int, moment: Moment) -> Condition:
        policy, limit_c = self.policy, self.rulebook.crs.fever_c
        shown = self.book.newest("body_temperature", place, moment.limit_s)
        if shown is None or shown.stale or shown.value is None:
            return no_data("fever", policy.priority["fever"], shown, "temperature")
        hot = shown.value >= limit_c - FEVER_EPSILON_C
        lasts = not hot and self._latched(
            "body_temperature",
            place,
            rising=True,
            limit=limit_c - FEVER_EPSILON_C,
            clear=limit_c - policy.fever.hysteresis_c,
        )
        if not hot and not lasts:
            return normal("fever", policy.priority["fever"], "No fever", shown)
        is_high = shown.value >= policy.fever.high_c
        label = f"Fever: temperature {shown.display}"
        return Condition(
            problem="fever",
            state=_ACTIVE,
            priority=policy.priority["fever_high" if is_high else "fever"],
            severity=2 if is_high else 1,
            label=label if hot else f"Fever not clearly gone: temperature {shown.display}",
            criteria=("temperature_high",) if is_high else ("temperature",),
            evidence=(shown,),
            action="Look for CRS and for infection.",
        )

    def _hypotension(self, place: int, moment: Moment) -> Condition:
        policy, pressure = self.policy, self.columns.pressure
        systolic = self.book.newest("systolic_bp", place, moment.limit_s)
        mean = self.book.newest("mean_arterial_pressure", place, moment.limit_s)
        evidence = tuple(one for one in (systolic, mean) if one is not None and not one.stale)
        truth = pressure.truth[place]
        if truth == UNKNOWN or pressure.age_s[place] > moment.limit_s:
            newest = systolic or mean
            return no_data("hypotension", policy.priority["hypotension"], newest, "blood pressure")
        limit = float(pressure.systolic_limit_mmhg[place])
        lasts = truth == NO and self._latched(
            "systolic_bp",
            place,
            rising=False,
            limit=limit,
            clear=limit + policy.hypotension.systolic_hysteresis_mmhg,
        )
        if truth == NO and not lasts:
            text = "Blood pressure not low"
            return normal("hypotension", policy.priority["hypotension"], text, *evidence)
        baseline = self._baseline(place)
        severe = bool(pressure.severe[place])
        criteria = [
            name
            for name, met in (
                ("absolute_limit", pressure.absolute[place]),
                ("own_baseline", pressure.relative[place]),
                ("severe_limit", severe),
            )
            if met
        ]
        return Condition(
            problem="hypotension",
            state=_ACTIVE,
            priority=policy.priority["hypotension_severe" if severe else "hypotension"],
            severity=2 if severe else 1,
            label=self._pressure_words(place, systolic, mean, baseline, lasts=lasts),
            criteria=tuple(criteria) or ("not_clearly_gone",),
            evidence=evidence + ((baseline,) if baseline is not None else ()),
            action="Measure again, look for the cause; fluids and vasopressors by protocol.",
        )

    def _hypoxia(self, place: int, moment: Moment) -> Condition:
        policy, support = self.policy, self.columns.support
        support_limit_s = max(moment.limit_s, policy.freshness.oxygen_support_s_at_least)
        shown = self.book.newest("spo2", place, moment.limit_s)
        device = self.book.newest("oxygen_device", place, support_limit_s)
        value = None if shown is None or shown.stale else shown.value
        limit = self._spo2_limit(place)
        low = value is not None and value < limit - _EPSILON
        lasts = (
            value is not None
            and not low
            and self._latched(
                "spo2",
                place,
                rising=False,
                limit=limit,
                clear=limit + policy.hypoxia.hysteresis_percent,
            )
        )
        is_known = support.support_age_s[place] <= support_limit_s
        excused = bool(support.noted[NOTE_EXCUSED][place])
        new_oxygen = NO if excused else (support.above_home[place] if is_known else UNKNOWN)
        level = int(support.level[place]) if new_oxygen == YES else 0
        evidence = tuple(one for one in (shown, device) if one is not None)
        if not (low or lasts or new_oxygen == YES):
            if value is None or new_oxygen == UNKNOWN:
                missing = "SpO2" if value is None else "oxygen support"
                newest = shown if value is None else device
                return no_data("hypoxia", policy.priority["hypoxia"], newest, missing)
            text = "No hypoxia, no new oxygen"
            return normal("hypoxia", policy.priority["hypoxia"], text, *evidence)
        very_low = value is not None and value < policy.hypoxia.severe_percent - _EPSILON
        severity = max(1, 2 if low else 0, level, 4 if very_low else 0)
        severe = severity >= _SEVERE_GRADE
        parts = [f"SpO2 {shown.display}"] if shown is not None and value is not None else []
        if new_oxygen == YES:
            parts.append(f"oxygen by {_support_words(device, self._flow_words(place))}")
        criteria = [
            name
            for name, met in (
                ("spo2_limit", low),
                ("spo2_severe", very_low),
                (f"new_oxygen_{level}", new_oxygen == YES),
            )
            if met
        ]
        return Condition(
            problem="hypoxia",
            state=_ACTIVE,
            priority=policy.priority["hypoxia_severe" if severe else "hypoxia"],
            severity=severity,
            label=f"{'Low SpO2' if low else 'Oxygen needed'}: {', '.join(parts)}"
            if low or new_oxygen == YES
            else f"SpO2 not clearly recovered: {', '.join(parts)}",
            criteria=tuple(criteria) or ("not_clearly_gone",),
            evidence=evidence,
            action="Check the probe and the airway; give oxygen by local protocol.",
        )

    def _premedication(self, place: int) -> tuple[InputEvidence, ...]:
        at_us = int(self.timeline.at_us[place])
        found = []
        for span in self.timeline.facts.treatments:
            window_s = self.policy.grading.premedication_s.get(span.kind)
            if window_s is None or span.started_us > at_us:
                continue
            if span.ended_us is None or span.ended_us + window_s * US_PER_S >= at_us:
                found.append(self.book.treatment(span, place))
        return tuple(found)

    def _latched(
        self, concept: str, place: int, *, rising: bool, limit: float, clear: float
    ) -> bool:
        """Whether the last decisive reading of a day was beyond the limit.

        A reading between limit and clear decides nothing; the one before it does.
        """
        if isnan(limit):  # no limit applies to this person
            return False
        series = self.timeline.series[concept]
        row = int(self.timeline.rows[concept][place])
        oldest_us = int(self.timeline.at_us[place]) - _LATCH_US
        sign = 1.0 if rising else -1.0
        while row >= 0 and series.taken_us[row] >= oldest_us:
            value = sign * float(series.value[row])
            if value >= sign * limit if rising else value > sign * limit:
                return True
            if value < sign * clear if rising else value <= sign * clear:
                return False
            row -= 1
        return False

    def _baseline(self, place: int) -> InputEvidence | None:
        row = int(self.timeline.baseline_rows[place])
        return None if row < 0 else self.book.baseline(self.timeline.facts.baselines[row], place)

    def _pressure_words(
        self,
        place: int,
        systolic: InputEvidence | None,
        mean: InputEvidence | None,
        baseline: InputEvidence | None,
        *,
        lasts: bool,
    ) -> str:
        pressure = self.columns.pressure
        parts = []
        if systolic is not None and pressure.systolic_mmhg[place] == systolic.value:
            parts.append(f"SBP {systolic.value:.0f}")
        if pressure.mean_mmhg[place] < pressure.mean_limit_mmhg[place]:
            parts.append(f"MAP {pressure.mean_mmhg[place]:.0f}")
        elif not parts and mean is not None and mean.value is not None:
            parts.append(f"MAP {mean.value:.0f}")
        if baseline is not None and baseline.value is not None:
            parts.append(f"baseline {baseline.value:.0f}")
        words = "Low blood pressure not clearly gone" if lasts else "Hypotension"
        return f"{words}: {', '.join(parts)}"

    def _spo2_limit(self, place: int) -> float:
        row = int(self.timeline.baseline_rows[place])
        scale = 1 if row < 0 else self.timeline.facts.baselines[row].spo2_scale
        hypoxia = self.policy.hypoxia
        return hypoxia.spo2_percent if scale == 1 else hypoxia.spo2_scale_2_percent

    def _flow_words(self, place: int) -> str:
        flow_lpm = float(self.columns.support.flow_lpm[place])
        return "" if isnan(flow_lpm) or flow_lpm == 0 else f" {flow_lpm:g} L/min"


def stale_feed_condition(*, last_us: int, is_silent: bool, now_us: int) -> Condition:
    """The technical problem of a live feed from which nothing more comes."""
    if not is_silent:
        return normal("stale_feed", Priority.TECHNICAL, "Monitor feed alive")
    seconds = max(0, (now_us - last_us) // US_PER_S)
    ago = f"{seconds} s" if seconds < 120 else f"{seconds // 60} min"
    return Condition(
        problem="stale_feed",
        state=_ACTIVE,
        priority=Priority.TECHNICAL,
        severity=1,
        label=f"No data from the monitor for {ago}",
        criteria=("silent",),
        action="Go to the patient; check the monitor and its connection.",
    )


def _support_words(device: InputEvidence | None, flow: str) -> str:
    return f"{'a device not charted' if device is None else device.display}{flow}"
