"""The ASTCT 2019 grade of cytokine release syndrome, asked of records.

Lee 2019, Table 2; the readings C1-C23 are the clinical reference's, 1.3.
"""

from collections.abc import Mapping

import numpy as np

from monitoring.clinical.concepts import CONCEPTS, OXYGEN_DEVICES
from monitoring.clinical.policy import load_policy
from monitoring.clinical.rulebook import load_rulebook
from monitoring.clinical.rulebook_types import CrsRules
from monitoring.clinical.scales.answer import Scale
from monitoring.clinical.scales.astct_crs_columns import grade_records
from monitoring.clinical.scales.astct_crs_pressure import agents
from monitoring.clinical.scales.astct_crs_support import PRESSURE_REASONS, inhaled_fraction
from monitoring.clinical.scales.astct_crs_words import answers
from monitoring.clinical.scales.criteria_table import CriteriaTable
from monitoring.clinical.scales.fields import Columns, Field, FieldKind

# Two ways to write one temperature differ by rounding, and no more.
_SAME_TEMPERATURE_C = 0.11


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
        fields=_fields(rules),
        of_columns=lambda columns: answers(
            columns, grade_records(columns, rules, policy), rules=rules, table=table, policy=policy
        ),
        check=_check,
    )


def _check(columns: Columns) -> Mapping[int, str]:
    """What is wrong with a record whose values cannot stand together, by place (8.4)."""
    temp_c, temp_f = columns.number["temp_c"], columns.number["temp_f"]
    fraction = inhaled_fraction(columns.number["fio2"])
    faults = (
        (
            np.abs(temp_c - (temp_f - 32) * 5 / 9) > _SAME_TEMPERATURE_C,
            "temp_c and temp_f are two different temperatures; give the right one alone.",
        ),
        (
            columns.number["dbp"] >= columns.number["sbp"],
            "dbp must be below sbp; check both.",
        ),
        (
            fraction < 0.21 - 1e-9,
            "fio2 takes a fraction from 0.21 to 1, or per cent from 21 to 100.",
        ),
    )
    return {
        int(place): message for is_wrong, message in faults for place in np.flatnonzero(is_wrong)
    }


def _fields(rules: CrsRules) -> tuple[Field, ...]:
    return (
        _vital("temp_c", "Temperature in Celsius, or give temp_f", "body_temperature"),
        Field(
            name="temp_f",
            label="Temperature in Fahrenheit",
            kind=FieldKind.NUMBER,
            unit="[degF]",
            lowest=77.0,
            highest=113.0,
        ),
        _vital("sbp", "Systolic blood pressure", "systolic_bp"),
        _vital("dbp", "Diastolic blood pressure", "diastolic_bp"),
        _vital("baseline_sbp", "The person's usual systolic blood pressure", "systolic_bp"),
        _number("age_years", "Age", unit="a", highest=130.0),
        _truth("fluids_for_hypotension", "Fluids given for hypotension"),
        _truth("hypotension_by_baseline", "Hypotension in a clinician's judgement (C8)"),
        Field(
            name="vasopressors",
            label="Vasopressors running; the dose does not matter",
            kind=FieldKind.CHOICES,
            choices=agents(rules),
            synonyms={name: own for name, own in rules.agents.items() if name != own},
        ),
        Field(
            name="o2_device",
            label="Oxygen device",
            kind=FieldKind.CHOICE,
            choices=OXYGEN_DEVICES,
            synonyms={name: one.device for one in rules.devices.values() for name in one.names},
            advice=rules.unclear_devices,
        ),
        _vital("o2_flow_lpm", "Oxygen flow", "oxygen_flow"),
        _number("fio2", "Inhaled oxygen, as fraction or per cent", lowest=0.21, highest=100.0),
        _truth("o2_for_hypoxia", "Oxygen given to correct hypoxia (C13)"),
        Field(
            name="positive_pressure_reason",
            label="Why positive pressure is given (C15, C16)",
            kind=FieldKind.CHOICE,
            choices=PRESSURE_REASONS,
        ),
        _truth("episode_open", "A CRS episode is open: fever was there"),
        _truth(
            "antipyretic_or_anticytokine_since_onset",
            "Antipyretic, anticytokine therapy or steroid given since that fever (C6)",
        ),
        _truth("premedicated", "Premedicated before any symptom (C5)"),
        _truth("fever_other_cause", "The fever has another cause (C17)"),
        _number("day_since_therapy", "Days since the therapy, or its latest dose (C18)", unit="d"),
        _truth("death_due_to_crs", "Death due to CRS"),
    )


def _vital(name: str, label: str, concept: str) -> Field:
    own = CONCEPTS[concept]
    low, high = own.possible or (-np.inf, np.inf)
    return Field(
        name=name, label=label, kind=FieldKind.NUMBER, unit=own.unit, lowest=low, highest=high
    )


def _number(
    name: str, label: str, *, unit: str = "", lowest: float = 0.0, highest: float = np.inf
) -> Field:
    return Field(
        name=name, label=label, kind=FieldKind.NUMBER, unit=unit, lowest=lowest, highest=highest
    )


def _truth(name: str, label: str) -> Field:
    return Field(name=name, label=label, kind=FieldKind.TRUTH)
