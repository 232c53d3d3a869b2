"""Symptoms that fit the inner state, graded as CTCAE v5 does (clinical reference, section 6)."""

from collections.abc import Mapping

from monitoring.clinical.concepts import SYMPTOMS
from sample_data.physiology import LatentState
from sample_data.scenario import Scenario


def _graded(amount: float, *edges: float) -> int:
    return sum(amount >= edge for edge in edges)


def symptom_severities(
    story: Scenario, h: float, state: LatentState, leaning: Mapping[str, float]
) -> dict[str, int]:
    """Severity by symptom at ``h``; ``leaning`` (0 to 1 a symptom) makes people differ."""
    ill = state.drive
    lean = leaning

    amounts = {
        "symptom_chills": _graded(
            state.pyrogenic * (0.7 + 0.6 * lean["symptom_chills"]), 0.55, 0.95
        ),
        "symptom_fatigue": _graded(
            0.25 + ill * (0.6 + 0.6 * lean["symptom_fatigue"]), 0.4, 0.8, 1.25
        ),
        "symptom_nausea_vomiting": _graded(ill * (0.4 + lean["symptom_nausea_vomiting"]), 0.6, 1.1),
        "symptom_diarrhoea": _graded(ill * lean["symptom_diarrhoea"], 0.6),
        "symptom_headache": _graded(ill * (0.4 + lean["symptom_headache"]), 0.6, 1.05),
        "symptom_cough": _graded(
            state.oxygen_loss_points / 10 + 0.2 * lean["symptom_cough"], 0.4, 0.9
        ),
        "symptom_joint_pain": _graded(ill * (0.2 + lean["symptom_joint_pain"]), 0.65, 1.05),
        "symptom_muscle_pain": _graded(ill * (0.4 + lean["symptom_muscle_pain"]), 0.6, 1.05),
        "symptom_rash": _graded(ill * lean["symptom_rash"], 0.75),
        "symptom_dyspnoea": _graded(
            state.oxygen_loss_points / 10 + state.hypoxia_points / 8, 0.45, 0.9, 1.5
        ),
        "symptom_confusion": 0,
        "symptom_dizziness": _graded(
            state.vasoplegia * (0.8 + 0.4 * lean["symptom_dizziness"]), 0.35, 0.7
        ),
        "symptom_dysphagia": 0,
        "symptom_oedema": _graded(state.oxygen_loss_points / 14 + state.vasoplegia / 2, 0.5, 1.0),
    }
    told: dict[str, int] = {}
    for step in story.symptoms:
        if step.h <= h:
            told[step.concept] = step.severity
    amounts |= {concept: max(severity, amounts[concept]) for concept, severity in told.items()}
    return {concept.code: amounts[concept.code] for concept in SYMPTOMS}
