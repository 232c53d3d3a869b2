"""A live feed in a process of its own: sets are recorded while others look on.

``python -m scripts.benchmarks.feeding STORE SECONDS`` records a set every two seconds for a random
patient, in stretches with pauses, so that there are ticks with news and ticks without. It prints a
line when it begins, and the ward's data version at the end.
"""

import sys
import time
from datetime import UTC, datetime
from random import Random
from uuid import uuid4

from db.engine import Store
from db.queries import census, versions
from monitoring.services.record import record_set
from scripts.benchmarks.ward import NURSE, WARD_CODE, full_set, opened

EVERY_S = 2.0
# Ten seconds of news, six of silence: longer than one tick.
STRETCH_S, PAUSE_S = 10.0, 6.0


def feed(store: Store, *, seconds: float) -> int:
    """Record for ``seconds``; the ward's data version afterwards."""
    random = Random(3)
    with store.read() as session:
        ward = census.ward_by_code(session, WARD_CODE)
        assert ward is not None
        encounters = census.open_encounter_ids(session, ward.id)
    print("feeding", flush=True)
    began = time.monotonic()
    while (elapsed := time.monotonic() - began) < seconds:
        if elapsed % (STRETCH_S + PAUSE_S) < STRETCH_S:
            record_now(store, random.choice(encounters), random)
        time.sleep(EVERY_S)
    with store.read() as session:
        return versions.current(session, [ward.id])[ward.id]


def record_now(store: Store, encounter_id: int, random: Random) -> None:
    """Record a full set taken at this moment."""
    now = datetime.now(UTC)
    record_set(
        store,
        encounter_id=encounter_id,
        values=full_set(random, feverish=random.random() < 0.3),
        taken_at=now,
        source="bench",
        source_id=uuid4().hex,
        actor=NURSE,
        now=now,
    )


if __name__ == "__main__":
    with opened(sys.argv[1]) as opened_store:
        print(feed(opened_store, seconds=float(sys.argv[2])))
