"""The ASTCT 2019 grade of cytokine release syndrome, asked of records.

Lee 2019, Table 2; the readings C1-C23 are the clinical reference's, 1.3.
"""

from collections.abc import Mapping

import numpy as np

from monitoring.clinical.policy import load_policy
from monitoring.clinical.rulebook import load_rulebook
from monitoring.clinical.scales.answer import Scale
from monitoring.clinical.scales.astct_crs_columns import grade_records
from monitoring.clinical.scales.astct_crs_support import inhaled_fraction
from monitoring.clinical.scales.astct_crs_words import answers
from monitoring.clinical.scales.criteria_table import CriteriaTable
from monitoring.clinical.scales.crs_fields import (
    oxygen_fields,
    truth_field,
    vasopressors_field,
    vital_field,
)
from monitoring.clinical.scales.fields import Columns, Field, FieldKind
from monitoring.clinical.scales.quantities import disagreements, fields_of

# 21 per cent is exactly what air holds.
_LOWEST_FRACTION = 0.21 - 1e-9


def scale() -> Scale:
    """The scale "astct-crs" by the packaged rules and policy; raises ``RuleFileError``."""
    rules, policy = load_rulebook().crs, load_policy()
    table = CriteriaTable(
        id=rules.id, title="ASTCT 2019", criteria=rules.criteria, source=rules.source
    )
    return Scale(
        id="astct-crs",
        title="ASTCT 2019 grade of cytokine release syndrome",
        version=f"{rules.id} {policy.id}",
        answers="grade",
        source=rules.source,
        fields=_fields(),
        of_columns=lambda columns: answers(
            columns, grade_records(columns, rules, policy), rules=rules, table=table, policy=policy
        ),
        check=_check,
    )


def _check(columns: Columns) -> Mapping[int, str]:
    """What is wrong with a record whose values cannot stand together, by place (8.4)."""
    low_fraction = inhaled_fraction(columns.number["fio2"]) < _LOWEST_FRACTION
    faults = {
        "dbp must be below sbp; check both.": columns.number["dbp"] >= columns.number["sbp"],
        "fio2 takes a fraction from 0.21 to 1 or per cent from 21 to 100.": low_fraction,
    }
    unfit = {
        int(place): message
        for message, is_wrong in faults.items()
        for place in np.flatnonzero(is_wrong)
    }
    return {**unfit, **disagreements(("temp",), columns)}


def _fields() -> tuple[Field, ...]:
    return (
        *fields_of(("temp",)),
        vital_field("sbp", "Systolic blood pressure", "systolic_bp"),
        vital_field("dbp", "Diastolic blood pressure", "diastolic_bp"),
        vital_field("baseline_sbp", "The person's usual systolic blood pressure", "systolic_bp"),
        Field(
            name="age_years",
            label="Age",
            kind=FieldKind.NUMBER,
            unit="a",
            lowest=0.0,
            highest=130.0,
        ),
        truth_field("fluids_for_hypotension", "Fluids given for hypotension"),
        truth_field("hypotension_by_baseline", "Hypotension in a clinician's judgement (C8)"),
        vasopressors_field(),
        *oxygen_fields(),
        truth_field("episode_open", "A CRS episode is open: its fever was there"),
        truth_field(
            "antipyretic_or_anticytokine_since_onset",
            "Antipyretic, anticytokine therapy or steroid given since that fever (C6)",
        ),
        truth_field("premedicated", "Premedicated before any symptom (C5)"),
        truth_field("fever_other_cause", "The fever has another cause (C17)"),
        Field(
            name="day_since_therapy",
            label="Days since the therapy or its latest dose (C18)",
            kind=FieldKind.NUMBER,
            unit="d",
            lowest=0.0,
        ),
        truth_field("death_due_to_crs", "Death due to CRS"),
    )
