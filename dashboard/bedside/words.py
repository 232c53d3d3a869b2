"""Values, devices and treatments in the ward's words; plain text, escaped where it is shown."""

from monitoring.clinical.concepts import CONCEPTS
from monitoring.clinical.rulebook import load_rulebook
from monitoring.clinical.units import ward_words
from monitoring.services.patient import TreatmentGiven

_CONSCIOUSNESS = {
    "A": "Alert",
    "C": "New confusion",
    "V": "Responds to voice",
    "P": "Responds to pain",
    "U": "Unresponsive",
}
_AGENTS = {"albumin_5": "albumin 5 %", "piperacillin_tazobactam": "piperacillin/tazobactam"}
_SEVERITY = ("none", "mild", "moderate", "severe", "life-threatening")


def device(code: str | None, flow_lpm: float | None) -> str:
    """What the patient breathes through: "nasal cannula 2 L/min"."""
    label = "oxygen" if code is None else load_rulebook().crs.devices[code].label
    if flow_lpm is None or (code == "room_air" and flow_lpm == 0):
        return label
    return f"{label} {flow_lpm:g} L/min"


def value(concept: str, number: float | None, code: str | None) -> str:
    """A value with its unit as the ward writes it: "38.4 C", "Alert", "mild"."""
    known = CONCEPTS[concept]
    if code is not None:
        return coded(concept, code)
    if number is None:
        return "no value"
    if concept.startswith("symptom_"):
        return severity(int(number))
    decimals = known.decimals
    # A feed may send more than the chart's precision; what it sent is not rounded away.
    text = f"{number:.{decimals}f}" if round(number, decimals) == number else f"{number:.6g}"
    return f"{text} {ward_words(known.unit)}".strip()


_NEUROLOGY = {
    "unable_to_perform": "unarousable, unable to perform",
    "spontaneous": "spontaneously",
    "voice": "to voice",
    "tactile": "to touch only",
    "unarousable": "unarousable, stupor or coma",
    "brief": "brief, resolved (at most 5 min)",
    "eeg_resolved": "on EEG only, resolved with treatment",
    "prolonged": "longer than 5 min",
    "repetitive_no_recovery": "repeated without recovery",
}


def coded(concept: str, code: str) -> str:
    """A code in words: "nasal cannula", "New confusion"."""
    if concept == "oxygen_device":
        return device(code, None)
    if concept == "consciousness":
        return f"{code}: {_CONSCIOUSNESS[code]}"
    return _NEUROLOGY.get(code, code.replace("_", " "))


def severity(grade: int) -> str:
    """A CTCAE v5 severity in words."""
    return f"{grade} {_SEVERITY[grade]}" if 0 <= grade < len(_SEVERITY) else str(grade)


def agent(name: str) -> str:
    """A drug's name as it is read."""
    return _AGENTS.get(name) or name.replace("_", " ")


def dose(treatment: TreatmentGiven) -> str:
    """The dose of a treatment and its way: "560 mg IV"; empty when none was charted."""
    amount = "" if treatment.dose_value is None else f"{treatment.dose_value:g}"
    parts = (amount, treatment.dose_unit or "", treatment.route or "")
    return " ".join(part for part in parts if part)


def treatment(one: TreatmentGiven) -> str:
    """A treatment in one line: "tocilizumab 560 mg IV, for hypotension"."""
    words = f"{agent(one.agent)} {dose(one)}".strip()
    return f"{words}, for {one.indication.replace('_', ' ')}" if one.indication else words


def unit(concept: str) -> str:
    """The unit of a concept as the ward writes it."""
    return ward_words(CONCEPTS[concept].unit)
