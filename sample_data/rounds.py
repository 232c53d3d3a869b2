"""The nurse's rounds and the bedside monitor: who measures what, when, and with which slips."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np

from monitoring.clinical.concepts import SYMPTOMS
from sample_data.charting import (
    PRESSURE_ONLY,
    TEMPERATURE_ONLY,
    consciousness_at,
    hours_to_next_visit,
    oxygen_values,
    vital_values,
)
from sample_data.events import (
    Event,
    ObservationsCharted,
    SampleValue,
    ValueAmended,
    ValueStruckOut,
)
from sample_data.neurology import assessment_values, is_due
from sample_data.physiology import Body, Constitution, latent_state, oxygen_at
from sample_data.plan import local_time, nurse_on_duty
from sample_data.scenario import Scenario, Slip
from sample_data.stay import Stay
from sample_data.symptoms import symptom_severities

# The symptom list is gone through in whole this often; in between only what troubles is charted.
_WHOLE_SYMPTOM_LIST_EVERY_H = 11.5
_ASLEEP_SHARE = 0.03
_MINUTES = timedelta(minutes=1)


def nurse_visits(
    stay: Stay, constitution: Constitution, weight_kg: float, random: np.random.Generator
) -> Iterator[Event]:
    """The sets that nurses chart, with the corrections of their slips, until discharge."""
    return _Rounds(stay, constitution, weight_kg, random).run()


def monitor_readings(
    stay: Stay, constitution: Constitution, random: np.random.Generator
) -> Iterator[Event]:
    """What a bedside monitor sends by itself, until it falls silent."""
    monitor = stay.story.monitor
    if monitor is None:
        return
    body = Body(story=stay.story, constitution=constitution, random=random)
    for number in range(1, int((monitor.silent_from_h - monitor.from_h) * 60 / monitor.every_min)):
        h = monitor.from_h + number * monitor.every_min / 60
        at = stay.at(h)
        vitals = vital_values(body.vitals(h, local_hour=_local_hour(at)), mean_error=0.0)
        yield ObservationsCharted(
            at=at,
            patient_key=str(stay.key),
            key=f"m{number}",
            values=tuple(
                v for v in vitals if v.concept in {"heart_rate", "respiratory_rate", "spo2"}
            ),
            partial_reason="Sent by the bedside monitor",
            actor=f"demo.monitor.{stay.bed_label}",
            by_monitor=True,
        )


def _local_hour(at: datetime) -> float:
    local = local_time(at)
    return local.hour + local.minute / 60


def _calls(story: Scenario) -> list[tuple[float, tuple[str, ...] | None]]:
    """Hours at which something calls a nurse to the bed, with what is measured (None: all)."""
    calls: list[tuple[float, tuple[str, ...] | None]] = []
    calls += [(step.h + 0.05, None) for step in story.oxygen if step.h > story.admitted_h]
    calls += [(step.h, None) for step in story.consciousness]
    for given in story.treatments:
        calls.append((given.h - 0.1, None))
        if given.kind == "fluid_bolus":
            calls.append((given.h + 0.35, PRESSURE_ONLY))
        elif given.kind == "antipyretic":
            calls.append((given.h + 1.3, TEMPERATURE_ONLY))
    return sorted(calls, key=lambda call: call[0])


class _Rounds:
    """Walks through a stay visit by visit."""

    def __init__(
        self,
        stay: Stay,
        constitution: Constitution,
        weight_kg: float,
        random: np.random.Generator,
    ) -> None:
        self._stay = stay
        self._story = stay.story
        self._weight_kg = weight_kg
        self._random = random
        self._body = Body(story=stay.story, constitution=constitution, random=random)
        self._leaning = {s.code: float(random.uniform(0, 1)) for s in SYMPTOMS}
        self._asked_all_h = -np.inf
        self._assessed_h = -np.inf
        self._assessed: tuple[SampleValue, ...] = ()
        self._troubled: frozenset[str] = frozenset()
        self._slips = list(stay.story.slips)
        self._corrections: list[Event] = []

    def run(self) -> Iterator[Event]:
        """Sets and corrections in order of time."""
        calls = _calls(self._story)
        h = self._story.admitted_h + 0.4
        measured: tuple[str, ...] | None = None
        number = 0
        while h < self._story.discharge_h:
            number += 1
            charted, interval_h = self._visit(h, f"v{number}", measured)
            for correction in self._corrections:
                if correction.at <= charted.at:
                    yield correction
            self._corrections = [c for c in self._corrections if c.at > charted.at]
            yield charted
            if measured is None:
                planned = h + interval_h * (1 + float(np.clip(self._random.normal(), -2, 1)) * 0.05)
            calls = [call for call in calls if call[0] > h + 0.07]
            if calls and calls[0][0] <= planned:
                h, measured = calls[0]
            else:
                # A short look in between does not put off the next full round.
                h, measured = max(planned, h + 0.1), None
            for silence in self._story.silences:
                if silence.from_h < h < silence.to_h:
                    h, measured = silence.to_h, None

    def _visit(
        self, h: float, key: str, measured: tuple[str, ...] | None
    ) -> tuple[ObservationsCharted, float]:
        at = self._stay.at(h)
        local_hour = _local_hour(at)
        vitals = self._body.vitals(h, local_hour=local_hour)
        values = vital_values(vitals, mean_error=float(self._random.normal(0, 1.0)))
        values += oxygen_values(oxygen_at(self._story.oxygen, h))
        values += (SampleValue(concept="consciousness", code=consciousness_at(self._story, h)),)
        interval_h = hours_to_next_visit(self._story, h, values)
        reason = None
        asleep = bool(self._random.random() < _ASLEEP_SHARE)
        if measured is not None:
            values = tuple(v for v in values if v.concept in measured)
            reason = "Looked at again after treatment"
        elif asleep and interval_h >= 4 and not 8 <= local_hour < 21:
            values = tuple(v for v in values if v.concept != "body_temperature")
            reason = "Asleep, temperature left for later"
        else:
            values += self._symptoms(h)
            values += self._assessment(h, interval_h)
            values = self._slip(h, at, key, values)
        charted = ObservationsCharted(
            at=at,
            patient_key=str(self._stay.key),
            key=key,
            values=values,
            partial_reason=reason,
            actor=nurse_on_duty(self._stay.key.bed, at),
        )
        return charted, interval_h

    def _assessment(self, h: float, interval_h: float) -> tuple[SampleValue, ...]:
        """ICE and the signs, when they are due or when they have changed."""
        found = assessment_values(self._story, h)
        if found == self._assessed and not is_due(interval_h, h - self._assessed_h):
            return ()
        self._assessed_h, self._assessed = h, found
        return found

    def _symptoms(self, h: float) -> tuple[SampleValue, ...]:
        severities = symptom_severities(self._story, h, latent_state(self._story, h), self._leaning)
        troubled = frozenset(code for code, severity in severities.items() if severity > 0)
        asked = severities.keys()
        values: tuple[SampleValue, ...] = ()
        if h - self._asked_all_h >= _WHOLE_SYMPTOM_LIST_EVERY_H:
            if self._asked_all_h == -np.inf:
                values = (SampleValue(concept="body_weight", value=self._weight_kg),)
            self._asked_all_h = h
        else:
            # What was there and is gone must be charted as gone.
            asked = {code: 0 for code in severities if code in troubled | self._troubled}.keys()
        self._troubled = troubled
        return values + tuple(
            SampleValue(concept=code, value=float(severities[code])) for code in asked
        )

    def _slip(
        self, h: float, at: datetime, key: str, values: tuple[SampleValue, ...]
    ) -> tuple[SampleValue, ...]:
        due: Slip | None = next((slip for slip in self._slips if slip.h <= h), None)
        if due is None:
            return values
        self._slips.remove(due)
        patient_key, actor = str(self._stay.key), nurse_on_duty(self._stay.key.bed, at)
        corrected_at = at + due.after_min * _MINUTES
        true_value = next(v.value for v in values if v.concept == due.concept)
        if due.struck_out or true_value is None:
            correction: Event = ValueStruckOut(
                at=corrected_at,
                patient_key=patient_key,
                key=key,
                concept=due.concept,
                reason=due.reason,
                actor=actor,
            )
        else:
            correction = ValueAmended(
                at=corrected_at,
                patient_key=patient_key,
                key=key,
                concept=due.concept,
                value=true_value,
                reason=due.reason,
                actor=actor,
            )
        self._corrections.append(correction)
        return tuple(
            replace(v, value=due.charted) if v.concept == due.concept else v for v in values
        )
