"""A ward for the benchmarks: real stores, filled through the services, with seeded vital signs."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from db.engine import Store, create_store
from db.migrate import upgrade
from monitoring.clinical.alert_state import SPEAKING, TransitionKind
from monitoring.services import census
from monitoring.services.history import History, PastSet, record_history
from monitoring.services.record import NewValue
from monitoring.services.settle import Response
from monitoring.services.therapy import record_therapy
from monitoring.services.threads import Change

FOLDER = Path("var/bench")
WARD_CODE = "BENCH"
NURSE = "nurse.bench"
BEDS = 30
TAKEN_AFTER_US = 5 * 60 * 1_000_000
_REMINDERS = {TransitionKind.ESCALATED, TransitionKind.REPEATED}
_UNITS = {
    "body_temperature": "Cel",
    "heart_rate": "/min",
    "respiratory_rate": "/min",
    "systolic_bp": "mm[Hg]",
    "diastolic_bp": "mm[Hg]",
    "spo2": "%",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchWard:
    """The ward and who lies in it, in the order of the beds."""

    ward_id: int
    encounter_ids: tuple[int, ...]


def fresh_url(name: str) -> str:
    """The address of an empty SQLite store under ``var/bench``, in place of any older one."""
    path = FOLDER / f"{name}.db"
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    url = f"sqlite:///{path.absolute()}"
    upgrade(url)
    return url


@contextmanager
def opened(url: str) -> Iterator[Store]:
    """A store that is closed at the end."""
    store = create_store(url)
    try:
        yield store
    finally:
        store.close()


def admit_all(store: Store, *, now: datetime, hours: int, beds: int = BEDS) -> BenchWard:
    """A ward with a patient in every bed, admitted ``hours`` ago and infused an hour later.

    All of it is recorded when it happens, so that nobody is overdue on arrival.
    """
    admitted_at = now - timedelta(hours=hours)
    infused_at = admitted_at + timedelta(hours=1)
    labels = [f"{number:02d}" for number in range(1, beds + 1)]
    ward_id = census.ensure_ward(
        store,
        code=WARD_CODE,
        name="Benchmark ward",
        time_zone="Europe/Berlin",
        beds=labels,
        is_demo=True,
        actor=NURSE,
        now=admitted_at,
    )
    encounter_ids = []
    for label in labels:
        encounter_id = census.admit(
            store,
            ward_id=ward_id,
            bed_label=label,
            patient=census.PatientDetails(
                identifier_system="bench",
                identifier=f"B-{label}",
                family_name=f"Benchmark-{label}",
                given_name="Invented",
                birth_date=now.date().replace(year=1965, day=1),
            ),
            admitted_at=admitted_at,
            care_setting="ward",
            treatments_charted=True,
            actor=NURSE,
            now=admitted_at,
        ).encounter_id
        record_therapy(
            store,
            encounter_id=encounter_id,
            product="axi-cel",
            therapy_class="car_t",
            doses=[(infused_at, None)],
            actor=NURSE,
            now=infused_at,
        )
        encounter_ids.append(encounter_id)
    return BenchWard(ward_id=ward_id, encounter_ids=tuple(encounter_ids))


def chart_hourly(store: Store, ward: BenchWard, *, now: datetime, hours: int) -> None:
    """A full set an hour for every patient up to ``now``, with fevers and low pressures.

    As on a ward that works, somebody takes each alert within five minutes.
    """

    def take(change: Change) -> Response | None:
        if change.transition.kind not in SPEAKING - _REMINDERS:
            return None
        return Response(by=NURSE, note=None, at_us=change.transition.at_us + TAKEN_AFTER_US)

    for place, encounter_id in enumerate(ward.encounter_ids):
        random = Random(1000 + place)
        taken = [now - timedelta(hours=back) for back in range(hours, 0, -1)]
        sets = [
            PastSet(
                source_id=f"hourly-{place}-{number}",
                taken_at=at,
                recorded_at=at,
                values=full_set(random, feverish=(number + 7 * place) % 30 < 8),
            )
            for number, at in enumerate(taken)
        ]
        record_history(
            store,
            encounter_id=encounter_id,
            history=History(source="bench", sets=sets),
            actor=NURSE,
            now=now,
            responder=take,
        )


def full_set(random: Random, *, feverish: bool = False) -> list[NewValue]:
    """A whole set as a nurse charts it: six numbers, the oxygen device and consciousness."""
    rise = 1.0 if feverish else 0.0
    systolic = round(random.gauss(122 - 24 * rise, 6))
    numbers = {
        "body_temperature": round(random.gauss(36.8 + 1.9 * rise, 0.15), 1),
        "heart_rate": round(random.gauss(78 + 30 * rise, 5)),
        "respiratory_rate": round(random.gauss(15 + 6 * rise, 1)),
        "systolic_bp": systolic,
        "diastolic_bp": round(systolic * 0.6),
        "spo2": min(100, round(random.gauss(97 - 3 * rise, 0.8))),
    }
    values = [
        NewValue(
            concept=concept,
            value=float(number),
            code=None,
            value_sent=str(number),
            unit_sent=_UNITS[concept],
        )
        for concept, number in numbers.items()
    ]
    values += [
        NewValue(concept=concept, value=None, code=code, value_sent=code, unit_sent=None)
        for concept, code in (("oxygen_device", "room_air"), ("consciousness", "A"))
    ]
    return values
