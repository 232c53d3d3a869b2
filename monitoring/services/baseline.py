"""What is usual for a person: own blood pressure, home oxygen and the SpO2 scale of NEWS2."""

from datetime import datetime

from sqlalchemy.orm import Session

from db.engine import Store
from db.queries import baselines
from db.queries.census import EncounterRow
from monitoring.clinical.agreement import check_set
from monitoring.services.change import Changed, change_facts
from monitoring.services.errors import RefusedError
from monitoring.services.possible import refuse_impossible


def set_baseline(
    store: Store,
    *,
    encounter_id: int,
    effective_from: datetime,
    systolic_mmhg: float | None,
    diastolic_mmhg: float | None,
    mean_mmhg: float | None,
    home_oxygen_device: str | None,
    home_oxygen_lpm: float | None,
    spo2_scale: int,
    actor: str,
    now: datetime,
) -> None:
    """Say what is usual for this person; the grade is judged against it from then on.

    Raises ``RefusedError`` for a pressure, a device or a flow that nobody can have.
    """
    if spo2_scale not in (1, 2):
        message = "The NEWS2 SpO2 scale is 1 or 2."
        raise RefusedError(message)
    said = (
        ("systolic_bp", systolic_mmhg, None),
        ("diastolic_bp", diastolic_mmhg, None),
        ("mean_arterial_pressure", mean_mmhg, None),
        ("oxygen_device", None, home_oxygen_device),
        ("oxygen_flow", home_oxygen_lpm, None),
    )
    for concept, value, code in said:
        if (value, code) != (None, None):
            refuse_impossible(concept, value, code)
    concerns = check_set({"systolic_bp": systolic_mmhg, "diastolic_bp": diastolic_mmhg})
    if refused := next((one for one in concerns if one.refused), None):
        raise RefusedError(refused.message)

    def change(session: Session, encounter: EncounterRow) -> Changed:
        row_id = baselines.insert(
            session,
            baselines.NewBaseline(
                encounter_id=encounter.id,
                effective_from=effective_from,
                systolic_mmhg=systolic_mmhg,
                diastolic_mmhg=diastolic_mmhg,
                mean_mmhg=mean_mmhg,
                home_oxygen_device=home_oxygen_device,
                home_oxygen_lpm=home_oxygen_lpm,
                spo2_scale=spo2_scale,
                set_by=actor,
                recorded_at=now,
            ),
        )
        return Changed(entity="baseline", entity_id=str(row_id), moments=[effective_from])

    change_facts(
        store,
        encounter_id=encounter_id,
        action="baseline.set",
        actor=actor,
        now=now,
        change=change,
    )
