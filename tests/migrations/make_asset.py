"""Makes the small store of the present schema that later versions are tested against.

Run it once for each new revision: ``python -m tests.migrations.make_asset``.
"""

import gzip
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy.orm import Session

from db.backup import backup
from db.engine import create_store
from db.migrate import upgrade
from db.queries import alerts, audit, evaluations, observations, treatments
from db.revision import head_revision
from tests.contract.ward import (
    NIGHT,
    a_set,
    a_thread,
    a_treatment,
    a_value,
    an_evaluation,
    open_ward,
)


def live_a_night(session: Session) -> None:
    """A value amended, one struck out, a treatment, an alert taken."""
    ward = open_ward(session)
    charted = observations.insert_set(
        session,
        a_set(ward, "night round"),
        [
            a_value(ward, "body_temperature", 37.2),
            a_value(ward, "heart_rate", 80, source_id="first"),
            a_value(ward, "heart_rate", 141, source_id="other patient"),
        ],
    )
    temperature, _, wrong = charted.row_ids
    for row_id, status, value in (
        (temperature, "amended", 39.2),
        (wrong, "entered-in-error", None),
    ):
        observations.supersede(
            session,
            observations.by_id(session, row_id),
            status=status,
            value_num=value,
            value_code=None,
            value_sent="" if value is None else str(value),
            unit_sent=None,
            queried=False,
            recorded_at=NIGHT + timedelta(hours=1),
            recorded_by="nurse.adeyemi",
            reason="read the wrong line",
        )
    treatments.insert(session, a_treatment(ward))
    evaluations.insert_many(session, [an_evaluation(ward)])
    thread_id = a_thread(session, ward)
    alerts.update_projection(session, thread_id=thread_id, owner="nurse.adeyemi")
    alerts.insert_acknowledgement(
        session, thread_id=thread_id, by="nurse.adeyemi", at=NIGHT, note=None, valid_until=None
    )
    audit.append(
        session,
        at=NIGHT,
        actor="nurse.adeyemi",
        action="observation.record",
        entity="observation_set",
        entity_id=str(charted.set_id),
        detail={"digest": charted.digest.hex()},
    )


def main() -> None:
    """Write ``assets/REVISION.db.gz``."""
    assets = Path(__file__).parent / "assets"
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/working.db"
        upgrade(url)
        store = create_store(url)
        store.write(live_a_night)
        copy = Path(folder) / "copy.db"
        backup(store, copy)
        store.close()
        packed = assets / f"{head_revision()}.db.gz"
        packed.write_bytes(gzip.compress(copy.read_bytes(), mtime=0))


if __name__ == "__main__":
    main()
