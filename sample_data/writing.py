"""From an event of the sample ward to the store, through the same services that the ward uses.

Writing the same event twice changes nothing, so a load that was cut off is simply run again.
"""

from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from db.engine import Store
from db.queries import attributions, census, observations, therapies, treatments
from db.queries.facts import STREAM_SOURCE
from monitoring.clinical.concepts import CONCEPTS
from monitoring.services import census as census_service
from monitoring.services import correct, record, treat
from monitoring.services.baseline import set_baseline
from monitoring.services.change import Recorded
from monitoring.services.therapy import record_dose, record_therapy
from sample_data import events as happened
from sample_data.clock import StoryClock
from sample_data.people import IDENTIFIER_SYSTEM

SOURCE = "sample-ward"
# What a bedside monitor sends by itself.
MONITOR_SOURCE = f"{STREAM_SOURCE}:{SOURCE}"
SOURCES = frozenset({SOURCE, MONITOR_SOURCE})
# Who hands over what no single nurse or physician did; each set still names who charted it.
WARD_ACTOR = "demo.ward"


def public_id(patient_key: str) -> str:
    """The encounter's opaque identifier, always the same for one invented patient."""
    return uuid5(NAMESPACE_URL, f"{IDENTIFIER_SYSTEM}:{patient_key}").hex


def new_value(value: happened.SampleValue) -> record.NewValue:
    """A sample value as a nurse would have typed it."""
    concept = CONCEPTS[value.concept]
    if value.value is None:
        return record.NewValue(
            concept=concept.code,
            value=None,
            code=value.code,
            value_sent=str(value.code),
            unit_sent=None,
        )
    low, high = concept.probable or (value.value, value.value)
    return record.NewValue(
        concept=concept.code,
        value=value.value,
        code=None,
        value_sent=f"{value.value:.{concept.decimals}f}",
        unit_sent=concept.unit,
        queried=not low <= value.value <= high,
    )


def set_source_id(event: happened.Event, key: str) -> str:
    """How the store knows a set or a treatment of the sample ward."""
    return f"{event.patient_key}/{key}"


def source_of(event: happened.ObservationsCharted) -> str:
    """From whom the store has a set: charted, or sent by a monitor."""
    return MONITOR_SOURCE if event.by_monitor else SOURCE


