"""Where imported patients lie: a ward that grows with them, or one that the person names."""

from dataclasses import dataclass
from datetime import datetime

from db.engine import Store
from db.queries import census as census_rows
from monitoring.config import IMPORT_WARD_CODE
from monitoring.services import census
from monitoring.services.errors import RefusedError

IMPORT_WARD_NAME = "Imported patients"


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeWard:
    """The ward that takes the patients; ``grows`` where beds are added as they are needed."""

    ward_id: int
    code: str
    name: str
    time_zone: str
    grows: bool


def intake_ward(
    store: Store, *, code: str | None, time_zone: str, actor: str, now: datetime
) -> IntakeWard:
    """The ward of a code, or the ward for imports, created where it is missing.

    Raises ``RefusedError`` for a code that no ward has.
    """
    wanted = code or IMPORT_WARD_CODE
    if wanted == IMPORT_WARD_CODE:
        census.ensure_ward(
            store,
            code=IMPORT_WARD_CODE,
            name=IMPORT_WARD_NAME,
            time_zone=time_zone,
            beds=(),
            is_demo=False,
            actor=actor,
            now=now,
        )
    with store.read() as session:
        ward = census_rows.ward_by_code(session, wanted)
        known = ", ".join(one.code for one in census_rows.wards(session))
    if ward is None:
        message = f"There is no ward {wanted}. Known are: {known or 'none yet'}."
        raise RefusedError(message)
    return IntakeWard(
        ward_id=ward.id,
        code=ward.code,
        name=ward.name,
        time_zone=ward.time_zone,
        grows=ward.code == IMPORT_WARD_CODE,
    )


def free_bed(store: Store, ward: IntakeWard, *, actor: str, now: datetime) -> str:
    """The label of a free bed; raises ``RefusedError`` where the ward is full and does not grow."""
    with store.read() as session:
        board = census_rows.bed_board(session, ward.ward_id)
    for bed in board:
        if bed.encounter_id is None:
            return bed.label
    if not ward.grows:
        message = (
            f"Ward {ward.code} has no free bed for another patient. Discharge a patient, or leave "
            "out --ward: the ward for imports has a bed for everyone."
        )
        raise RefusedError(message)
    taken = {bed.label for bed in board}
    label = next(str(n) for n in range(len(board) + 1, 2 * len(board) + 2) if str(n) not in taken)
    census.ensure_ward(
        store,
        code=ward.code,
        name=ward.name,
        time_zone=ward.time_zone,
        beds=(label,),
        is_demo=False,
        actor=actor,
        now=now,
    )
    return label
