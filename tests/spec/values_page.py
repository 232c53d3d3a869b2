"""What docs/fields.md says of values: what is used, asked about or refused, and in what words."""

from collections.abc import Iterator, Mapping

from monitoring.clinical.agreement import check_set
from monitoring.clinical.checking import Checked, check_value
from tests.spec.tables import markdown

# Concept, value and unit as sent; clinical reference 8.4 and its unit traps.
_SENT: tuple[tuple[str, str, str | None], ...] = (
    ("body_temperature", "38.4", None),
    ("body_temperature", "100.4", "F"),
    ("body_temperature", "101.3", None),
    ("body_temperature", "95", None),
    ("body_temperature", "94.9", None),
    ("body_temperature", "115", None),
    ("body_temperature", "115.1", None),
    ("body_temperature", "45", None),
    ("body_temperature", "46", None),
    ("body_temperature", "33.9", "C"),
    ("body_temperature", "41.6", "C"),
    ("body_temperature", "24.9", "C"),
    ("body_temperature", "384", "C"),
    ("body_temperature", "1004", "F"),
    ("body_temperature", "3840", "C"),
    ("body_temperature", "101.2", "C"),
    ("body_temperature", "38.4", "F"),
    ("body_temperature", "38.4", "K"),
    ("body_temperature", "38,4", "C"),
    ("body_temperature", "<36", "C"),
    ("body_temperature", "≥38", "C"),
    ("body_temperature", "", "C"),
    ("body_temperature", "warm", "C"),
    ("body_temperature", "a word that is longer than any message should be", "C"),
    ("body_temperature", "0" * 40 + "1", "C"),
    ("heart_rate", "0", "/min"),
    ("heart_rate", "34", None),
    ("heart_rate", "820", "/min"),
    ("heart_rate", "8200", "/min"),
    ("heart_rate", "82", "beats per fortnight, a unit of many letters"),
    ("systolic_bp", "16", "kPa"),
    ("systolic_bp", "221", "mmHg"),
    ("spo2", "0.97", None),
    ("spo2", "0.97", "%"),
    ("spo2", "0.97", "1"),
    ("spo2", "97", "1"),
    ("spo2", "1.5", "1"),
    ("spo2", "1", "%"),
    ("spo2", "1", None),
    ("spo2", "0", None),
    ("spo2", "0", "%"),
    ("spo2", "59", "%"),
    ("spo2", "970", "%"),
    ("spo2", "101", "%"),
    ("inhaled_oxygen", "0.5", None),
    ("inhaled_oxygen", "0.5", "1"),
    ("inhaled_oxygen", "0.5", "%"),
    ("inhaled_oxygen", "1", "%"),
    ("inhaled_oxygen", "40", "1"),
    ("inhaled_oxygen", "10", "%"),
    ("oxygen_flow", "61", "L/min"),
    ("oxygen_flow", "81", "L/min"),
    ("crp", "12", "mg/dL"),
    ("crp", "-0.1", "mg/L"),
    ("crp", "1e30", "mg/L"),
    ("crp", "1e31", "mg/L"),
    ("crp", "12", None),
    ("creatinine", "88.4", "umol/L"),
    ("haemoglobin", "97", "g/L"),
    ("platelets", "158000", "/uL"),
    ("body_weight", "100", "lb"),
    ("ice_total", "7.5", None),
    ("ice_total", "11", None),
    ("symptom_chills", "3", None),
    ("symptom_chills", "4", None),
    ("symptom_chills", "1.5", None),
    ("symptom_chills", "1", "mm"),
    ("symptom_chills", "0", None),
    ("oxygen_device", "High-flow nasal cannula", None),
    ("oxygen_device", "NRB", None),
    ("oxygen_device", "tent pole", None),
    ("oxygen_device", "Tracheostomy tube", None),
    ("oxygen_device", "", None),
    ("consciousness", "confused", None),
    ("consciousness", "Alert", None),
    ("consciousness", "voice", None),
    ("consciousness", "pain", None),
    ("consciousness", "unresponsive", None),
    ("consciousness", "asleep", None),
    ("test_obstacle", "alert", None),
    ("shoe_size", "44", None),
)

_SETS: tuple[Mapping[str, float | str], ...] = (
    {"systolic_bp": 80.0, "diastolic_bp": 80.0},
    {"systolic_bp": 80.0, "diastolic_bp": 79.0},
    {"systolic_bp": 120.0, "diastolic_bp": 60.0, "mean_arterial_pressure": 100.0},
    {"systolic_bp": 120.0, "diastolic_bp": 60.0, "mean_arterial_pressure": 100.5},
    {"systolic_bp": 120.0, "diastolic_bp": 60.0, "mean_arterial_pressure": 59.5},
    {"systolic_bp": 120.0, "mean_arterial_pressure": 40.0},
    {"diastolic_bp": 90.0, "mean_arterial_pressure": 40.0},
    {"oxygen_device": "nasal_cannula", "oxygen_flow": 15.0},
    {"oxygen_device": "nasal_cannula", "oxygen_flow": 15.5},
    {"oxygen_device": "simple_face_mask", "oxygen_flow": 16.0},
    {"oxygen_device": "room_air", "oxygen_flow": 0.0},
    {"oxygen_device": "room_air", "oxygen_flow": 0.5},
    {"oxygen_device": "room_air", "inhaled_oxygen": 21.0},
    {"oxygen_device": "room_air", "inhaled_oxygen": 22.0},
    {"oxygen_device": "venturi_mask", "inhaled_oxygen": 40.0},
    {"oxygen_device": "room_air", "oxygen_flow": 2.0, "inhaled_oxygen": 28.0},
)


def values() -> Iterator[str]:
    """What becomes of single values and of the values of one moment."""
    yield "# What becomes of a value\n"
    yield "One that is asked about is used, scored and marked. What is refused keeps its text.\n"
    yield markdown(
        ("concept", "sent", "unit", "is", "reason", "words"),
        ((concept, sent, unit or "", *_said(concept, sent, unit)) for concept, sent, unit in _SENT),
    )
    yield "What the values of one moment say against each other:\n"
    yield markdown(("values", "of", "is", "reason", "words"), _concerns())


def _said(concept: str, sent: str, unit: str | None) -> tuple[str, str, str]:
    found = check_value(concept, sent, unit)
    if not isinstance(found, Checked):
        assert found.concept == concept
        return "refused", found.reason_code.value, found.message
    assert found.concept == concept
    value = found.code if found.value is None else f"{found.value:g} {found.unit}"
    reason = "" if found.reason_code is None else found.reason_code.value
    return f"{value}{', asked about' if found.queried else ''}", reason, found.question or ""


def _concerns() -> Iterator[tuple[str, ...]]:
    for given in _SETS:
        text = ", ".join(
            f"{name} {one:g}" if isinstance(one, float) else f"{name} {one}"
            for name, one in given.items()
        )
        found = check_set(given)
        for one in found:
            is_said = "refused" if one.refused else "asked about"
            yield text, one.concept, is_said, one.reason_code.value, one.message
        if not found:
            yield text, "", "fits", "", ""
