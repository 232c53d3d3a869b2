"""An invented body: a latent state of inflammation, vessels and lungs that drives every vital sign.

The numbers here make believable sick people for a demonstration. They are not clinical rules, no
grade rests on them, and nothing outside this package may use them.
"""

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sample_data.scenario import Curve, OxygenStep, Scenario, TreatmentPlan

# SpO2 points won by a litre on a nasal cannula, and by the other devices at their usual setting.
_CANNULA_POINTS_PER_LPM = 1.7
_DEVICE_POINTS = {
    "room_air": 0.0,
    "simple_face_mask": 10.0,
    "nonrebreather_mask": 13.0,
    "high_flow_nasal_cannula": 15.0,
    "invasive_ventilation": 23.0,
}
# Share of the vessels' opening that a running infusion takes back.
_PRESSOR_RELIEF = {"norepinephrine": 0.45, "epinephrine": 0.2, "vasopressin": 0.12}


@dataclass(frozen=True, slots=True, kw_only=True)
class Constitution:
    """One person's own values when well."""

    temp_c: float
    heart_rate: float
    respiratory_rate: float
    systolic_mmhg: float
    diastolic_mmhg: float
    spo2_percent: float
    susceptibility: float

    @property
    def mean_mmhg(self) -> float:
        """Mean pressure by the cuff formula (clinical reference 5.1)."""
        return self.diastolic_mmhg + (self.systolic_mmhg - self.diastolic_mmhg) / 3


@dataclass(frozen=True, slots=True, kw_only=True)
class LatentState:
    """What is going on inside at a moment, after treatment: 0 none, 1 severe.

    ``pyrogenic`` is the inflammation that still makes fever, ``drive`` the inflammation as if
    untreated, ``vasoplegia`` what pressors and fluids leave, ``hypoxia_points`` the SpO2 points
    that the oxygen given does not win back.
    """

    drive: float
    pyrogenic: float
    antipyresis_c: float
    vasoplegia: float
    oxygen_loss_points: float
    hypoxia_points: float
    infection: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Vitals:
    """What a perfect instrument would read."""

    temp_c: float
    heart_rate: float
    respiratory_rate: float
    systolic_mmhg: float
    diastolic_mmhg: float
    mean_mmhg: float
    spo2_percent: float


def level(curve: Curve, h: float) -> float:
    """A curve's value at ``h``: straight between its points, level outside, 0 without points."""
    if not curve:
        return 0.0
    after = bisect_right(curve, (h, math.inf))
    if after == 0:
        return curve[0][1]
    if after == len(curve):
        return curve[-1][1]
    (from_h, low), (to_h, high) = curve[after - 1], curve[after]
    return low + (high - low) * (h - from_h) / (to_h - from_h)


def _pyrogenic_share(treatments: Sequence[TreatmentPlan], h: float) -> float:
    """What tocilizumab and steroids leave of the fever's drive; hours to act, days to last."""
    share = 1.0
    for given in treatments:
        since = h - given.h
        if since <= 0:
            continue
        if given.kind == "anticytokine":
            share = min(share, 0.1 + 0.9 * math.exp(-since / 2.0))
        elif given.kind == "corticosteroid":
            fading = math.exp(-max(0.0, since - 12.0) / 12.0)
            share = min(share, 1.0 - 0.45 * (1 - math.exp(-since / 3.0)) * fading)
    return share


def _antipyresis_c(treatments: Sequence[TreatmentPlan], h: float) -> float:
    """Degrees that an antipyretic takes off: most after an hour and a half, gone after six."""
    total = 0.0
    for given in treatments:
        since = h - given.h
        if given.kind == "antipyretic" and 0 < since < 6:
            total += 1.3 * (since / 1.5) * math.exp(1 - since / 1.5)
    return min(total, 1.6)


def _vascular_relief(treatments: Sequence[TreatmentPlan], h: float, vasoplegia: float) -> float:
    """The share of vasoplegia that fluids and running pressors take back, 0 to 1."""
    left = 1.0
    pressors = 0.0
    for given in treatments:
        since = h - given.h
        if since <= 0:
            continue
        if given.kind == "fluid_bolus":
            # The wider the vessels, the less a bolus does.
            effect = min(0.6, max(0.1, 0.8 - 0.7 * vasoplegia))
            left *= 1 - effect * (1 - math.exp(-since / 0.3)) * math.exp(-since / 5.0)
        elif given.kind == "vasopressor" and (given.end_h is None or h < given.end_h):
            pressors += _PRESSOR_RELIEF[given.agent] * (1 - math.exp(-since / 0.25))
    return 1 - left * (1 - min(pressors, 0.85))


def oxygen_at(steps: Sequence[OxygenStep], h: float) -> OxygenStep:
    """The oxygen support in place at ``h``; room air before the first step."""
    current = OxygenStep(h=-math.inf, device="room_air")
    for step in steps:
        if step.h <= h:
            current = step
    return current


