"""The ward board: one tile a bed, held in memory and fed by what is new in the store.

The first viewer that sees a new data version brings the ward up to date, all others get the
finished payload. Memory is rebuilt from the store when a process starts.
"""

from bisect import insort
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

from sqlalchemy.orm import Session

from db.engine import Store
from db.queries import board as rows
from db.queries import census
from monitoring.clinical import schedule
from monitoring.clinical.policy import Policy
from monitoring.clinical.results import Evaluation
from monitoring.services import tiles
from monitoring.services.errors import RefusedError
from monitoring.services.instants import to_us
from monitoring.services.policies import policy_for
from monitoring.services.settle import set_taken_us
from monitoring.services.tiles import BoardPayload, Held, Tile, TileAlert

SPARKLINE_SPAN = timedelta(hours=24)
TEMPERATURE = "body_temperature"
CONCEPTS = (
    TEMPERATURE,
    "systolic_bp",
    "diastolic_bp",
    "mean_arterial_pressure",
    "spo2",
    "oxygen_device",
    "oxygen_flow",
    "heart_rate",
    "respiratory_rate",
)


@dataclass(slots=True, kw_only=True)
class _Bedside:
    """What the process remembers of one encounter."""

    policy: Policy
    newest: dict[str, Held] = field(default_factory=dict)
    temperatures: list[Held] = field(default_factory=list)
    grade_position: tuple[int, int] = (0, 0)
    evaluation: Evaluation | None = None

    def take(self, row: rows.ReadingRow) -> None:
        """Remember an observation, in its place by the time it was taken."""
        held = Held(row_id=row.id, taken_us=row.taken_us, value=row.value_num, code=row.value_code)
        known = self.newest.get(row.concept)
        if known is None or (known.taken_us, known.row_id) < (held.taken_us, held.row_id):
            self.newest[row.concept] = held
        if row.concept == TEMPERATURE:
            insort(self.temperatures, held, key=lambda one: (one.taken_us, one.row_id))

    def judge(self, row: rows.GradeRow) -> None:
        """Remember an evaluation unless a later moment's is known already."""
        position = (row.at_us, row.id)
        if position > self.grade_position:
            self.grade_position = position
            self.evaluation = Evaluation.from_document(row.document)


