"""A bedside for the tests: one patient on a real store, charted as a nurse would."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count

from db.engine import Store
from db.queries import alerts, evaluations, observations
from monitoring.clinical.concepts import CONCEPTS
from monitoring.clinical.results import Evaluation
from monitoring.services import access, census, treat
from monitoring.services.change import Recorded
from monitoring.services.members import add_member
from monitoring.services.record import NewValue, record_set
from monitoring.services.therapy import record_therapy
from tests.contract.ward import open_threads

MIDNIGHT = datetime(2026, 11, 20, tzinfo=UTC)
NURSE = "nurse.amara"
PHYSICIAN = "dr.lindqvist"

_NUMBERS = {
    "temp_c": ("body_temperature", "Cel"),
    "hr": ("heart_rate", "/min"),
    "rr": ("respiratory_rate", "/min"),
    "sbp": ("systolic_bp", "mm[Hg]"),
    "dbp": ("diastolic_bp", "mm[Hg]"),
    "spo2": ("spo2", "%"),
    "flow_lpm": ("oxygen_flow", "L/min"),
}
_CODES = {"device": "oxygen_device", "acvpu": "consciousness"}
WELL = {
    "temp_c": 36.8,
    "hr": 78,
    "rr": 15,
    "sbp": 122,
    "dbp": 74,
    "spo2": 97,
    "device": "room_air",
    "acvpu": "A",
}


def clock(text: str) -> datetime:
    """ "26:30" is half past two of the second day."""
    hours, minutes = text.split(":")
    return MIDNIGHT + timedelta(hours=int(hours), minutes=int(minutes))


def values_of(**charted: float | str) -> list[NewValue]:
    """Checked values from the short names of a chart."""
    values = []
    for name, value in charted.items():
        if name in _NUMBERS:
            concept, unit = _NUMBERS[name]
            values.append(
                NewValue(
                    concept=concept,
                    value=float(value),
                    code=None,
                    value_sent=str(value),
                    unit_sent=unit,
                )
            )
        else:
            values.append(
                NewValue(
                    concept=_CODES[name],
                    value=None,
                    code=str(value),
                    value_sent=str(value),
                    unit_sent=None,
                )
            )
    return values


@dataclass
class Bedside:
    """One patient in bed 1, infused with axi-cel at midnight."""

    store: Store
    ward_id: int
    encounter_id: int
    public_id: str
    _keys: "count[int]" = field(default_factory=count)

    def chart(
        self,
        at: str,
        *,
        known: str | None = None,
        key: str | None = None,
        actor: str = NURSE,
        **charted: float | str,
    ) -> Recorded:
        """Chart values measured ``at``; ``known`` is when they were entered (default: at once)."""
        return record_set(
            self.store,
            encounter_id=self.encounter_id,
            values=values_of(**charted),
            taken_at=clock(at),
            source="chart",
            source_id=key or f"submit-{next(self._keys)}",
            actor=actor,
            now=clock(known or at),
        )

    def well(self, at: str, **changed: float | str) -> Recorded:
        """Chart a whole set of a well patient, but for what is named."""
        return self.chart(at, **{**WELL, **changed})

    def score(self, at: str, concept: str, value: float) -> Recorded:
        """Chart what has points and no unit, alone."""
        sent = NewValue(
            concept=concept, value=value, code=None, value_sent=str(value), unit_sent="{score}"
        )
        return record_set(
            self.store,
            encounter_id=self.encounter_id,
            values=[sent],
            taken_at=clock(at),
            source="chart",
            source_id=f"{concept} {at}",
            actor=NURSE,
            now=clock(at),
        )

    def give(
        self,
        at: str,
        kind: str,
        agent: str,
        *,
        running: bool = False,
        indication: str | None = None,
    ) -> Recorded:
        """Give a treatment at a moment, or start one that goes on running."""
        return treat.record_treatment(
            self.store,
            encounter_id=self.encounter_id,
            kind=kind,
            agent=agent,
            dose_value=None,
            dose_unit=None,
            route="IV",
            indication=indication,
            started_at=clock(at),
            ended_at=None if running else clock(at),
            source="chart",
            source_id=f"treatment-{next(self._keys)}",
            actor=NURSE,
            now=clock(at),
        )

    def latest(self) -> Evaluation:
        """The newest stored evaluation."""
        with self.store.read() as session:
            (row,) = evaluations.latest(session, [self.encounter_id])
        return Evaluation.from_document(row.document)

    def open_problems(self) -> dict[str, str]:
        """The problems with an open alert and how each is acknowledged."""
        with self.store.read() as session:
            rows = open_threads(session, self.encounter_id)
        return {row.problem: row.acknowledgement for row in rows}

    def thread(self, problem: str) -> alerts.ThreadRow:
        """The open thread of a problem."""
        with self.store.read() as session:
            rows = open_threads(session, self.encounter_id)
        (row,) = [row for row in rows if row.problem == problem]
        return row

    def value_row(self, concept: str) -> observations.ObservationRow:
        """The current row of a concept."""
        with self.store.read() as session:
            rows = observations.latest_per_concept(session, [self.encounter_id])
        (row,) = [row for row in rows if row.concept == concept]
        return row


def bedside(store: Store, *, bed: str = "1", identifier: str = "T-1") -> Bedside:
    """Admit a patient with axi-cel infused at midnight."""
    ward_id = census.ensure_ward(
        store,
        code="T",
        name="Test ward",
        time_zone="Europe/Berlin",
        beds=[bed],
        is_demo=False,
        actor="admin",
        now=MIDNIGHT,
    )
    admitted = census.admit(
        store,
        ward_id=ward_id,
        bed_label=bed,
        patient=census.PatientDetails(
            identifier_system="test",
            identifier=identifier,
            family_name="Okafor",
            given_name="Nia",
            birth_date=MIDNIGHT.date().replace(year=1970),
        ),
        admitted_at=MIDNIGHT - timedelta(days=2),
        care_setting="ward",
        treatments_charted=True,
        actor=PHYSICIAN,
        now=MIDNIGHT,
    )
    record_therapy(
        store,
        encounter_id=admitted.encounter_id,
        product="axi-cel",
        therapy_class="car_t",
        doses=[(MIDNIGHT, None)],
        actor=PHYSICIAN,
        now=MIDNIGHT,
    )
    return Bedside(
        store=store,
        ward_id=ward_id,
        encounter_id=admitted.encounter_id,
        public_id=admitted.public_id,
    )


def add_team(store: Store) -> None:
    """The nurse and the physician of the stories can sign in."""
    for username, role in ((NURSE, "nurse"), (PHYSICIAN, "physician")):
        member = access.Member(username=username, display_name=username, role=access.Role(role))
        add_member(store, member, actor="admin", now=clock("00:00"))


def result(bed: Bedside, at: datetime, **values: float) -> None:
    """Results of one sample, in the concepts' own units."""
    record_set(
        bed.store,
        encounter_id=bed.encounter_id,
        values=[
            NewValue(
                concept=concept,
                value=value,
                code=None,
                value_sent=str(value),
                unit_sent=CONCEPTS[concept].unit,
            )
            for concept, value in values.items()
        ],
        taken_at=at,
        source="laboratory",
        source_id=at.isoformat(),
        actor=NURSE,
        now=at,
    )