class WardWriter:
    """Writes events of one ward, each at the wall time that the clock gives it."""

    def __init__(self, store: Store, *, ward_id: int, clock: StoryClock) -> None:
        self._store = store
        self._ward_id = ward_id
        self._clock = clock

    def write(self, event: happened.Event) -> Recorded | None:
        """Store one event; what followed from it, or None where it moves no grade."""
        if isinstance(event, happened.Admitted):
            self._admit(event)
            return None
        encounter = self.encounter(event.patient_key)
        if encounter is None or encounter.discharged_at is not None:
            # Somebody discharged this patient by hand, or gave the bed to another.
            return None
        at = self._clock.wall_at(event.at)
        recorded: Recorded | None = None
        match event:
            case happened.ObservationsCharted():
                recorded = self._chart(event, encounter.id, at)
            case happened.TreatmentStarted():
                recorded = self._treat(event, encounter.id, at)
            case happened.TreatmentEnded():
                recorded = self._end_treatment(event, encounter.id, at)
            case happened.ValueAmended() | happened.ValueStruckOut():
                recorded = self._correct(event, at)
            case happened.CauseAttributed():
                recorded = self._attribute(event, encounter.id, at)
            case happened.DoseGiven():
                self._give_dose(event, encounter.id, at)
            case happened.Discharged():
                census_service.discharge(
                    self._store, encounter_id=encounter.id, at=at, actor=event.actor, now=at
                )
        return recorded

    def encounter(self, patient_key: str) -> census.EncounterRow | None:
        """The stored stay of an invented patient, or None."""
        with self._store.read() as session:
            return census.encounter_by_public_id(session, public_id(patient_key))

    def _admit(self, event: happened.Admitted) -> None:
        if self.encounter(event.patient_key) is not None or not self._is_free(event.bed_label):
            return
        at = self._clock.wall_at(event.at)
        person, usual = event.person, event.usual
        admitted = census_service.admit(
            self._store,
            ward_id=self._ward_id,
            bed_label=event.bed_label,
            patient=census_service.PatientDetails(
                identifier_system=IDENTIFIER_SYSTEM,
                identifier=person.identifier,
                family_name=person.family_name,
                given_name=person.given_name,
                birth_date=person.birth_date,
                sex=person.sex,
                allergies=person.allergies,
            ),
            admitted_at=at,
            care_setting="ward",
            treatments_charted=True,
            actor=event.actor,
            now=at,
            public_id=public_id(event.patient_key),
        )
        record_therapy(
            self._store,
            encounter_id=admitted.encounter_id,
            product=event.product,
            therapy_class=event.therapy_class,
            doses=[(at - (event.at - given), text) for given, text in event.doses_before],
            actor=event.actor,
            now=at,
        )
        set_baseline(
            self._store,
            encounter_id=admitted.encounter_id,
            effective_from=at,
            systolic_mmhg=usual.systolic_mmhg,
            diastolic_mmhg=usual.diastolic_mmhg,
            mean_mmhg=usual.mean_mmhg,
            home_oxygen_device=usual.home_oxygen_device,
            home_oxygen_lpm=usual.home_oxygen_lpm,
            spo2_scale=usual.spo2_scale,
            actor=usual.set_by,
            now=at,
        )

    def _is_free(self, bed_label: str) -> bool:
        """Whether nobody, not even a visitor's own patient, lies in the bed."""
        with self._store.read() as session:
            board = census.bed_board(session, self._ward_id)
        return any(bed.label == bed_label and bed.encounter_id is None for bed in board)

    def _chart(
        self, event: happened.ObservationsCharted, encounter_id: int, at: datetime
    ) -> Recorded:
        return record.record_set(
            self._store,
            encounter_id=encounter_id,
            values=[new_value(value) for value in event.values],
            taken_at=at,
            source=source_of(event),
            source_id=set_source_id(event, event.key),
            actor=event.actor,
            now=at,
            partial_reason=event.partial_reason,
        )

    def _treat(self, event: happened.TreatmentStarted, encounter_id: int, at: datetime) -> Recorded:
        return treat.record_treatment(
            self._store,
            encounter_id=encounter_id,
            kind=event.kind,
            agent=event.agent,
            dose_value=event.dose_value,
            dose_unit=event.dose_unit,
            route=event.route,
            indication=event.indication,
            started_at=at,
            ended_at=None if event.ended_at is None else at,
            source=SOURCE,
            source_id=set_source_id(event, event.key),
            actor=event.actor,
            now=at,
        )

    def _give_dose(self, event: happened.DoseGiven, encounter_id: int, at: datetime) -> None:
        with self._store.read() as session:
            (therapy,) = therapies.therapies(session, encounter_id)
            given = therapies.current(session, encounter_id)
        if len(given) >= event.number:
            return
        record_dose(
            self._store,
            encounter_id=encounter_id,
            therapy_id=therapy.id,
            infused_at=at,
            dose_text=event.dose_text,
            actor=event.actor,
            now=at,
        )

    def _end_treatment(
        self, event: happened.TreatmentEnded, encounter_id: int, at: datetime
    ) -> Recorded | None:
        wanted = set_source_id(event, event.key)
        with self._store.read() as session:
            running = [
                row.id
                for row in treatments.current(session, encounter_id)
                if row.source_id == wanted and row.ended_at is None
            ]
        if not running:
            return None
        return treat.end_treatment(
            self._store, treatment_id=running[0], ended_at=at, actor=event.actor, now=at
        )

    def _correct(
        self, event: happened.ValueAmended | happened.ValueStruckOut, at: datetime
    ) -> Recorded | None:
        with self._store.read() as session:
            old = observations.by_source(
                session,
                source=SOURCE,
                source_id=f"{set_source_id(event, event.key)}/{event.concept}",
            )
            if observations.is_superseded(session, old.id):
                return None
        if isinstance(event, happened.ValueStruckOut):
            return correct.strike_out(
                self._store, observation_id=old.id, reason=event.reason, actor=event.actor, now=at
            )
        right = new_value(happened.SampleValue(concept=event.concept, value=event.value))
        return correct.amend_value(
            self._store,
            observation_id=old.id,
            value=right.value,
            code=None,
            value_sent=right.value_sent,
            unit_sent=right.unit_sent,
            reason=event.reason,
            actor=event.actor,
            now=at,
        )

    def _attribute(
        self, event: happened.CauseAttributed, encounter_id: int, at: datetime
    ) -> Recorded | None:
        with self._store.read() as session:
            said = attributions.current(session, encounter_id)
        if any((a.element, a.other_cause) == (event.element, event.other_cause) for a in said):
            return None
        return treat.attribute(
            self._store,
            encounter_id=encounter_id,
            element=event.element,
            other_cause=event.other_cause,
            note=event.note,
            from_at=at - (event.at - event.from_at),
            until_at=None,
            actor=event.actor,
            now=at,
        )