class WardBoard:
    """One ward's board; safe for many threads."""

    def __init__(self, store: Store, ward_code: str) -> None:
        self._store = store
        self._ward_code = ward_code
        self._lock = Lock()
        self._ward: rows.WardRow | None = None
        self._bedsides: dict[int, _Bedside] = {}
        self._tiles: dict[str, Tile] = {}
        self._drawn: dict[str, tuple[object, ...]] = {}
        self._seen = rows.Positions(0, 0, 0, 0, 0)
        self._public_ids: dict[int, str] = {}
        self._payload: BoardPayload | None = None

    def version(self) -> int:
        """The ward's data version in the store now; 0 while there is no such ward."""
        with self._store.read() as session:
            ward = self._ward or rows.ward_by_code(session, self._ward_code)
            return 0 if ward is None else rows.version(session, ward.id)

    def payload(self, *, now: datetime) -> BoardPayload:
        """The ward as it is in the store now; the same object as long as nothing changed.

        Raises ``RefusedError`` where no ward bears the code.
        """
        with self._store.read() as session:
            ward = self._ward or self._find_ward(session)
            version = rows.version(session, ward.id)
        known = self._payload
        if known is not None and known.version == version:
            return known
        with self._lock:
            return self._brought_up_to_date(ward, now=now)

    def public_id(self, encounter_id: int) -> str | None:
        """The opaque id of an encounter that lies on the ward now; None for any other."""
        return self._public_ids.get(encounter_id)

    def _find_ward(self, session: Session) -> rows.WardRow:
        ward = rows.ward_by_code(session, self._ward_code)
        if ward is None:
            message = "There is no ward with this code. Admit a patient or load the sample ward."
            raise RefusedError(message)
        self._ward = ward
        return ward

    def _brought_up_to_date(self, ward: rows.WardRow, *, now: datetime) -> BoardPayload:
        # One read session is one consistent moment: version and rows belong together.
        with self._store.read() as session:
            at = rows.positions(session, ward.id)
            known = self._payload
            if known is not None and known.version == at.version:
                return known
            beds = rows.beds(session, ward.id)
            changed = self._take_news(session, ward, beds, at, now=now)
            alerts: dict[int, list[TileAlert]] = defaultdict(list)
            for row in rows.open_alerts(session, ward.id):
                alerts[row.encounter_id].append(tiles.alert(row))
        horizon_us = to_us(now - SPARKLINE_SPAN)
        self._payload = BoardPayload(
            ward_code=ward.code,
            ward_name=ward.name,
            time_zone=ward.time_zone,
            version=at.version,
            changed_s=at.changed_us // tiles.SECOND_US,
            tiles=tuple(
                self._tile(bed, tuple(alerts.get(bed.encounter_id or 0, ())), changed, horizon_us)
                for bed in beds
            ),
        )
        return self._payload

    def _take_news(
        self,
        session: Session,
        ward: rows.WardRow,
        beds: list[rows.BedRow],
        at: rows.Positions,
        *,
        now: datetime,
    ) -> set[int]:
        """Bring memory up to date; the encounters of which something is new."""
        self._public_ids = {
            bed.encounter_id: bed.public_id
            for bed in beds
            if bed.encounter_id is not None and bed.public_id is not None
        }
        present = self._public_ids.keys()
        for gone in self._bedsides.keys() - present:
            del self._bedsides[gone]
        seen, self._seen = self._seen, at
        if seen.policy != at.policy:
            self._bedsides.clear()
        anew = present - self._bedsides.keys()
        changed = set(anew)
        for row in self._readings_after(session, ward, seen):
            if row.supersedes_id is not None:
                # A correction takes a value away; what is left is read again from the store.
                anew.add(row.encounter_id)
            elif row.encounter_id in self._bedsides:
                self._bedsides[row.encounter_id].take(row)
            changed.add(row.encounter_id)
        for grade in rows.grades_since(session, ward.id, after_id=seen.evaluation):
            if grade.encounter_id in self._bedsides and grade.encounter_id not in anew:
                self._bedsides[grade.encounter_id].judge(grade)
                changed.add(grade.encounter_id)
        self._load(session, anew & present, now=now)
        return changed

    def _readings_after(
        self, session: Session, ward: rows.WardRow, seen: rows.Positions
    ) -> list[rows.ReadingRow]:
        if not self._bedsides:
            return []
        return rows.readings_since(session, ward.id, after_id=seen.observation, concepts=CONCEPTS)

    def _load(self, session: Session, encounter_ids: set[int], *, now: datetime) -> None:
        for encounter_id in encounter_ids:
            encounter = census.encounter(session, encounter_id)
            self._bedsides[encounter_id] = _Bedside(policy=policy_for(session, encounter))
        for row in rows.newest_readings(session, encounter_ids, concepts=CONCEPTS):
            if row.concept != TEMPERATURE:
                self._bedsides[row.encounter_id].take(row)
            else:
                self._bedsides[row.encounter_id].newest[TEMPERATURE] = Held(
                    row_id=row.id, taken_us=row.taken_us, value=row.value_num, code=None
                )
        since = now - SPARKLINE_SPAN
        for row in rows.readings_of_concept(
            session, encounter_ids, concept=TEMPERATURE, from_at=since
        ):
            self._bedsides[row.encounter_id].take(row)
        for grade in rows.newest_grades(session, encounter_ids):
            self._bedsides[grade.encounter_id].judge(grade)

    def _tile(
        self,
        bed: rows.BedRow,
        alerts: tuple[TileAlert, ...],
        changed: set[int],
        horizon_us: int,
    ) -> Tile:
        if bed.encounter_id is None:
            return Tile(bed=bed.label, position=bed.position)
        drawn_from = (bed, alerts)
        if bed.encounter_id not in changed and self._drawn.get(bed.label) == drawn_from:
            return self._tiles[bed.label]
        bedside = self._bedsides[bed.encounter_id]
        tile = _draw(bed, bedside, alerts, horizon_us)
        self._tiles[bed.label], self._drawn[bed.label] = tile, drawn_from
        return tile


class Boards:
    """The boards of one process, one a ward."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._wards: dict[str, WardBoard] = {}
        self._lock = Lock()

    def ward(self, ward_code: str) -> WardBoard:
        """The board of a ward, the same one for every viewer."""
        with self._lock:
            return self._wards.setdefault(ward_code, WardBoard(self._store, ward_code))


def _draw(
    bed: rows.BedRow, bedside: _Bedside, alerts: tuple[TileAlert, ...], horizon_us: int
) -> Tile:
    newest = bedside.newest.get
    evaluation = bedside.evaluation
    name, therapy, infused_s = tiles.identity(bed)
    while bedside.temperatures and bedside.temperatures[0].taken_us < horizon_us:
        del bedside.temperatures[0]
    due = None
    if evaluation is not None:
        taken = {concept: held.taken_us for concept, held in bedside.newest.items()}
        due = schedule.next_due(evaluation, set_taken_us(taken), bedside.policy)
    return Tile(
        bed=bed.label,
        position=bed.position,
        encounter=bed.public_id,
        name=name,
        therapy=therapy,
        infused_s=infused_s,
        crs=None if evaluation is None else tiles.grade(evaluation),
        news2=None if evaluation is None else tiles.news2(evaluation),
        temperature=tiles.reading(newest(TEMPERATURE)),
        pressure=tiles.pressure(
            newest("systolic_bp"), newest("diastolic_bp"), newest("mean_arterial_pressure")
        ),
        spo2=tiles.reading(newest("spo2")),
        oxygen=tiles.oxygen(newest("oxygen_device"), newest("oxygen_flow")),
        heart_rate=tiles.reading(newest("heart_rate")),
        respiratory_rate=tiles.reading(newest("respiratory_rate")),
        sparkline=tiles.sparkline(bedside.temperatures, from_us=horizon_us),
        alerts=alerts,
        next_set=None if due is None else tiles.next_set(due),
    )
