"""Invented patients as HL7 v2.5.1 ORU^R01 messages, a message a set."""

from collections.abc import Sequence
from datetime import datetime

from monitoring.clinical.concepts import CONCEPTS
from sample_data.events import Admitted, ObservationsCharted, SampleValue

_VITAL_SIGNS = "29274-8^Vital signs^LN"
_LABORATORY = "26436-6^Laboratory studies^LN"
_SEX = {"female": "F", "male": "M"}
# MSH-18: names carry letters beyond ASCII.
_CHARACTERS = "UNICODE UTF-8"


def messages(stays: Sequence[tuple[Admitted, Sequence[ObservationsCharted]]]) -> str:
    """All messages one after the other; every segment ends with a carriage return."""
    segments: list[str] = []
    for admitted, sets in stays:
        for one in sets:
            segments += _message(admitted, one)
    return "".join(f"{segment}\r" for segment in segments)


def _escaped(text: str) -> str:
    for character, escape in (("\\", "E"), ("|", "F"), ("^", "S"), ("&", "T"), ("~", "R")):
        text = text.replace(character, f"\\{escape}\\")
    return text


def _instant(at: datetime) -> str:
    return at.strftime("%Y%m%d%H%M%S+0000")


def _message(admitted: Admitted, one: ObservationsCharted) -> list[str]:
    person = admitted.person
    bed, at = admitted.bed_label, _instant(one.at)
    control = f"{person.identifier}-{one.key}"
    name = f"{_escaped(person.family_name)}^{_escaped(person.given_name)}"
    header = ("MSH", "^~\\&", "STORMWATCH-DEMO", bed, "STORMWATCH", "DEMO", at, "")
    kind = ("ORU^R01^ORU_R01", control, "T", "2.5.1", "", "", "", "", "", _CHARACTERS)
    born = f"{person.birth_date:%Y%m%d}"
    identity = ("PID", "1", "", f"{person.identifier}^^^DEMO^MR", "", name, "", born)
    panel = _LABORATORY if one.key.startswith("l") else _VITAL_SIGNS
    return [
        "|".join(header + kind),
        "|".join((*identity, _SEX[person.sex])),
        f"PV1|1|I|DEMO^^{bed}",
        f"OBR|1||{control}|{panel}|||{at}",
        *(_result(number, value, at) for number, value in enumerate(one.values, start=1)),
    ]


def _result(number: int, value: SampleValue, at: str) -> str:
    concept = CONCEPTS[value.concept]
    code = (
        f"{value.concept}^{concept.label}^99STORMWATCH"
        if concept.loinc is None
        else f"{concept.loinc}^{concept.label}^LN"
    )
    if value.value is None:
        text = str(value.code)
        return (
            f"OBX|{number}|CWE|{code}||{text}^{text.replace('_', ' ')}^99STORMWATCH||||||F|||{at}"
        )
    amount = f"{value.value:.{concept.decimals}f}"
    unit = f"{_escaped(concept.unit)}^^UCUM"
    return f"OBX|{number}|NM|{code}||{amount}|{unit}|||||F|||{at}"
