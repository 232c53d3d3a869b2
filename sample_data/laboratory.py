"""Laboratory values that follow the story: what the morning bloods of an invented patient show.

Tendencies after clinical reference 5.4: CRP falls after tocilizumab whatever the CRS does, IL-6
rises; ferritin lags; counts fall after lymphodepletion.
"""

import math

import numpy as np

from monitoring.clinical.concepts import CONCEPTS
from sample_data.events import SampleValue
from sample_data.physiology import LatentState, latent_state, level
from sample_data.scenario import Scenario


def _hours_since(story: Scenario, kind: str, h: float) -> float | None:
    times = [t.h for t in story.treatments if t.kind == kind and t.h <= h]
    return h - times[-1] if times else None


def _recent_pyrogenic(story: Scenario, h: float, *, over_h: float) -> float:
    return float(np.mean([latent_state(story, h - over_h * k / 6).pyrogenic for k in range(7)]))


def _recent_drive(story: Scenario, h: float, *, over_h: float) -> float:
    return float(np.mean([level(story.inflammation, h - over_h * k / 6) for k in range(7)]))


def _counts(story: Scenario, h: float, susceptibility: float) -> dict[str, float]:
    """Blood counts: down from two days before the cells, lowest around day +5, back by day +14."""
    day = h / 24
    depth = 0.0
    if story.person.cytopenia and story.therapy_class == "car_t":
        depth = math.exp(-(((day - 5.0) / 5.0) ** 2)) * (0.75 + 0.25 * susceptibility)
    elif story.person.cytopenia:
        depth = 0.35
    neutrophils = 3.6 * (1 - depth) ** 1.6 + 0.05
    return {
        "neutrophils": neutrophils,
        "leukocytes": neutrophils + 0.5 + 0.9 * (1 - depth),
        "platelets": 40 + 170 * (1 - depth),
        "haemoglobin": 8.2 + 4.2 * (1 - depth),
    }


def _chemistry(
    story: Scenario, h: float, state: LatentState, susceptibility: float
) -> dict[str, float]:
    day_of_fever = _recent_pyrogenic(story, h, over_h=24.0)
    two_days = _recent_drive(story, h, over_h=48.0)
    since_anticytokine = _hours_since(story, "anticytokine", h)
    interleukin = 4.0 + 900.0 * state.drive**3 * (0.5 + susceptibility)
    if since_anticytokine is not None and since_anticytokine < 120:
        # The receptor is blocked, so the cytokine stays in the blood (clinical reference 5.4).
        interleukin = interleukin * 3.0 + 250.0
    return {
        "crp": 4.0 + 150.0 * day_of_fever * (0.6 + 0.8 * susceptibility) + 140.0 * state.infection,
        "ferritin": 380.0 + 5200.0 * two_days**2 * (0.5 + susceptibility),
        "interleukin_6": interleukin + 120.0 * state.infection,
        "ldh": 210.0 + 260.0 * two_days,
        "fibrinogen": 410.0 + 160.0 * day_of_fever - 190.0 * max(0.0, two_days - 0.6),
        "creatinine": 0.85 + 0.5 * state.vasoplegia + 0.25 * level(story.vasoplegia, h),
        "bilirubin_total": 0.6 + 0.5 * two_days,
        "ast": 24.0 + 70.0 * two_days**2,
        "alt": 26.0 + 60.0 * two_days**2,
        "lactate": 1.1 + 2.2 * state.vasoplegia,
        "procalcitonin": 0.08 + 0.25 * two_days + 9.0 * state.infection,
        "potassium": 4.1 - 0.4 * two_days,
    }


def laboratory_values(
    story: Scenario, h: float, *, susceptibility: float, random: np.random.Generator
) -> tuple[SampleValue, ...]:
    """One morning's laboratory set at the chart's precision, each value with 6 % of scatter."""
    values = _counts(story, h, susceptibility)
    values |= _chemistry(story, h, latent_state(story, h), susceptibility)
    scatter = 1 + 0.06 * np.clip(random.normal(size=len(values)), -2, 2)
    # Potassium is held in narrow bounds by the body; a tenth of the scatter is already much.
    return tuple(
        SampleValue(
            concept=concept,
            value=round(
                value * (1 + (factor - 1) / 4 if concept == "potassium" else factor),
                CONCEPTS[concept].decimals,
            ),
        )
        for (concept, value), factor in zip(values.items(), scatter.tolist(), strict=True)
    )
