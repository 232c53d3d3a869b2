"""The watched problems of a moment: fever, pressure, oxygen, grade, score, signs without fever.

Limits and priorities are local policy (clinical reference 8.2, 8.3); NEWS2 thresholds are RCP 2017,
Chart 2. A problem whose input is missing or stale has the state NO_DATA and never NORMAL. A value
back inside its limit by less than the hysteresis keeps the problem active, and one that a device
streams counts once it has lasted (``monitoring.clinical.signals``).
"""

from collections import ChainMap
from dataclasses import dataclass
from functools import cached_property
from math import isnan

from monitoring.clinical.conditions import no_data, normal
from monitoring.clinical.criteria import FEVER_EPSILON_C, CriteriaColumns
from monitoring.clinical.episodes import Moment
from monitoring.clinical.evidence import EvidenceBook
from monitoring.clinical.grade_flags import (
    crs_grade_condition,
    news2_condition,
    without_fever_conditions,
)
from monitoring.clinical.news2_counting import Counting
from monitoring.clinical.oxygen import NOTE_EXCUSED
from monitoring.clinical.policy_types import Policy
from monitoring.clinical.pressure import PRESSURES, mean_series
from monitoring.clinical.results import (
    Condition,
    ConditionState,
    CrsGrade,
    InputEvidence,
    News2Score,
)
from monitoring.clinical.rulebook_types import Rulebook
from monitoring.clinical.signals import Signals
from monitoring.clinical.timeline import US_PER_S, Timeline
from monitoring.clinical.truths import NO, UNKNOWN, YES
from monitoring.clinical.watch_flags import WatchFlags

_ACTIVE, _NORMAL, _NO_DATA = ConditionState.ACTIVE, ConditionState.NORMAL, ConditionState.NO_DATA
_EPSILON = 1e-6
_SEVERE_GRADE = 3
_SYSTOLIC, _, _MEAN = PRESSURES


