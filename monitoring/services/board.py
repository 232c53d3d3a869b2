"""The ward board: one tile a bed, held in memory and fed by what is new in the store.

The first viewer that sees a new data version brings the ward up to date, all others get the
finished payload. Memory is rebuilt from the store when a process starts.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

from sqlalchemy.orm import Session

from db.engine import Store
from db.queries import board as rows
from db.queries import census
from monitoring.clinical.results import Evaluation
from monitoring.services import tiles
from monitoring.services.errors import RefusedError
from monitoring.services.instants import from_us, to_us
from monitoring.services.policies import policy_for
from monitoring.services.settle import set_taken_us
from monitoring.services.summary import Summary, summary_of
from monitoring.services.tiles import BoardPayload, NextSet, Tile, TileAlert

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

    newest: dict[str, rows.ReadingRow] = field(default_factory=dict)
    # The temperatures of the sparkline, by time: minute since the epoch, and tenths of a degree.
    temperature_minutes: list[int] = field(default_factory=list)
    temperature_tenths: list[int] = field(default_factory=list)
    grade: rows.GradeRow | None = None
    summary: Summary | None = None

    def take(self, row: rows.ReadingRow) -> None:
        """Remember an observation, in its place by the time it was taken."""
        known = self.newest.get(row.concept)
        if known is None or (known.taken_us, known.id) < (row.taken_us, row.id):
            self.newest[row.concept] = row
        if row.concept == TEMPERATURE:
            self.draw_through(row)

    def draw_through(self, row: rows.ReadingRow) -> None:
        """Put a temperature on the sparkline."""
        if row.value_num is not None:
            minute = row.taken_us // tiles.MINUTE_US
            place = bisect_right(self.temperature_minutes, minute)
            self.temperature_minutes.insert(place, minute)
            self.temperature_tenths.insert(place, round(10 * row.value_num))

    def forget_before(self, minute: int) -> None:
        """Drop the temperatures that left the sparkline."""
        place = bisect_left(self.temperature_minutes, minute)
        del self.temperature_minutes[:place], self.temperature_tenths[:place]

    def judge(self, row: rows.GradeRow, summary: Summary) -> None:
        """Remember an evaluation unless a later moment's is known already."""
        known = self.grade
        if known is None or (known.at_us, known.id) < (row.at_us, row.id):
            self.grade, self.summary = row, summary


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
        self._seen = rows.Newest(0, 0)
        self._beds: dict[int, str] = {}
        self._payload: BoardPayload | None = None

    def version(self) -> int:
        """The ward's data version in the store now; 0 while there is no such ward."""
        ward = self._ward or self._find_ward()
        return 0 if ward is None else rows.version(self._store, ward.id)

    def payload(self, *, now: datetime) -> BoardPayload:
        """The ward as it is in the store now; the same object as long as nothing changed.

        Raises ``RefusedError`` where no ward bears the code.
        """
        ward = self._ward or self._find_ward()
        if ward is None:
            message = "There is no ward with this code. Admit a patient or load the sample ward."
            raise RefusedError(message)
        known = self._payload
        if known is not None and known.version == rows.version(self._store, ward.id):
            return known
        with self._lock:
            try:
                return self._brought_up_to_date(ward, now=now)
            except BaseException:
                # Half of the news may be taken: the next viewer has the ward read anew.
                self._bedsides.clear()
                self._payload = None
                raise

    def bed_of(self, encounter_id: int) -> str | None:
        """The label of the bed in which an encounter lies; None where it is not on the ward."""
        return self._beds.get(encounter_id)

    def _find_ward(self) -> rows.WardRow | None:
        with self._store.read() as session:
            self._ward = rows.ward_by_code(session.connection(), self._ward_code)
        return self._ward

    def _brought_up_to_date(self, ward: rows.WardRow, *, now: datetime) -> BoardPayload:
        # One read session is one consistent moment: version and rows belong together.
        with self._store.read() as session:
            connection = session.connection()
            change = rows.change(connection, ward.id)
            known = self._payload
            if known is not None and known.version == change.version:
                return known
            beds = rows.beds(connection, ward.id)
            changed = self._take_news(session, ward, beds, now=now)
            alerts: dict[int, list[TileAlert]] = defaultdict(list)
            for row in rows.open_alerts(connection, ward.id):
                alerts[row.encounter_id].append(tiles.alert(row))
        horizon = to_us(now - SPARKLINE_SPAN) // tiles.MINUTE_US
        self._payload = BoardPayload(
            ward_code=ward.code,
            ward_name=ward.name,
            time_zone=ward.time_zone,
            version=change.version,
            changed_s=change.at_us // tiles.SECOND_US,
            tiles=tuple(
                self._tile(bed, tuple(alerts.get(bed.encounter_id or 0, ())), changed, horizon)
                for bed in beds
            ),
        )
        return self._payload

    def _take_news(
        self,
        session: Session,
        ward: rows.WardRow,
        beds: list[rows.BedRow],
        *,
        now: datetime,
    ) -> set[int]:
        """Bring memory up to date; the encounters of which something is new."""
        self._beds = {bed.encounter_id: bed.label for bed in beds if bed.encounter_id is not None}
        present = self._beds.keys()
        for gone in self._bedsides.keys() - present:
            del self._bedsides[gone]
        anew = present - self._bedsides.keys()
        changed = set(anew)
        if not self._bedsides:
            self._seen = rows.newest(session.connection(), ward.id)
        readings, grades = self._news(session, ward)
        for row in readings:
            if row.supersedes_id is not None:
                # A correction takes a value away; what is left is read again from the store.
                anew.add(row.encounter_id)
            elif row.encounter_id in self._bedsides:
                self._bedsides[row.encounter_id].take(row)
            changed.add(row.encounter_id)
        for grade in grades:
            if grade.encounter_id in self._bedsides:
                self._bedsides[grade.encounter_id].judge(grade, _summary(session, grade))
                changed.add(grade.encounter_id)
        self._load(session, anew & present, now=now)
        return changed

    def _news(
        self, session: Session, ward: rows.WardRow
    ) -> tuple[list[rows.ReadingRow], list[rows.GradeRow]]:
        seen, connection = self._seen, session.connection()
        readings = rows.readings_since(
            connection, ward.id, after_id=seen.observation, concepts=CONCEPTS
        )
        grades = rows.grades_since(connection, ward.id, after_id=seen.evaluation)
        self._seen = rows.Newest(
            readings[-1].id if readings else seen.observation,
            grades[-1].id if grades else seen.evaluation,
        )
        return readings, grades

    def _load(self, session: Session, encounter_ids: set[int], *, now: datetime) -> None:
        connection = session.connection()
        for encounter_id in encounter_ids:
            self._bedsides[encounter_id] = _Bedside()
        for row in rows.newest_readings(connection, encounter_ids, concepts=CONCEPTS):
            self._bedsides[row.encounter_id].newest[row.concept] = row
        since = now - SPARKLINE_SPAN
        for row in rows.readings_of_concept(
            connection, encounter_ids, concept=TEMPERATURE, from_at=since
        ):
            self._bedsides[row.encounter_id].draw_through(row)
        for grade in rows.newest_grades(connection, encounter_ids):
            self._bedsides[grade.encounter_id].judge(grade, _summary(session, grade))

    def _tile(
        self,
        bed: rows.BedRow,
        alerts: tuple[TileAlert, ...],
        changed: set[int],
        horizon: int,
    ) -> Tile:
        if bed.encounter_id is None:
            return Tile(bed=bed.label, position=bed.position)
        drawn_from = (bed, alerts)
        if bed.encounter_id not in changed and self._drawn.get(bed.label) == drawn_from:
            return self._tiles[bed.label]
        bedside = self._bedsides[bed.encounter_id]
        tile = _draw(bed, bedside, alerts, horizon)
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


