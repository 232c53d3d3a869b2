"""What local policy can say: typed limits, windows, frequencies, priorities and times."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from monitoring.clinical.alert_state import AlertTiming, EscalationStep
from monitoring.clinical.laboratory_policy import LaboratoryPolicy
from monitoring.clinical.results import Priority

# The symptoms that ask for an observation, each a problem of its own while nobody answers.
SYMPTOM_PROBLEMS = ("symptom_confusion", "symptom_dyspnoea", "symptom_chills")
# Every problem that can become an alert.
PROBLEMS = (
    "fever",
    "hypotension",
    "hypoxia",
    "crs_grade",
    "icans_grade",
    "news2",
    "hypotension_without_fever",
    "possible_masked_crs",
    "tachycardia",
    "new_confusion",
    "ice_fall",
    "lingering",
    "neutropenic_fever",
    "iec_hs_watch",
    "overdue",
    "ice_overdue",
    *SYMPTOM_PROBLEMS,
    "stale_feed",
    "device_off",
    "not_judged",
)
STATES = (
    "risk_window",
    "resolved",
    "resolving",
    "unknown",
    "grade_1",
    "grade_1_fast",
    "grade_2",
    "grade_3",
    "grade_4",
    "news2_0",
    "news2_1_4",
    "news2_single_3",
    "news2_5_6",
    "news2_7",
)
ICE_STATES = (
    "risk_window",
    "resolved",
    "resolving",
    "unknown",
    "grade_1",
    "grade_2",
    "grade_3",
    "grade_4",
    "icans_1",
    "icans_2",
    "icans_3",
    "icans_4",
    "new_confusion",
)
THERAPY_CLASSES = ("car_t", "bispecific", "checkpoint_inhibitor")
PRIORITY_KEYS = (
    "crs_grade_1",
    "crs_grade_2",
    "crs_grade_3",
    "crs_grade_4",
    "icans_grade_1",
    "icans_grade_2",
    "icans_grade_3",
    "icans_grade_4",
    "news2_low_medium",
    "news2_medium",
    "news2_high",
    "fever",
    "fever_high",
    "hypotension",
    "hypotension_severe",
    "hypoxia",
    "hypoxia_severe",
    "without_fever",
    "without_fever_severe",
    "tachycardia",
    "new_confusion",
    "new_confusion_severe",
    "ice_fall",
    "lingering",
    "neutropenic_fever",
    "neutropenic_fever_late",
    "iec_hs_watch",
    "overdue",
    "overdue_from_grade_2",
    "ice_overdue",
    "ice_overdue_urgent",
    *SYMPTOM_PROBLEMS,
    "stale_feed",
    "device_off",
)
# A worse state is never less urgent than the milder one before it.
WORSENING = (
    ("crs_grade_1", "crs_grade_2", "crs_grade_3", "crs_grade_4"),
    ("icans_grade_1", "icans_grade_2", "icans_grade_3", "icans_grade_4"),
    ("news2_low_medium", "news2_medium", "news2_high"),
    ("fever", "fever_high"),
    ("hypotension", "hypotension_severe"),
    ("hypoxia", "hypoxia_severe"),
    ("without_fever", "without_fever_severe"),
    ("new_confusion", "new_confusion_severe"),
    ("neutropenic_fever", "neutropenic_fever_late"),
    ("overdue", "overdue_from_grade_2"),
    ("ice_overdue", "ice_overdue_urgent"),
)
# Of a device or a feed and not of the patient: only these may be technical.
TECHNICAL = frozenset({"stale_feed", "device_off"})
# The concepts that a device can stream, and that are debounced then.
STREAMED = ("body_temperature", "spo2", "heart_rate", "systolic_bp")
# Who can hear of an alert, in the order in which it climbs.
ROLES = ("charge_nurse", "physician", "rapid_response")


@dataclass(frozen=True, slots=True, kw_only=True)
class HypotensionLimits:
    """When blood pressure counts as low; no number of this is ASTCT's (rule C8)."""

    systolic_mmhg: float
    mean_mmhg: float
    baseline_fraction: float
    baseline_cap_mmhg: float
    severe_systolic_mmhg: float
    systolic_hysteresis_mmhg: float

    @property
    def severe_clear_mmhg(self) -> float:
        """From here on it is clearly not severe."""
        return self.severe_systolic_mmhg + self.systolic_hysteresis_mmhg


@dataclass(frozen=True, slots=True, kw_only=True)
class FeverLimits:
    """The fever flag above the rulebook's own limit."""

    high_c: float
    hysteresis_c: float

    @property
    def high_clear_c(self) -> float:
        """Below this it is clearly not high."""
        return self.high_c - self.hysteresis_c


