"""The watched problems beside fever, pressure, oxygen and grade: pulse, mind, devices, time.

Limits and priorities are local policy after the clinical reference, 8.2 and 8.3. A problem whose
input is missing or stale has the state NO_DATA and never NORMAL.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from monitoring.clinical.concepts import ABSENT_OR_PRESENT, CONCEPTS, CONSCIOUSNESS, OXYGEN_DEVICES
from monitoring.clinical.conditions import no_data, normal
from monitoring.clinical.device_rhythm import COUNTED, off_after_by_row
from monitoring.clinical.episodes import Moment
from monitoring.clinical.evidence import EvidenceBook
from monitoring.clinical.facts import ShortHistoryError
from monitoring.clinical.ice_fall import IceChart, ice_chart, ice_fall_condition
from monitoring.clinical.policy_types import STREAMED, Policy
from monitoring.clinical.results import Condition, ConditionState, InputEvidence, Priority
from monitoring.clinical.signals import Signals, newest
from monitoring.clinical.timeline import US_PER_S, Timeline

_ACTIVE, _NO_DATA = ConditionState.ACTIVE, ConditionState.NO_DATA
_ALERT = CONSCIOUSNESS.index("A")
# Rousable by pain only, or not at all.
_DEEP = (CONSCIOUSNESS.index("P"), CONSCIOUSNESS.index("U"))
_PRESENT = ABSENT_OR_PRESENT.index("present")
_VENTILATED = OXYGEN_DEVICES.index("invasive_ventilation")
_DAY_US = 24 * 3600 * US_PER_S


@dataclass(frozen=True, eq=False)
class WatchFlags:
    """The problems of one timeline; ``of`` gives those of one moment."""

    timeline: Timeline
    policy: Policy
    book: EvidenceBook
    signals: Signals

    def of(self, place: int, moment: Moment) -> tuple[Condition, ...]:
        """Tachycardia, confusion, falling ICE, a lingering episode and devices that went off."""
        return (
            self._tachycardia(place, moment.limit_s),
            self._new_confusion(place, moment.limit_s),
            ice_fall_condition(self.timeline, self._ice, place, policy=self.policy, book=self.book),
            self._lingering(place, moment),
            self._device_off(place),
        )

    def _tachycardia(self, place: int, limit_s: float) -> Condition:
        limits, priority = self.policy.tachycardia, self.policy.priority["tachycardia"]
        shown = self.book.newest("heart_rate", place, limit_s)
        if shown is None or shown.stale or shown.value is None:
            return no_data("tachycardia", priority, shown, "heart rate")
        if not self.signals.lasts(
            "heart_rate",
            int(self.timeline.rows["heart_rate"][place]),
            int(self.timeline.at_us[place]),
            limit=limits.heart_rate_above,
            clear=limits.heart_rate_above - limits.hysteresis_bpm,
            rising=True,
            above=True,
        ):
            return normal("tachycardia", priority, "Heart rate not fast", shown)
        words = (
            "Fast heart rate"
            if shown.value > limits.heart_rate_above
            else "Heart rate not clearly slower"
        )
        return Condition(
            problem="tachycardia",
            state=_ACTIVE,
            priority=priority,
            severity=1,
            label=f"{words}: {shown.display}",
            criteria=("heart_rate",),
            evidence=(shown,),
            action="Look for fever, bleeding, pain and arrhythmia; measure again.",
        )

    def _new_confusion(self, place: int, limit_s: float) -> Condition:
        priorities = self.policy.priority
        shown = self.book.newest("consciousness", place, limit_s)
        if shown is None or shown.stale:
            return no_data("new_confusion", priorities["new_confusion"], shown, "consciousness")
        level = self._code("consciousness", place)
        if level == _ALERT:
            return normal("new_confusion", priorities["new_confusion"], "Alert", shown)
        is_ventilated = self._code("oxygen_device", place) == _VENTILATED
        if is_ventilated or self._code("sedation", place) == _PRESENT:
            return Condition(
                problem="new_confusion",
                state=_NO_DATA,
                priority=priorities["new_confusion"],
                severity=0,
                label="Consciousness cannot be judged under ventilation or sedation",
                evidence=(shown,),
            )
        code = CONSCIOUSNESS[level]
        is_deep = level in _DEEP
        return Condition(
            problem="new_confusion",
            state=_ACTIVE,
            priority=priorities["new_confusion_severe" if is_deep else "new_confusion"],
            severity=level,
            label="New confusion" if code == "C" else f"Reduced consciousness: {code} of ACVPU",
            criteria=("consciousness",),
            evidence=(shown,),
            action="Assess ICE now; look for ICANS, low oxygen, low sugar, infection, drugs.",
        )

    def _code(self, concept: str, place: int) -> int:
        """The newest code at a moment, -1 where there is none."""
        return int(self.timeline.series[concept].value[self.timeline.rows[concept][place]])

    def _lingering(self, place: int, moment: Moment) -> Condition:
        priority = self.policy.priority["lingering"]
        episode, at_us = moment.episode, int(self.timeline.at_us[place])
        if not episode.is_open or episode.onset_us is None:
            if moment.grade is None:
                return no_data("lingering", priority, None, "CRS grade")
            return normal("lingering", priority, "No CRS episode is open")
        days = (at_us - episode.onset_us) / _DAY_US
        if days * _DAY_US <= self.policy.watch.lingering_after_s * US_PER_S:
            return normal("lingering", priority, f"CRS for {days:.1f} days")
        return Condition(
            problem="lingering",
            state=_ACTIVE,
            priority=priority,
            severity=1,
            label=f"CRS has lasted {int(days)} days",
            criteria=("lingering",),
            action="Look for HLH-like toxicity and infection; review the plan.",
        )

    def _device_off(self, place: int) -> Condition:
        priority = self.policy.priority["device_off"]
        silent = [one for one in map(self._silent(place).get, STREAMED) if one is not None]
        if not silent:
            return normal("device_off", priority, "Devices send, or none is connected")
        names = [CONCEPTS[one.concept].label for one in silent]
        minutes = max(int(one.age_s // 60) for one in silent)
        return Condition(
            problem="device_off",
            state=_ACTIVE,
            priority=priority,
            severity=len(silent),
            label=f"No {', '.join(names)} from the device for {minutes} min",
            criteria=tuple(f"{one.concept}_off" for one in silent),
            evidence=tuple(silent),
            action="Look at the probe, the cuff and the cable, or say that it was taken off.",
        )

    @cached_property
    def _ice(self) -> IceChart:
        return ice_chart(self.timeline)

    @cached_property
    def _sent(self) -> dict[str, NDArray[np.intp]]:
        """For each value the newest up to it that a device sent, -1 where none was."""
        return {concept: newest(self.timeline.series[concept].streamed) for concept in STREAMED}

    @property
    def _since_us(self) -> Mapping[str, int]:
        return self.timeline.facts.observations.since_us

    @cached_property
    def _off_after_us(self) -> dict[str, NDArray[np.int64]]:
        """For each value that a device sent after how much silence it is off."""
        series, watch = self.timeline.series, self.policy.watch
        return {concept: off_after_by_row(concept, series[concept], watch) for concept in STREAMED}

    def _silent(self, place: int) -> dict[str, InputEvidence]:
        """The newest streamed value of each device that has not sent for too long."""
        watch, at_us = self.policy.watch, int(self.timeline.at_us[place])
        least_us = at_us - int(watch.device_off_after_s * US_PER_S)
        forgotten_us = at_us - int(watch.device_forgotten_after_s * US_PER_S)
        found = {}
        for concept in STREAMED:
            series = self.timeline.series[concept]
            newest = int(self.timeline.rows[concept][place])
            row = -1 if newest < 0 else int(self._sent[concept][newest])
            if row < 0 and self._since_us.get(concept, forgotten_us) > forgotten_us:
                raise ShortHistoryError(concept)
            if row < 0 or not forgotten_us <= series.taken_us[row] < least_us:
                continue
            if concept in self._since_us and self._known_readings(concept, row) < COUNTED:
                raise ShortHistoryError(concept)
            if at_us - series.taken_us[row] > self._off_after_us[concept][row]:
                found[concept] = self.book.row(concept, row, place, watch.device_off_after_s)
        return found

    def _known_readings(self, concept: str, row: int) -> int:
        """How many readings of a device there are up to a row, since the history was cut."""
        series, since_us = self.timeline.series[concept], self._since_us[concept]
        up_to = slice(None, row + 1)
        return int((series.streamed[up_to] & (series.taken_us[up_to] >= since_us)).sum())


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
