"""Lee 2014 and CTCAE v5.0 once more, by if and elif from the paper, for records that leave nothing
open. It shares no code and no data with the rules.
"""

from collections.abc import Mapping
from typing import Any

Record = Mapping[str, Any]
INOTROPES = {"dobutamine", "milrinone", "midodrine", "methylene_blue"}
PRESSURE = {"cpap", "bipap", "invasive_ventilation", "ecmo"}


def lee(record: Record) -> int:
    """Lee DW et al. Blood 2014;124:188-195; clinical reference 3.1, 3.2."""
    organ, liver = record["organ_toxicity_grade"], record["transaminitis_grade"]
    running = set(record["vasopressors"]) - INOTROPES
    oxygen = _oxygen(record)
    if record["death_due_to_crs"]:
        return 5
    if _ventilated(record) or organ == 4:
        return 4
    if oxygen is not None and oxygen >= 0.40 - 1e-9:
        return 3
    if len(running) > 1 or _high_dose(record, running):
        return 3
    if organ == 3 or liver in (3, 4):
        return 3
    if oxygen is not None or record["fluids_for_hypotension"]:
        return 2
    if running or organ == 2 or liver == 2:
        return 2
    if _febrile(record) or record["symptoms"]:
        return 1
    return 0


def ctcae_crs(record: Record) -> int:
    """NCI, CTCAE v5.0, 27 November 2017, cytokine release syndrome; clinical reference 3.1."""
    oxygen = _oxygen(record)
    if record["death_due_to_crs"]:
        return 5
    if record["life_threatening"]:
        return 4
    if set(record["vasopressors"]) - INOTROPES:
        return 3
    if oxygen is not None and oxygen >= 0.40 - 1e-9:
        return 3
    if oxygen is not None or record["fluids_for_hypotension"]:
        return 2
    return 1 if _febrile(record) else 0


def _febrile(record: Record) -> bool:
    return record["temp_c"] >= 38.0 - 1e-6 and not record["fever_other_cause"]


def _high_dose(record: Record, running: set[str]) -> bool:
    if record["vasopressor_hours"] < 3:
        return False
    norepinephrine = record.get("norepinephrine_ug_min") or 0
    dopamine = record.get("dopamine_ug_kg_min") or 0
    phenylephrine = record.get("phenylephrine_ug_min") or 0
    epinephrine = record.get("epinephrine_ug_min") or 0
    equivalent = norepinephrine + dopamine / 2 + epinephrine + phenylephrine / 10
    if "vasopressin" in running:
        return bool(equivalent >= 10 - 1e-9)
    if running == {"norepinephrine"}:
        return bool(norepinephrine >= 20)
    if running == {"dopamine"}:
        return bool(dopamine >= 10)
    if running == {"phenylephrine"}:
        return bool(phenylephrine >= 200)
    if running == {"epinephrine"}:
        return bool(epinephrine >= 10)
    return len(running) > 1 and bool(equivalent >= 20 - 1e-9)


def _oxygen(record: Record) -> float | None:
    """The fraction of oxygen that hypoxia needs, None where it needs none."""
    if not record["o2_for_hypoxia"]:
        return None
    device = record["o2_device"]
    fraction = record["fio2"]
    if fraction > 0.21 + 1e-9:
        return float(fraction)
    if device in PRESSURE or device in {"high_flow_nasal_cannula", "room_air"}:
        return None
    if device == "nasal_cannula" and record["o2_flow_lpm"] == 0:
        return None
    return float(fraction)


def _ventilated(record: Record) -> bool:
    if record["positive_pressure_reason"] != "hypoxia" or not record["o2_for_hypoxia"]:
        return False
    return record["ventilated"] or record["o2_device"] in {"invasive_ventilation", "ecmo"}