def _draw(bed: rows.BedRow, bedside: _Bedside, alerts: tuple[TileAlert, ...], horizon: int) -> Tile:
    newest = bedside.newest.get
    grade, summary = bedside.grade, bedside.summary
    name, therapy, infused_s = tiles.identity(bed)
    bedside.forget_before(horizon)
    return Tile(
        bed=bed.label,
        position=bed.position,
        encounter=bed.public_id,
        name=name,
        therapy=therapy,
        infused_s=infused_s,
        crs=None if grade is None or summary is None else tiles.grade(grade, summary),
        news2=None if grade is None or summary is None else tiles.news2(grade, summary),
        temperature=tiles.reading(newest(TEMPERATURE)),
        pressure=tiles.pressure(
            newest("systolic_bp"), newest("diastolic_bp"), newest("mean_arterial_pressure")
        ),
        spo2=tiles.reading(newest("spo2")),
        oxygen=tiles.oxygen(newest("oxygen_device"), newest("oxygen_flow")),
        heart_rate=tiles.reading(newest("heart_rate")),
        respiratory_rate=tiles.reading(newest("respiratory_rate")),
        sparkline=tiles.sparkline(bedside.temperature_minutes, bedside.temperature_tenths),
        alerts=alerts,
        next_set=_next_set(bedside),
    )


def _next_set(bedside: _Bedside) -> NextSet | None:
    if bedside.grade is None or bedside.summary is None:
        return None
    taken_us = {concept: held.taken_us for concept, held in bedside.newest.items()}
    return tiles.next_set(bedside.grade, bedside.summary, set_taken_us(taken_us))


def _summary(session: Session, row: rows.GradeRow) -> Summary:
    if row.summary is not None:
        return Summary.from_document(row.summary)
    # From before summaries were kept: read whole, under the policy that held then.
    encounter = census.encounter(session, row.encounter_id)
    evaluation = Evaluation.from_document(rows.document(session.connection(), row.id))
    return summary_of(evaluation, policy_for(session, encounter, from_us(evaluation.at_us)))
