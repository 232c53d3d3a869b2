"""The ward board: one tile a bed, held in memory and fed by what is new in the store.

The first viewer that sees a new data version brings the ward up to date, all others get the
finished payload. Memory is rebuilt from the store when a process starts.
"""

from collections.abc import Mapping
from datetime import datetime
from threading import Lock
from typing import Any

import orjson
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from db.engine import Store
from db.queries import alerts, census, evaluations
from db.queries import board as rows
from monitoring.clinical.alert_state import AlertState
from monitoring.clinical.results import Evaluation
from monitoring.services import tiles
from monitoring.services.errors import RefusedError
from monitoring.services.evaluate import load_facts
from monitoring.services.instants import SECOND_US
from monitoring.services.policies import policy_for
from monitoring.services.shown_alerts import shown_alerts
from monitoring.services.summary import Summary, summary_of
from monitoring.services.tiles import BoardPayload, Json


class WardBoard:
    """One ward's board; safe for many threads."""

    def __init__(self, store: Store, ward_code: str) -> None:
        self._store = store
        self._ward_code = ward_code
        self._lock = Lock()
        self._ward: rows.WardRow | None = None
        self._states: dict[int, Json] = {}
        self._alerts: dict[int, tuple[Mapping[str, Any], ...]] = {}
        self._names: Mapping[str, str] = {}
        self._seen_version = 0
        self._beds: dict[int, str] = {}
        self._payload: BoardPayload | None = None

    def version(self) -> int:
        """The ward's data version in the store now; 0 while there is no such ward."""
        ward = self._ward or self._find_ward()
        return 0 if ward is None else rows.change(self._store, ward.id).version

    def payload(self, *, now: datetime) -> BoardPayload:
        """The ward as it is in the store now; the same object as long as nothing changed.

        Raises ``RefusedError`` where no ward bears the code.
        """
        ward = self._ward or self._find_ward()
        if ward is None:
            message = "There is no ward with this code. Admit a patient or load the sample ward."
            raise RefusedError(message)
        # Read before the rows: they may be newer than the version, and are then read once more.
        change = rows.change(self._store, ward.id)
        known = self._payload
        if known is not None and known.version == change.version:
            return known
        with self._lock:
            try:
                return self._brought_up_to_date(ward, change, now=now)
            except BaseException:
                # Half of the news may be taken: the next viewer has the ward read anew.
                self._states.clear()
                self._payload = None
                raise

    def concerns(self, ward_id: int | None) -> bool:
        """Whether what belongs to a ward is told on this board; None belongs to the house."""
        return ward_id is None or self._ward is None or ward_id == self._ward.id

    def bed_of(self, encounter_id: int) -> str | None:
        """The label of the bed in which an encounter lies; None where it is not on the ward."""
        return self._beds.get(encounter_id)

    def _find_ward(self) -> rows.WardRow | None:
        with self._store.look() as connection:
            self._ward = rows.ward_by_code(connection, self._ward_code)
        return self._ward

    def _brought_up_to_date(
        self, ward: rows.WardRow, change: rows.Change, *, now: datetime
    ) -> BoardPayload:
        known = self._payload
        if known is not None and known.version >= change.version:
            return known
        # One connection sees one consistent moment: beds and states belong together.
        with self._store.look() as connection:
            beds = rows.beds(connection, ward.id)
            self._beds = {b.encounter_id: b.label for b in beds if b.encounter_id is not None}
            self._take_news(connection, ward, now=now)
            self._seen_version = change.version
        self._payload = BoardPayload(
            ward_code=ward.code,
            ward_name=ward.name,
            time_zone=ward.time_zone,
            version=change.version,
            changed_s=change.at_us // SECOND_US,
            tiles=tuple(
                tiles.tile(
                    bed,
                    self._alerts.get(bed.encounter_id or 0, ()),
                    self._states.get(bed.encounter_id or 0),
                )
                for bed in beds
            ),
        )
        return self._payload

    def _take_news(self, connection: Connection, ward: rows.WardRow, *, now: datetime) -> None:
        present = self._beds.keys()
        for gone in self._states.keys() - present:
            del self._states[gone]
            self._alerts.pop(gone, None)
        came = present - self._states.keys()
        news = (
            rows.summaries_since(connection, ward.id, after_version=self._seen_version)
            if self._states
            else []
        )
        if came:
            news += rows.summaries_of(connection, came)
        for row in news:
            if row.encounter_id not in present:
                continue
            if row.document is not None:
                self._states[row.encounter_id] = Json(row.document)
            if row.alerts is None:
                told = _alerts_anew(Session(connection), row.encounter_id)
            else:
                told = Json(row.alerts).read()
            self._alerts[row.encounter_id] = self._named(connection, told)
        for encounter_id in came - self._states.keys():
            summary = _summary_anew(Session(connection), encounter_id, now=now)
            if summary is not None:
                self._states[encounter_id] = Json(orjson.dumps(summary).decode())

    def _named(
        self, connection: Connection, alerts: list[dict[str, Any]]
    ) -> tuple[Mapping[str, Any], ...]:
        owners = {alert["owner"] for alert in alerts if alert["owner"] is not None}
        if owners - self._names.keys():
            # Who is no member here is called by the name that the record has.
            known = rows.member_names(connection)
            self._names = {**self._names, **{owner: owner for owner in owners}, **known}
        return tuple(
            alert if alert["owner"] is None else {**alert, "owner": self._names[alert["owner"]]}
            for alert in alerts
        )


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

    def wards(self) -> list[census.WardRow]:
        """The wards there are now, by code."""
        with self._store.read() as session:
            return census.wards(session)


def _summary_anew(session: Session, encounter_id: int, *, now: datetime) -> Summary | None:
    """The state of a patient who was judged before states were kept; None before any judgement."""
    row = next(iter(evaluations.latest(session, [encounter_id])), None)
    if row is None:
        return None
    encounter = census.encounter(session, encounter_id)
    facts = load_facts(session, encounter, from_at=row.at, to_at=now)
    policy = policy_for(session, encounter, now)
    return summary_of(Evaluation.from_document(row.document), facts, policy)


def _alerts_anew(session: Session, encounter_id: int) -> list[dict[str, Any]]:
    """The open alerts of a patient of whom none moved since they are kept for the boards."""
    threads = alerts.open_threads(session, encounter_id)
    shown = shown_alerts((row.public_id, AlertState.from_document(row.state)) for row in threads)
    return [alert.to_document() for alert in shown]
