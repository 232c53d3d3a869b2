"""The ward board: one tile a bed, held in memory and fed by what is new in the store.

The first viewer that sees a new data version brings the ward up to date, all others get the
finished payload. Memory is rebuilt from the store when a process starts.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from threading import Lock
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from db.engine import Store
from db.queries import board as rows
from db.queries import census
from monitoring.clinical.results import Evaluation
from monitoring.services import tiles
from monitoring.services.errors import RefusedError
from monitoring.services.evaluate import load_facts
from monitoring.services.instants import from_us
from monitoring.services.policies import policy_for
from monitoring.services.summary import summary_of
from monitoring.services.tiles import BoardPayload, TileAlert


class _State(NamedTuple):
    """What the process remembers of one encounter: its newest moment that was judged."""

    at_us: int
    evaluation_id: int
    summary: Mapping[str, Any]


class WardBoard:
    """One ward's board; safe for many threads."""

    def __init__(self, store: Store, ward_code: str) -> None:
        self._store = store
        self._ward_code = ward_code
        self._lock = Lock()
        self._ward: rows.WardRow | None = None
        self._states: dict[int, _State] = {}
        self._present: set[int] = set()
        self._seen = 0
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
                self._states.clear()
                self._present.clear()
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
            self._beds = {b.encounter_id: b.label for b in beds if b.encounter_id is not None}
            self._take_news(session, ward, now=now)
            alerts: dict[int | None, list[TileAlert]] = defaultdict(list)
            for row in rows.open_alerts(connection, ward.id):
                alerts[row.encounter_id].append(tiles.alert(row))
        states = self._states
        self._payload = BoardPayload(
            ward_code=ward.code,
            ward_name=ward.name,
            time_zone=ward.time_zone,
            version=change.version,
            changed_s=change.at_us // tiles.SECOND_US,
            tiles=tuple(
                tiles.tile(
                    bed,
                    tuple(alerts[bed.encounter_id]) if bed.encounter_id in alerts else (),
                    states[bed.encounter_id].summary if bed.encounter_id in states else None,
                )
                for bed in beds
            ),
        )
        return self._payload

    def _take_news(self, session: Session, ward: rows.WardRow, *, now: datetime) -> None:
        present = set(self._beds)
        for gone in self._present - present:
            self._states.pop(gone, None)
        came, self._present = present - self._present, present
        connection = session.connection()
        if not self._seen:
            self._seen = rows.newest_evaluation(connection, ward.id)
        news = rows.grades_since(connection, ward.id, after_id=self._seen)
        if news:
            self._seen = news[-1].id
        self._keep(session, (row for row in news if row.encounter_id not in came), now=now)
        self._keep(session, rows.newest_grades(connection, came), now=now)

    def _keep(self, session: Session, found: Iterable[rows.GradeRow], *, now: datetime) -> None:
        newest: dict[int, rows.GradeRow] = {}
        for row in found:
            known = newest.get(row.encounter_id)
            if known is None or (known.at_us, known.id) < (row.at_us, row.id):
                newest[row.encounter_id] = row
        for encounter_id, row in newest.items():
            state = self._states.get(encounter_id)
            is_news = state is None or (state.at_us, state.evaluation_id) < (row.at_us, row.id)
            if is_news and encounter_id in self._present:
                summary = row.summary or _summary_anew(session, row, now=now)
                self._states[encounter_id] = _State(row.at_us, row.id, summary)


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


def _summary_anew(session: Session, row: rows.GradeRow, *, now: datetime) -> Mapping[str, Any]:
    """The summary of an evaluation from before summaries were kept."""
    encounter = census.encounter(session, row.encounter_id)
    evaluation = Evaluation.from_document(rows.document(session.connection(), row.id))
    at = from_us(row.at_us)
    facts = load_facts(session, encounter, from_at=at, to_at=now)
    return summary_of(evaluation, facts, policy_for(session, encounter, now)).to_document()
