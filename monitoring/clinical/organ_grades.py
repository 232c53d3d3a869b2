"""Organ toxicity by CTCAE v5.0 from a patient's own laboratory values, for the "also" grades.

Clinical reference 5.4 (CTCAE laboratory grades) and 3.1 (Lee 2014). A multiple of a limit of normal
needs the laboratory's limit, and one of the baseline the value before the first dose: what is not
known of them is left out and missing. None of it influences the ASTCT grade.
"""

from collections.abc import Mapping
from typing import Any

from monitoring.clinical.facts import EncounterFacts, ObservationColumns
from monitoring.clinical.laboratory import baseline_row, first_dose_us, series_of
from monitoring.clinical.laboratory_policy import LaboratoryPolicy

NAME = "ctcae-labs"
# The field of a test is its name and this unit; between them its limit is "_uln", "_lln".
_FIELDS = {
    "creatinine": ("creatinine", "_mg_dl"),
    "alt": ("alt", ""),
    "ast": ("ast", ""),
    "bilirubin_total": ("bilirubin", "_mg_dl"),
    "platelets": ("platelets", ""),
    "neutrophils": ("anc", ""),
    "haemoglobin": ("hb", "_g_dl"),
    "fibrinogen": ("fibrinogen", "_mg_dl"),
}
_UPPER = frozenset({"creatinine", "alt", "ast", "bilirubin_total"})
_WITH_BASELINE = "creatinine"
TESTS = tuple(_FIELDS)
# What Lee 2014 counts as an organ: low counts after lymphodepletion are not the organ toxicity of
# CRS, and the transaminases have rows of their own.
_ORGANS = ("creatinine", "bilirubin", "fibrinogen")
_TRANSAMINASES = ("alt", "ast")


def laboratory_record(
    facts: EncounterFacts,
    results: ObservationColumns,
    *,
    at_us: int,
    policy: LaboratoryPolicy,
) -> dict[str, Any]:
    """The newest results that still count at a moment, with their limits and baseline.

    ``results`` are those of the whole stay; the record is one of the scale ``ctcae-labs``.
    """
    began_us = first_dose_us(facts)
    record: dict[str, Any] = {}
    for concept, (name, unit) in _FIELDS.items():
        series = series_of(results, concept)
        row = int(series.taken_us[:-1].searchsorted(at_us, side="right")) - 1
        if row < 0 or at_us - int(series.taken_us[row]) > policy.valid_us:
            continue
        record[name + unit] = float(series.value[row])
        normal = policy.normal_at(concept, facts.age_years, facts.sex)
        limit = None
        if normal is not None:
            limit = normal.upper if concept in _UPPER else normal.lower
        if limit is not None:
            side = "_uln" if concept in _UPPER else "_lln"
            record[name + side + unit] = limit
        before = baseline_row(series, began_us)
        # Nothing can be counted in multiples of 0.
        if concept == _WITH_BASELINE and 0 <= before <= row and series.value[before] > 0:
            record[f"{name}_baseline{unit}"] = float(series.value[before])
    return record


def lee_toxicity(parts: Mapping[str, float | None]) -> dict[str, float]:
    """What Lee 2014 may be told, from the grade of each test (None: not known).

    Organs that no test shows are never known, so that their grade is a lower bound; transaminitis
    is whole where both tests are.
    """
    organs = [grade for name in _ORGANS if (grade := parts.get(name)) is not None]
    liver = [grade for name in _TRANSAMINASES if (grade := parts.get(name)) is not None]
    told = {"organ_toxicity_at_least": max(organs)} if organs else {}
    if liver:
        is_whole = len(liver) == len(_TRANSAMINASES)
        told["transaminitis_grade" if is_whole else "transaminitis_at_least"] = max(liver)
    return told
