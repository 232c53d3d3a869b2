"""How an invented nurse charts: when to come back, what is measured, how it is rounded."""

from collections.abc import Sequence

from monitoring.clinical.concepts import CONCEPTS, CONSCIOUSNESS
from monitoring.clinical.rulebook import load_rulebook
from monitoring.clinical.scoring import ON_AIR, ON_OXYGEN, score_news2_columns
from sample_data.events import SampleValue
from sample_data.physiology import Vitals, oxygen_at
from sample_data.scenario import OxygenStep, Scenario

# Devices at which the charted flow means something at the bedside.
_DEVICES_WITH_FLOW = frozenset(
    {"nasal_cannula", "simple_face_mask", "nonrebreather_mask", "high_flow_nasal_cannula"}
)
_LOW_FLOW_DEVICES = frozenset({"room_air", "nasal_cannula"})

TEMPERATURE_ONLY = ("body_temperature",)
PRESSURE_ONLY = ("systolic_bp", "diastolic_bp", "mean_arterial_pressure", "heart_rate")


def charted(concept: str, value: float) -> SampleValue:
    """A value at the precision of the bedside chart."""
    return SampleValue(concept=concept, value=round(float(value), CONCEPTS[concept].decimals))


def vital_values(vitals: Vitals, *, mean_error: float) -> tuple[SampleValue, ...]:
    """The vital signs of a visit; diastolic stays below systolic and MAP near the formula."""
    systolic, diastolic = round(vitals.systolic_mmhg), round(vitals.diastolic_mmhg)
    return (
        charted("body_temperature", vitals.temp_c),
        charted("heart_rate", vitals.heart_rate),
        charted("respiratory_rate", vitals.respiratory_rate),
        charted("systolic_bp", systolic),
        charted("diastolic_bp", diastolic),
        charted("mean_arterial_pressure", diastolic + (systolic - diastolic) / 3 + mean_error),
        charted("spo2", vitals.spo2_percent),
    )


def oxygen_values(step: OxygenStep) -> tuple[SampleValue, ...]:
    """The oxygen support as it is charted with every full set."""
    values = [SampleValue(concept="oxygen_device", code=step.device)]
    if step.device == "room_air":
        return tuple(values)
    if step.device in _DEVICES_WITH_FLOW and step.flow_lpm is not None:
        values.append(charted("oxygen_flow", step.flow_lpm))
    if step.fio2_percent is not None:
        values.append(charted("inhaled_oxygen", step.fio2_percent))
    values.append(SampleValue(concept="oxygen_indication", code=step.indication))
    return tuple(values)


def consciousness_at(story: Scenario, h: float) -> str:
    """The ACVPU level of a story at ``h``."""
    return next((step.code for step in reversed(story.consciousness) if step.h <= h), "A")


def _news2(story: Scenario, values: Sequence[SampleValue]) -> tuple[int, bool]:
    """NEWS2 of a full set as the ward's own rules score it, and whether one parameter scores 3.

    A child has none, which asks for no closer look."""
    rules = load_rulebook().news2
    if story.person.age_years[1] < rules.lowest_age_years:
        return 0, False
    numbers = {v.concept: v.value for v in values if v.value is not None}
    codes = {v.concept: v.code for v in values if v.code is not None}
    on_air = codes["oxygen_device"] == "room_air"
    scored = score_news2_columns(
        rules,
        respiratory_rate=[numbers["respiratory_rate"]],
        spo2=[numbers["spo2"]],
        on_oxygen=[ON_AIR if on_air else ON_OXYGEN],
        systolic_bp=[numbers["systolic_bp"]],
        heart_rate=[numbers["heart_rate"]],
        consciousness=[CONSCIOUSNESS.index(codes["consciousness"])],
        body_temperature=[numbers["body_temperature"]],
        spo2_scale=story.person.spo2_scale,
    )
    return int(scored.total[0]), bool(scored.any_three[0])


def hours_to_next_visit(story: Scenario, h: float, values: Sequence[SampleValue]) -> float:
    """When the nurse means to come again after a full set, by the ward's usual frequencies.

    The nurse follows clinical reference 7.3 and NEWS2's own intervals (4.2).
    """
    numbers = {v.concept: v.value for v in values if v.value is not None}
    oxygen = oxygen_at(story.oxygen, h)
    supported = oxygen.device != "room_air" and oxygen.indication == "hypoxia"
    pressors = any(
        t.kind == "vasopressor" and t.h <= h and (t.end_h is None or h < t.end_h)
        for t in story.treatments
    )
    if pressors or (supported and oxygen.device not in _LOW_FLOW_DEVICES):
        return 0.5
    bolus = any(t.kind == "fluid_bolus" and 0 <= h - t.h < 6 for t in story.treatments)
    score, any_three = _news2(story, values)
    if score >= 7:
        return 0.5
    if supported or bolus or score >= 5 or any_three:
        return 1.0
    temperature = numbers["body_temperature"]
    if temperature >= 39.5 or numbers["heart_rate"] > 120:
        return 1.0
    return 2.0 if temperature >= 38.0 else 4.0