@dataclass(frozen=True, slots=True, kw_only=True)
class HypoxiaLimits:
    """When oxygen saturation counts as low, by the person's SpO2 scale."""

    spo2_percent: float
    spo2_scale_2_percent: float
    severe_percent: float
    hysteresis_percent: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TachycardiaLimits:
    """When the heart is too fast."""

    heart_rate_above: float
    hysteresis_bpm: float


@dataclass(frozen=True, slots=True, kw_only=True)
class News2Limits:
    """How far below a threshold of NEWS2 its alert is over, and what of a stream counts.

    A value that a device sent counts as far as the one measured ``stream_s`` or more before it, at
    most ``stream_gap_s``; so long after it, alone, it counts by itself.
    """

    hysteresis_points: int
    stream_s: float
    stream_gap_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamRule:
    """What a device that streams must show before it counts, and before it clears again.

    A run is readings beyond the limit, none of them more than ``gap_s`` after the one before
    (``clear_gap_s`` for the run that clears); it counts once it has so many readings over so many
    seconds. ``clear_margin`` is in the concept's
    unit, beyond the limit on its other side.
    """

    raise_readings: int
    raise_s: float
    severe_readings: int
    severe_s: float
    clear_margin: float
    clear_readings: int
    clear_s: float
    gap_s: float
    clear_gap_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchLimits:
    """The limits of what is watched beside the vital signs."""

    device_off_after_s: float
    cuff_off_after_s: float
    device_off_intervals: float
    device_forgotten_after_s: float
    ice_fall_points: float
    ice_within_s: float
    lingering_after_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class GradingWindows:
    """How far the CRS grade looks back."""

    fever_lookback_s: float
    fluids_for_hypotension_s: float
    resolution_s: float
    vasopressor_push_s: float
    weaning_overlap_s: float
    premedication_s: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """How long a value is known before it must be taken again."""

    expected_intervals: float
    oxygen_support_s_at_least: float
    oxygen_flow_s_at_most: float
    oxygen_indication_s_at_most: float
    set_window_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Frequency:
    """How often a set is due in a state."""

    interval_s: float
    label: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """Frequencies by state, and when late becomes overdue.

    ``ice`` are those of ICE and CAPD; ``ice_s_at_most`` is the age beyond which an assessment never
    counts, ``seizure_counts_s`` how long a seizure does. ``risk_window_s`` is by therapy class.
    """

    states: Mapping[str, Frequency]
    ice: Mapping[str, Frequency]
    ice_s_at_most: float
    seizure_counts_s: float
    overdue_fraction: float
    overdue_at_least_s: float
    fast_heart_rate_above: float
    fast_temperature_c_from: float
    risk_window_s: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """All local policy in force for one patient.

    ``repeat_after_s`` is None where a priority never speaks again by itself. ``snooze_never`` holds
    the priorities that cannot be silenced. What became known later than ``late_alert_window_s``
    after it was true raises no alert for the past. A clinician's word below the computed grade
    holds ``confirmation_valid_s``.
    """

    id: str
    hypotension: HypotensionLimits
    fever: FeverLimits
    hypoxia: HypoxiaLimits
    tachycardia: TachycardiaLimits
    news2: News2Limits
    streams: Mapping[str, StreamRule]
    watch: WatchLimits
    grading: GradingWindows
    freshness: Freshness
    priority: Mapping[str, Priority]
    debounce_s: Mapping[str, float]
    escalation: Mapping[Priority, tuple[EscalationStep, ...]]
    acknowledgement_valid_s: Mapping[Priority, float]
    repeat_after_s: Mapping[Priority, float | None]
    told_once: frozenset[str]
    snooze_longest_s: float
    snooze_never: frozenset[Priority]
    late_alert_window_s: float
    confirmation_valid_s: float
    schedule: Schedule
    laboratory: LaboratoryPolicy
    _timings: dict[tuple[str, Priority], AlertTiming] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def timing(self, problem: str, priority: Priority) -> AlertTiming:
        """The times of an alert of this problem and priority; ``KeyError`` on another problem."""
        # A dozen problems are asked for at each recording, and the answer never changes.
        known = self._timings.get((problem, priority))
        if known is None:
            known = self._timings[problem, priority] = AlertTiming(
                debounce_s=self.debounce_s[problem],
                repeat_after_s=self.repeat_after_s[priority],
                acknowledgement_valid_s=self.acknowledgement_valid_s[priority],
                snooze_at_most_s=None if priority in self.snooze_never else self.snooze_longest_s,
                escalation=self.escalation[priority],
                latches_severity=problem in self.told_once,
            )
        return known