def _support_points(step: OxygenStep) -> float:
    if step.device == "nasal_cannula":
        return _CANNULA_POINTS_PER_LPM * (step.flow_lpm or 0.0)
    return _DEVICE_POINTS[step.device]


def latent_state(story: Scenario, h: float) -> LatentState:
    """The inner state of a story ``h`` hours after the first dose."""
    drive = level(story.inflammation, h)
    vasoplegia = level(story.vasoplegia, h)
    loss = level(story.oxygen_loss, h)
    return LatentState(
        drive=drive,
        pyrogenic=drive * _pyrogenic_share(story.treatments, h),
        antipyresis_c=_antipyresis_c(story.treatments, h),
        vasoplegia=vasoplegia * (1 - _vascular_relief(story.treatments, h, vasoplegia)),
        oxygen_loss_points=loss,
        hypoxia_points=max(0.0, loss - _support_points(oxygen_at(story.oxygen, h))),
        infection=level(story.infection, h),
    )


def _rhythm(local_hour: float, *, peak_hour: float) -> float:
    """Day and night: 1 at the peak, -1 twelve hours away."""
    return math.cos((local_hour - peak_hour) / 24 * 2 * math.pi)


class Body:
    """A person's vital signs over time, with slow drift and the noise of measuring."""

    # Spread and hours of the slow drift of each sign.
    _DRIFT = np.array([0.1, 2.5, 0.8, 2.0, 0.3])
    _DRIFT_HOURS = np.array([5.0, 3.0, 3.0, 3.0, 4.0])
    _NOISE = np.array([0.06, 1.5, 0.6, 1.5, 0.35])

    def __init__(
        self, *, story: Scenario, constitution: Constitution, random: np.random.Generator
    ) -> None:
        self._story = story
        self._own = constitution
        self._random = random
        self._drift = random.normal(0.0, 1.0, 5)
        self._drift_h: float | None = None

    def vitals(self, h: float, *, local_hour: float) -> Vitals:
        """The signs at ``h``; call with increasing ``h``, since the drift remembers."""
        state = latent_state(self._story, h)
        temperature, heart, breathing, pressure, saturation = self._wander(h)
        own = self._own

        fever = 2.75 * state.pyrogenic
        temp_c = (
            own.temp_c
            + 0.25 * _rhythm(local_hour, peak_hour=18.0)
            + fever
            - state.antipyresis_c * min(1.0, fever / 1.6)
            + temperature
        )
        mean = own.mean_mmhg * (
            (1 - 0.42 * state.vasoplegia)
            * (1 + 0.035 * _rhythm(local_hour, peak_hour=15.0))
            * (1 + pressure / 100)
        )
        pulse_pressure = (own.systolic_mmhg - own.diastolic_mmhg) * (1 - 0.15 * state.vasoplegia)
        return Vitals(
            temp_c=temp_c,
            heart_rate=own.heart_rate
            + 9.0 * (temp_c - own.temp_c)
            + 8.0 * state.drive
            + 22.0 * state.vasoplegia
            + 1.5 * state.hypoxia_points
            + 3.0 * _rhythm(local_hour, peak_hour=15.0)
            + heart,
            respiratory_rate=self._breathing(state, temp_c, h) + breathing,
            systolic_mmhg=mean + pulse_pressure * 2 / 3,
            diastolic_mmhg=mean - pulse_pressure / 3,
            mean_mmhg=mean,
            # No oximeter reads more than full saturation.
            spo2_percent=min(100.0, own.spo2_percent - state.hypoxia_points + saturation),
        )

    def _breathing(self, state: LatentState, temp_c: float, h: float) -> float:
        if oxygen_at(self._story.oxygen, h).device == "invasive_ventilation":
            return 18.0
        own = self._own
        return (
            own.respiratory_rate
            + 1.3 * (temp_c - own.temp_c)
            + 0.3 * state.oxygen_loss_points
            + 0.5 * state.hypoxia_points
            + 2.5 * state.vasoplegia
        )

    def _wander(self, h: float) -> np.ndarray:
        """Slow drift (an Ornstein-Uhlenbeck step over the hours since the last call) plus noise."""
        if self._drift_h is not None:
            kept = np.exp(-(h - self._drift_h) / self._DRIFT_HOURS)
            self._drift = kept * self._drift + np.sqrt(1 - kept**2) * self._random.normal(size=5)
        self._drift_h = h
        # Beyond two spreads a quiet person would drift into another story.
        drift = np.clip(self._drift, -2, 2) * self._DRIFT
        noise = np.clip(self._random.normal(size=5), -2, 2) * self._NOISE
        result: np.ndarray = drift + noise
        return result