@dataclass(frozen=True, eq=False)
class Flags:
    """Everything the problems of a stay are read from; ``of`` gives those of one moment."""

    timeline: Timeline
    columns: CriteriaColumns
    rulebook: Rulebook
    policy: Policy
    book: EvidenceBook

    @cached_property
    def signals(self) -> Signals:
        """The debounced vital signs; a mean pressure, also by the formula, as the systolic one."""
        rules, series = self.policy.streams, self.timeline.series
        since_us = dict(self.timeline.facts.observations.since_us)
        cut_us = [since_us[name] for name in PRESSURES if name in since_us]
        if cut_us:
            since_us[_MEAN] = max(cut_us)
        mean = mean_series(series)
        return Signals(
            {**series, _MEAN: mean},
            {**rules, _MEAN: rules[_SYSTOLIC]},
            since_us,
            ChainMap({_MEAN: mean.latest(self.timeline.at_us)}, self.timeline.rows),
        )

    def of(
        self,
        place: int,
        moment: Moment,
        crs: CrsGrade,
        news2: News2Score,
        counting: Counting,
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
                fever_is_attributed=bool(self.columns.fever.is_attributed[place]),
            ),
        ]
        found += self._watch.of(place, moment)
        if news2.applicable:
            found.append(news2_condition(news2, counting, self.rulebook.news2, self.policy))
        return tuple(found)

    def _fever(self, place: int, moment: Moment) -> Condition:
        policy, limit_c = self.policy, self.rulebook.crs.fever_c
        shown = self.book.newest("body_temperature", place, moment.limit_s)
        if shown is None or shown.stale or shown.value is None:
            return no_data("fever", policy.priority["fever"], shown, "temperature")
        hot = shown.value >= limit_c - FEVER_EPSILON_C
        if not self._lasts(
            "body_temperature",
            place,
            rising=True,
            limit=limit_c - FEVER_EPSILON_C,
            clear=limit_c - policy.fever.hysteresis_c,
        ):
            text = f"{shown.display} by the probe, not long enough yet" if hot else "No fever"
            return normal("fever", policy.priority["fever"], text, shown)
        is_high = shown.value >= policy.fever.high_c
        nearly_c = policy.fever.high_clear_c - FEVER_EPSILON_C
        label = f"Fever: temperature {shown.display}"
        return Condition(
            problem="fever",
            state=_ACTIVE,
            priority=policy.priority["fever_high" if is_high else "fever"],
            severity=2 if is_high else 1,
            label=label if hot else f"Fever not clearly gone: temperature {shown.display}",
            # What is not clearly gone is no new criterion: to get better says nothing anew.
            criteria=tuple(
                name for name, met in (("temperature", hot), ("temperature_high", is_high)) if met
            ),
            evidence=(shown,),
            action="Look for CRS and for infection.",
            deadband_severity=2 if is_high or (hot and shown.value >= nearly_c) else 1,
        )

    def _hypotension(self, place: int, moment: Moment) -> Condition:
        policy, pressure = self.policy, self.columns.pressure
        systolic = self.book.newest(_SYSTOLIC, place, moment.limit_s)
        mean = self.book.newest(_MEAN, place, moment.limit_s)
        judged = (systolic, mean if pressure.mean_is_measured[place] else None)
        evidence = tuple(one for one in judged if one is not None and not one.stale)
        truth = pressure.truth[place]
        if truth == UNKNOWN or pressure.age_s(place) > moment.limit_s:
            newest, what = systolic or mean, "blood pressure"
            if truth == UNKNOWN and mean is not None:
                # A child's mean has no limit: it says nothing of what has to be charted (C19).
                newest, what = systolic, "systolic pressure"
            return no_data("hypotension", policy.priority["hypotension"], newest, what)
        severe = bool(pressure.severe[place]) and self.signals.is_severe(
            _SYSTOLIC, self._row(_SYSTOLIC, place), limit=pressure.severe_below_mmhg
        )
        lasts = truth == NO and self._pressure_lasts(
            _SYSTOLIC, place, float(pressure.systolic_limit_mmhg[place])
        )
        counts = truth != NO and (severe or self._low_pressure_counts(place))
        if not counts and not lasts:
            text = "Blood pressure not low" if truth == NO else "Low pressure, not confirmed yet"
            return normal("hypotension", policy.priority["hypotension"], text, *evidence)
        baseline = self._baseline(place)
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
            criteria=tuple(criteria),
            evidence=evidence + ((baseline,) if baseline is not None else ()),
            action="Measure again, look for the cause; fluids and vasopressors by protocol.",
            deadband_severity=1 if pressure.clearly_not_severe[place] else 2,
        )

    def _hypoxia(self, place: int, moment: Moment) -> Condition:
        policy, support = self.policy, self.columns.support
        support_limit_s = max(moment.limit_s, policy.freshness.oxygen_support_s_at_least)
        shown = self.book.newest("spo2", place, moment.limit_s)
        device = self.book.newest("oxygen_device", place, support_limit_s)
        value = None if shown is None or shown.stale else shown.value
        limit = self._spo2_limit(place)
        very_low = value is not None and self.signals.is_severe(
            "spo2",
            self._row("spo2", place),
            limit=policy.hypoxia.severe_percent - _EPSILON,
        )
        counts = value is not None and self._lasts(
            "spo2",
            place,
            rising=False,
            limit=limit - _EPSILON,
            clear=limit + policy.hypoxia.hysteresis_percent - _EPSILON,
        )
        is_below = value is not None and value < limit - _EPSILON
        low, lasts = is_below and (counts or very_low), counts and not is_below
        is_known = support.support_age_s(place) <= support_limit_s
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
        severity = max(1, 2 if low else 0, level, 4 if very_low else 0)
        severe = severity >= _SEVERE_GRADE
        parts = [f"SpO2 {shown.display}"] if shown is not None and value is not None else []
        unrecovered = "SpO2 not clearly recovered"
        lead = "Low SpO2" if low else "Oxygen needed" if new_oxygen == YES else unrecovered
        if new_oxygen == YES:
            parts.append(f"oxygen by {_support_words(device, self._flow_words(place))}")
        criteria = [
            name
            for name, met in (
                ("spo2_limit", low),
                ("spo2_severe", very_low),
                ("new_oxygen", new_oxygen == YES),
            )
            if met
        ]
        return Condition(
            problem="hypoxia",
            state=_ACTIVE,
            priority=policy.priority["hypoxia_severe" if severe else "hypoxia"],
            severity=severity,
            label=f"{lead}: {', '.join(parts)}",
            criteria=tuple(criteria),
            evidence=evidence,
            action="Check the probe and the airway; give oxygen by local protocol.",
            # No more than that: what SpO2 is not clearly out of says nothing of a new device.
            deadband_severity=max(severity, 2 if low or lasts else 0),
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

    def _row(self, concept: str, place: int) -> int:
        return int(self.signals.rows[concept][place])

    def _lasts(self, concept: str, place: int, *, rising: bool, limit: float, clear: float) -> bool:
        return self.signals.lasts(
            concept,
            self._row(concept, place),
            int(self.timeline.at_us[place]),
            limit=limit,
            clear=clear,
            rising=rising,
        )

    def _pressure_lasts(self, concept: str, place: int, limit_mmhg: float) -> bool:
        clear_mmhg = limit_mmhg + self.policy.hypotension.systolic_hysteresis_mmhg
        return self._lasts(concept, place, rising=False, limit=limit_mmhg, clear=clear_mmhg)

    def _low_pressure_counts(self, place: int) -> bool:
        """Whether the low pressure was charted or, where a device streams it, has lasted."""
        if not any(
            self.signals.is_streamed(name, self._row(name, place)) for name in (_SYSTOLIC, _MEAN)
        ):
            return True
        pressure, limits = self.columns.pressure, self.policy.hypotension
        own_mmhg = limits.baseline_fraction * float(pressure.baseline_systolic_mmhg[place])
        relative_mmhg = min(own_mmhg, limits.baseline_cap_mmhg)
        return any(
            self._pressure_lasts(name, place, limit_mmhg)
            for name, limit_mmhg in (
                (_SYSTOLIC, float(pressure.systolic_limit_mmhg[place])),
                (_SYSTOLIC, relative_mmhg if pressure.relative[place] else float("nan")),
                (_MEAN, float(pressure.mean_limit_mmhg[place])),
            )
        )

    @cached_property
    def _watch(self) -> WatchFlags:
        return WatchFlags(self.timeline, self.policy, self.book, self.signals)

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
        mean_mmhg, limit_mmhg = float(pressure.mean_mmhg[place]), pressure.mean_limit_mmhg[place]
        if mean_mmhg < limit_mmhg:
            # 64.67 is below 65 and must not read as 65.
            rounded = (round(mean_mmhg, decimals) for decimals in (0, 1, 2))
            parts.append(f"MAP {next((r for r in rounded if r < limit_mmhg), mean_mmhg):g}")
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


def _support_words(device: InputEvidence | None, flow: str) -> str:
    return f"{'a device not charted' if device is None else device.display}{flow}"
