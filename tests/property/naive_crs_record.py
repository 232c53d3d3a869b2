"""The ASTCT CRS grade of one record, transcribed from the reference's own algorithm.

Clinical reference 1.5 with the device table 1.4, in the plainest way; what is absent is None.
"""

from typing import Any

VASOPRESSORS = {
    "norepinephrine",
    "epinephrine",
    "phenylephrine",
    "dopamine",
    "angiotensin_ii",
    "ephedrine",
    "metaraminol",
}
MASKS = {
    "simple_face_mask",
    "face_tent",
    "aerosol_mask",
    "tracheostomy_mask",
    "venturi_mask",
    "partial_rebreather_mask",
    "nonrebreather_mask",
}
POSITIVE = {"cpap", "bipap", "invasive_ventilation", "ecmo"}


def device_class(device: str | None, flow: float | None) -> int:
    """Table 1.4, row by row; oxygen from nowhere is nasal cannula (C23)."""
    if device is None:
        if flow is None or flow == 0:
            return 0
        device = "nasal_cannula"
    if device == "room_air":
        return 0 if not flow else device_class("nasal_cannula", flow)
    if device in ("nasal_cannula", "reservoir_cannula"):
        if flow is None:
            return 2
        if flow == 0:
            return 0
        return 2 if flow <= 6 else 3
    if device == "blow_by":
        return 2
    if device == "high_flow_nasal_cannula":
        return 2 if flow is not None and flow <= 6 else 3
    if device in MASKS:
        return 3
    assert device in POSITIVE
    return 4


def oxygen_grade(record: dict[str, Any]) -> int:
    """Hypoxia: what is not for hypoxia does not count (C13, C15, C16)."""
    flow = record.get("o2_flow_lpm")
    fio2 = record.get("fio2")
    is_rich = fio2 is not None and (fio2 if fio2 <= 1 else fio2 / 100) > 0.21
    device = record.get("o2_device")
    reason = record.get("positive_pressure_reason")
    for_hypoxia = record.get("o2_for_hypoxia")
    grade = device_class(device, flow)
    if is_rich and grade == 0:
        grade = 2
    if device in POSITIVE:
        if reason == "hypoxia":
            return 4
        if reason is not None:
            # The pressure does not count; oxygen that is needed beside it does, by its flow.
            return 0 if for_hypoxia is not True else 3 if flow is not None and flow > 6 else 2
    return 0 if for_hypoxia is False else grade


def low_by_numbers(record: dict[str, Any]) -> bool:
    """The local policy: SBP 90, MAP 65, or below 80 % of the person's own and below 100."""
    sbp, dbp = record.get("sbp"), record.get("dbp")
    own, age = record.get("baseline_sbp"), record.get("age_years")
    if sbp is None:
        return False
    if own is not None and sbp < 0.8 * own - 1e-9 and sbp < 100:
        return True
    if age is not None and age < 18:
        if age * 365.25 <= 28:
            limit = 60
        elif age < 1:
            limit = 70
        elif age <= 10:
            limit = 70 + 2 * int(age)
        else:
            limit = 90
        return sbp < limit and not (own is not None and own < limit)
    if own is not None and own < 90:
        return False
    return sbp < 90 or (dbp is not None and dbp + (sbp - dbp) / 3 < 65)


def pressure_grade(record: dict[str, Any]) -> int:
    """Hypotension: drugs counted once each, vasopressin never towards multiple (C10, C11)."""
    running = set(record.get("vasopressors") or ())
    n = len(running & VASOPRESSORS)
    if n >= 2:
        return 4
    if n == 1 or "vasopressin" in running:
        return 3
    if record.get("fluids_for_hypotension") or record.get("hypotension_by_baseline"):
        return 2
    if record.get("hypotension_by_baseline") is None and low_by_numbers(record):
        return 2
    return 0


def temperature(record: dict[str, Any]) -> float | None:
    """In Celsius."""
    if record.get("temp_c") is not None:
        return float(record["temp_c"])
    if record.get("temp_f") is not None:
        return round((record["temp_f"] - 32) / 1.8, 6)
    return None


def grade(record: dict[str, Any]) -> int | None:
    """The grade; None where there is no temperature and no open episode."""
    if record.get("death_due_to_crs"):
        return 5
    temp = temperature(record)
    febrile = temp is not None and temp >= 38.0 and not record.get("fever_other_cause")
    waived = record.get("episode_open") is True and (
        record.get("antipyretic_or_anticytokine_since_onset") is True or temp is None
    )
    if temp is None and record.get("episode_open") is not True:
        return None
    if not (febrile or waived):
        return 0
    highest = max(pressure_grade(record), oxygen_grade(record))
    return highest or (1 if febrile else 0)
