"""Invented patients as a FHIR R4 Bundle of Patient and Observation resources (LOINC, UCUM)."""

import json
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from monitoring.clinical.concepts import CONCEPTS, Category
from sample_data.events import Admitted, ObservationsCharted, SampleValue
from sample_data.people import IDENTIFIER_SYSTEM

_LOINC = "http://loinc.org"
_UCUM = "http://unitsofmeasure.org"
_SNOMED = "http://snomed.info/sct"
_CATEGORIES = "http://terminology.hl7.org/CodeSystem/observation-category"
# Codes of the project's own dictionary, for what LOINC has no code for.
_OWN = "urn:stormwatch:concept"
_CATEGORY_CODES = {
    Category.VITAL: "vital-signs",
    Category.LABORATORY: "laboratory",
    Category.SYMPTOM: "survey",
    Category.ASSESSMENT: "exam",
}
# FHIR's vital-sign profile asks for the oximeter and the arterial code (clinical reference 5.5).
_ARTERIAL_SPO2 = "2708-6"
_PRESSURES = ("systolic_bp", "diastolic_bp", "mean_arterial_pressure")
_PRESSURE_PANEL = "85354-9"
# SNOMED CT (clinical reference 5.5); room air has no device.
_DEVICES = {
    "nasal_cannula": "336623009",
    "simple_face_mask": "336602003",
    "high_flow_nasal_cannula": "426854004",
    "nonrebreather_mask": "427591007",
}


def bundle(stays: Sequence[tuple[Admitted, Sequence[ObservationsCharted]]]) -> str:
    """A collection Bundle as JSON text: each patient, then what was observed, oldest first."""
    entries: list[dict[str, Any]] = []
    for admitted, sets in stays:
        patient = _patient(admitted)
        entries.append(patient)
        for one in sets:
            entries += _observations(one, patient["id"])
    # One entry a line, so that a change of one value is one changed line.
    lines = ",\n".join(
        json.dumps({"fullUrl": f"urn:uuid:{one['id']}", "resource": one}, ensure_ascii=False)
        for one in entries
    )
    return f'{{"resourceType": "Bundle", "type": "collection", "entry": [\n{lines}\n]}}\n'


def _identifier(*parts: str) -> str:
    return str(uuid5(NAMESPACE_URL, ":".join((IDENTIFIER_SYSTEM, *parts))))


def _patient(admitted: Admitted) -> dict[str, Any]:
    person = admitted.person
    return {
        "resourceType": "Patient",
        "id": _identifier(person.identifier),
        "identifier": [{"system": IDENTIFIER_SYSTEM, "value": person.identifier}],
        "name": [{"family": person.family_name, "given": [person.given_name]}],
        "gender": person.sex,
        "birthDate": person.birth_date.isoformat(),
    }


def _observations(one: ObservationsCharted, patient_id: str) -> Iterable[dict[str, Any]]:
    values = {value.concept: value for value in one.values}
    pressures = [values.pop(concept) for concept in _PRESSURES if concept in values]
    if pressures:
        yield _resource(one, patient_id, "blood_pressure", Category.VITAL) | {
            "code": _loinc(_PRESSURE_PANEL, "Blood pressure"),
            "component": [
                {"code": _code(value.concept), "valueQuantity": _quantity(value)}
                for value in pressures
            ],
        }
    for concept, value in values.items():
        resource = _resource(one, patient_id, concept, CONCEPTS[concept].category)
        yield resource | {"code": _code(concept)} | _value(value)


def _resource(
    one: ObservationsCharted, patient_id: str, concept: str, category: Category
) -> dict[str, Any]:
    code = _CATEGORY_CODES[category]
    return {
        "resourceType": "Observation",
        "id": _identifier(one.patient_key, one.key, concept),
        "status": "final",
        "category": [{"coding": [{"system": _CATEGORIES, "code": code}]}],
        "subject": {"reference": f"urn:uuid:{patient_id}"},
        "effectiveDateTime": one.at.isoformat().replace("+00:00", "Z"),
    }


def _loinc(*codes_and_text: str) -> dict[str, Any]:
    *codes, text = codes_and_text
    return {"coding": [{"system": _LOINC, "code": code} for code in codes], "text": text}


def _code(concept: str) -> dict[str, Any]:
    known = CONCEPTS[concept]
    if known.loinc is None:
        return {"coding": [{"system": _OWN, "code": concept}], "text": known.label}
    if concept == "spo2":
        return _loinc(known.loinc, _ARTERIAL_SPO2, known.label)
    return _loinc(known.loinc, known.label)


def _quantity(value: SampleValue) -> dict[str, Any]:
    unit = CONCEPTS[value.concept].unit
    number = value.value
    if number is not None and number.is_integer() and CONCEPTS[value.concept].decimals == 0:
        number = int(number)
    return {"value": number, "unit": unit, "system": _UCUM, "code": unit}


def _value(value: SampleValue) -> dict[str, Any]:
    if value.code is None:
        return {"valueQuantity": _quantity(value)}
    coding = [{"system": f"{_OWN}:{value.concept}", "code": value.code}]
    if value.concept == "oxygen_device" and value.code in _DEVICES:
        coding.append({"system": _SNOMED, "code": _DEVICES[value.code]})
    return {"valueCodeableConcept": {"coding": coding, "text": value.code.replace("_", " ")}}
