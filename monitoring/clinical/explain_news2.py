"""NEWS2 in plain words: the total, what made it, and what is missing."""

from monitoring.clinical.concepts import CONCEPTS
from monitoring.clinical.results import News2Score

_RISKS = {
    "high": "high risk",
    "medium": "medium risk",
    "low_medium": "low-medium risk, a 3 in one parameter",
    "low": "low risk",
}


def news2_sentence(score: News2Score) -> str:
    """The score in one sentence: "NEWS2 7: respiratory rate 2, heart rate 2, ...; high risk."."""
    if not score.applicable:
        return " ".join(score.notes)
    scored = [
        f"{parameter_name(part.parameter)} {part.points}" for part in score.parts if part.points
    ]
    made = f": {', '.join(scored)}" if scored else ""
    risk = _RISKS.get(score.risk)
    told = "" if risk is None else f"; {risk}"
    if score.complete:
        return f"NEWS2 {score.total}{made}{told}."
    missing = ", ".join(parameter_name(name) for name in score.missing)
    return f"NEWS2 incomplete, at least {score.minimum}{made}{told}; missing: {missing}."


def parameter_name(parameter: str) -> str:
    """A parameter as a sentence names it: "respiratory rate", "SpO2"."""
    label = CONCEPTS[parameter].label if parameter in CONCEPTS else parameter.replace("_", " ")
    return label if label == "SpO2" else label[:1].lower() + label[1:]
