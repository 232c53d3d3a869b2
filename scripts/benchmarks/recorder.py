"""Records a blood pressure for one patient whenever it is told to, in a process of its own.

``python -m scripts.benchmarks.recorder STORE`` reads "systolic diastolic" from each line it is sent
and answers with the seconds since 1970 at which the recording had been committed.
"""

import sys
import time
from datetime import UTC, datetime
from random import Random
from uuid import uuid4

from db.queries import census
from monitoring.services.record import NewValue, record_set
from scripts.benchmarks.ward import NURSE, WARD_CODE, full_set, opened


def main(store_url: str) -> None:
    """Record until the input ends."""
    random = Random(5)
    with opened(store_url) as store:
        with store.read() as session:
            ward = census.ward_by_code(session, WARD_CODE)
            assert ward is not None
            encounter_id = census.open_encounter_ids(session, ward.id)[0]
        for line in sys.stdin:
            systolic, diastolic = line.split()
            numbers = {"systolic_bp": systolic, "diastolic_bp": diastolic}
            values = [value for value in full_set(random) if value.concept not in numbers]
            values += [
                NewValue(
                    concept=concept,
                    value=float(number),
                    code=None,
                    value_sent=number,
                    unit_sent="mm[Hg]",
                )
                for concept, number in numbers.items()
            ]
            now = datetime.now(UTC)
            record_set(
                store,
                encounter_id=encounter_id,
                values=values,
                taken_at=now,
                source="bench",
                source_id=uuid4().hex,
                actor=NURSE,
                now=now,
            )
            print(time.time(), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
