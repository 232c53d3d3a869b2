"""A ward of a few known patients on a real store, and a nurse who charts from another process.

``python -m tests.browser.small_ward STORE ENCOUNTER key=value ...`` records one set and exits.
"""

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from db.engine import Store, create_store
from db.queries import census as census_rows
from monitoring.services import census
from monitoring.services.record import record_set
from monitoring.services.therapy import record_therapy
from tests.browser.server_process import ROOT
from tests.stories import WELL, values_of

WARD = "DEMO"
NURSE = "demo.nurse"


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    """Somebody who lies on the small ward."""

    bed: str
    family_name: str
    given_name: str
    encounter_id: int
    public_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SmallWard:
    """The store's address and who lies where."""

    url: str
    patients: tuple[Patient, ...]

    def chart_elsewhere(self, patient: Patient, **charted: float | str) -> None:
        """Record a set of a well patient, but for what is named, in a process of its own."""
        pairs = [f"{name}={value}" for name, value in charted.items()]
        subprocess.run(
            [sys.executable, "-m", "tests.browser.small_ward", self.url, patient.public_id, *pairs],
            cwd=ROOT,
            check=True,
        )


def open_ward(url: str, names: Sequence[tuple[str, str]], *, beds: int | None = None) -> SmallWard:
    """A ward whose patients were infused two days ago and charted well ten minutes ago.

    Whoever lay there before goes home, so that each test finds its own patients and no others.
    """
    store = create_store(url)
    now = datetime.now(UTC)
    labels = [f"{number // 2 + 1}{'AB'[number % 2]}" for number in range(beds or len(names))]
    ward_id = census.ensure_ward(
        store,
        code=WARD,
        name="Ward of the tests",
        time_zone="Europe/Berlin",
        beds=labels,
        is_demo=True,
        actor="system:tests",
        now=now - timedelta(days=3),
    )
    _send_home(store, ward_id, now=now)
    patients = tuple(
        _admit(store, ward_id, label, family, given, now=now)
        for label, (family, given) in zip(labels, names, strict=False)
    )
    for patient in patients:
        chart(store, patient.encounter_id, at=now - timedelta(minutes=10))
    store.close()
    return SmallWard(url=url, patients=patients)


def _send_home(store: Store, ward_id: int, *, now: datetime) -> None:
    with store.read() as session:
        lying = census_rows.open_encounter_ids(session, ward_id)
    for encounter_id in lying:
        census.discharge(store, encounter_id=encounter_id, at=now, actor=NURSE, now=now)


def _admit(
    store: Store, ward_id: int, bed: str, family_name: str, given_name: str, *, now: datetime
) -> Patient:
    infused_at = now - timedelta(days=2, hours=1)
    admitted = census.admit(
        store,
        ward_id=ward_id,
        bed_label=bed,
        patient=census.PatientDetails(
            identifier_system="urn:tests",
            identifier=uuid4().hex,
            family_name=family_name,
            given_name=given_name,
            age_years_stated=58.0,
        ),
        admitted_at=infused_at,
        care_setting="ward",
        treatments_charted=True,
        actor=NURSE,
        now=infused_at,
    )
    record_therapy(
        store,
        encounter_id=admitted.encounter_id,
        product="axi-cel",
        therapy_class="car_t",
        doses=[(infused_at, None)],
        actor=NURSE,
        now=infused_at,
    )
    return Patient(
        bed=bed,
        family_name=family_name,
        given_name=given_name,
        encounter_id=admitted.encounter_id,
        public_id=admitted.public_id,
    )


def chart(store: Store, encounter_id: int, *, at: datetime, **charted: float | str) -> None:
    """Record a set of a well patient, but for what is named."""
    record_set(
        store,
        encounter_id=encounter_id,
        values=values_of(**{**WELL, **charted}),
        taken_at=at,
        source="chart",
        source_id=uuid4().hex,
        actor=NURSE,
        now=at,
    )


def _number_or_text(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text


def main(url: str, public_id: str, *pairs: str) -> None:
    """Record one set now."""
    store = create_store(url)
    try:
        with store.read() as session:
            encounter = census_rows.encounter_by_public_id(session, public_id)
        assert encounter is not None
        charted = {
            name: _number_or_text(value) for name, _, value in (p.partition("=") for p in pairs)
        }
        chart(store, encounter.id, at=datetime.now(UTC), **charted)
    finally:
        store.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
