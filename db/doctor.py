"""Is the store sound? What was looked at, what was found, and what to do about it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import pysqlite3.dbapi2
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from db.engine import Store, has_wal_reset_fix
from db.models.append_only import APPEND_ONLY, FROZEN_COLUMNS
from db.queries import audit, observations
from db.revision import head_revision, schema_revision

_GUARDED_ACTS = ("update", "delete")

# More than this many broken rows are told as a number alone.
_NAMED_AT_MOST = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at. ``advice`` says what to do where it is not well."""

    name: str
    ok: bool
    detail: str
    advice: str | None = None


def examine(store: Store) -> list[Finding]:
    """Look at the library, the settings, the schema and every row that can prove itself.

    Reads the whole store: minutes on a large one. Row numbers are told, never what rows say.
    """
    findings = list(_sqlite(store) if store.is_sqlite else _postgresql(store))
    schema = _schema(store)
    findings.append(schema)
    if schema.ok:
        with store.read() as session:
            findings += [_guards(session), _checksums(session), _audit(session)]
    return findings


def _finding(name: str, detail: str, advice: str, *, ok: bool) -> Finding:
    return Finding(name=name, ok=ok, detail=detail, advice=None if ok else advice)


def _schema(store: Store) -> Finding:
    present, wanted = schema_revision(store), head_revision()
    return _finding(
        "schema",
        f"revision {present or 'none'}, this Stormwatch works with {wanted}",
        "Run 'stormwatch init' to bring the store to the present schema.",
        ok=present == wanted,
    )


def _guards(session: Session) -> Finding:
    wanted = {
        f"guard_{table}_{act}" for table in (*APPEND_ONLY, *FROZEN_COLUMNS) for act in _GUARDED_ACTS
    }
    wanted.add("guard_alert_thread_update_snapshot")
    catalogue = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if session.get_bind().dialect.name == "sqlite"
        else "SELECT tgname FROM pg_trigger WHERE tgenabled <> 'D'"
    )
    missing = wanted - set(session.execute(text(catalogue)).scalars())
    return _finding(
        "append-only guards",
        f"{len(wanted) - len(missing)} of {len(wanted)} in place",
        "Somebody took guards away: "
        f"{', '.join(sorted(missing))}. Find out who and why, and restore them from a backup.",
        ok=not missing,
    )


def _checksums(session: Session) -> Finding:
    altered: list[int] = []
    try:
        altered += islice(observations.verify_checksums(session), _NAMED_AT_MOST + 1)
    except DBAPIError:
        # A damaged text is no text any more; and the driver stops there.
        detail = "some rows cannot be read"
    else:
        named = ", ".join(map(str, altered[:_NAMED_AT_MOST]))
        more = " and more" if len(altered) > _NAMED_AT_MOST else ""
        detail = f"rows {named}{more} do not say what was recorded" if altered else ""
    return _finding(
        "observation checksums",
        detail or "every row is whole",
        "Stop the programs that use the store, keep a copy of it, and compare these rows with the "
        "latest backup that passes this check.",
        ok=not detail,
    )


def _audit(session: Session) -> Finding:
    report = audit.verify(session)
    broken = ", ".join(
        f"{fault.event_id} ({fault.kind.value})" for fault in report.faults[:_NAMED_AT_MOST]
    )
    return _finding(
        "audit chain",
        f"events {broken} do not hold"
        if report.faults
        else f"{report.events} events, head {report.head.hex()}",
        "Events were altered, removed or moved outside of Stormwatch. Keep a copy of the store and "
        "compare with the latest backup that passes this check.",
        ok=report.ok,
    )


def _sqlite(store: Store) -> Iterator[Finding]:
    version = pysqlite3.dbapi2.sqlite_version_info
    yield _finding(
        "SQLite version",
        pysqlite3.dbapi2.sqlite_version,
        "This version can corrupt a store in WAL mode; install the pysqlite3 of requirements.txt.",
        ok=has_wal_reset_fix(version),
    )
    path = Path(store.engine.url.database or "")
    mode = path.stat().st_mode & 0o077
    yield _finding(
        "file permissions",
        "readable by its owner alone" if not mode else f"others may use it ({mode:03o})",
        "Take the rights of group and others away: chmod 600 on the database file.",
        ok=not mode,
    )
    with store.engine.connect() as connection:

        def ask(pragma: str) -> Any:
            return connection.exec_driver_sql(f"PRAGMA {pragma}").scalar()

        for pragma, wanted, advice in (
            ("journal_mode", "wal", "Put the file on a local disk and start Stormwatch again."),
            ("synchronous", 2, "Open the store through Stormwatch alone; FULL is 2."),
            ("foreign_keys", 1, "Open the store through Stormwatch alone."),
        ):
            found = ask(pragma)
            yield _finding(pragma, str(found), advice, ok=found == wanted)
        verdict = ask("integrity_check(1)")
        yield _finding(
            "file integrity",
            "no page is damaged" if verdict == "ok" else "pages are damaged",
            "Stop Stormwatch, keep a copy of the file, and restore the latest backup.",
            ok=verdict == "ok",
        )
        dangling = len(connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall())
        yield _finding(
            "references",
            f"{dangling} rows point at nothing",
            "Rows were removed outside of Stormwatch; restore the latest backup.",
            ok=not dangling,
        )


def _postgresql(store: Store) -> Iterator[Finding]:
    with store.engine.connect() as connection:

        def ask(setting: str) -> str:
            found: str = connection.exec_driver_sql(f"SHOW {setting}").scalar_one()
            return found

        yield _finding(
            "PostgreSQL version",
            ask("server_version"),
            "Install PostgreSQL 14 or newer.",
            ok=int(ask("server_version_num")) >= 140000,
        )
        durable: tuple[tuple[str, Callable[[str], bool], str], ...] = (
            ("fsync", _is_on, "A power cut can lose what was acknowledged. Set fsync = on."),
            ("full_page_writes", _is_on, "A power cut can tear pages. Set full_page_writes = on."),
            (
                "synchronous_commit",
                lambda value: value != "off",
                "A commit is acknowledged before it is durable. Set synchronous_commit = on.",
            ),
            (
                "data_checksums",
                _is_on,
                "A damaged page would go unseen. Stop the server and run pg_checksums --enable.",
            ),
        )
        for setting, is_well, advice in durable:
            value = ask(setting)
            yield _finding(setting, value, advice, ok=is_well(value))


def _is_on(value: str) -> bool:
    return value == "on"
