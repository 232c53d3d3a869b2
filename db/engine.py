"""How the store is opened: the one place that knows SQLite's pragmas and PostgreSQL's options."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import orjson
import pysqlite3.dbapi2
import sqlalchemy
from sqlalchemy import URL, Connection, Engine, event, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError
from sqlalchemy.orm import Session
from sqlalchemy.pool import PoolProxiedConnection

from db.checkpoint import BACKSTOP_PAGES
from db.driver_errors import forget_values
from db.errors import StoreUnusableError
from db.writer import GroupCommitWriter, TransactionWriter, Writer

T = TypeVar("T")

# How long a writer waits for another process to finish its transaction.
BUSY_TIMEOUT_S = 15.0

# A WAL reset while another connection writes could corrupt the file (sqlite.org/wal.html, "The
# WAL-Reset Bug"); fixed in 3.51.3, and carried back into these two older series.
WAL_RESET_FIX = (3, 51, 3)
WAL_RESET_BACKPORTS = ((3, 50, 7), (3, 44, 6))

_SQLITE_PRAGMAS = (
    "PRAGMA synchronous = FULL",  # a commit that was acknowledged survives a power cut
    "PRAGMA foreign_keys = ON",
    "PRAGMA temp_store = MEMORY",  # no patient data in temporary files
    "PRAGMA trusted_schema = OFF",
    "PRAGMA cell_size_check = ON",
    "PRAGMA cache_size = -32768",  # 32 MiB
    "PRAGMA journal_size_limit = 67108864",
)


class Store:
    """The open store. Reads see one consistent moment; writes return once they are durable.

    ``engine`` is for reading; on SQLite its connections refuse to write. One Store serves all
    threads of a process; it is not carried across a fork.
    """

    def __init__(self, *, url: URL, engine: Engine, writer: Writer) -> None:
        self.engine = engine
        self.url_without_secrets = _without_secrets(url)
        self._writer = writer
        self._reading = engine
        if engine.dialect.name == "postgresql":
            self._reading = engine.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )

    @property
    def is_sqlite(self) -> bool:
        """Whether this is the embedded store in one file."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session for reading that sees one consistent moment, whatever is committed meanwhile.

        Keep it short: on SQLite an open read holds back the checkpoint, on PostgreSQL the vacuum.
        """
        with Session(self._reading, autoflush=False, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def look(self) -> Iterator[Connection]:
        """As ``read``, a bare connection: for a tick whose rows cost less than a session would."""
        with self._reading.connect() as connection:
            yield connection

    def write(self, work: Callable[[Session], T]) -> T:
        """Run ``work`` in one transaction and return its result, only after the durable commit.

        Whatever ``work`` raises rolls its writes back and is raised here. On SQLite works run one
        after another in the writer's thread, so a work computes and writes; it never waits.

        Raises:
            StoreBusyError: another process kept the store locked; nothing was written.
            StoreClosedError: the store was closed; nothing was written.
            StoreError: the commit itself failed; nothing was written.
            OperationalError: PostgreSQL's connection broke. If that was during the commit, nobody
                knows whether it took; repeat the work, what is known by its source is stored once.
        """
        return self._writer.write(work)

    def close(self) -> None:
        """Commit what was accepted and let go of every connection."""
        self._writer.close()
        self.engine.dispose()


def create_store(url: str) -> Store:
    """Open the store at ``sqlite:///path/to/file.db`` or ``postgresql://user@host/database``.

    Creates the SQLite file and its folder where they are missing, readable by their owner alone;
    the tables are made by ``db.migrate.upgrade``.

    Raises:
        StoreUnusableError: the address names no usable store, or the SQLite library may corrupt it.
    """
    parsed = parse_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _open_sqlite(parsed)
    return _open_postgresql(parsed)


def parse_url(url: str) -> URL:
    """The address taken apart; what is not an address of a store is refused with advice."""
    wanted = "Write sqlite:///path/to/file.db or postgresql://user@host/database."
    try:
        parsed = make_url(url)
    except ArgumentError:
        # from None: the library's message repeats the address, which may hold a password.
        message = f"The database address cannot be read. {wanted}"
        raise StoreUnusableError(message) from None
    backend = parsed.get_backend_name()
    if backend not in {"sqlite", "postgresql"}:
        message = f"The database address begins with '{backend}'. {wanted}"
        raise StoreUnusableError(message)
    if backend == "sqlite" and (parsed.database in {None, "", ":memory:"} or parsed.query):
        message = f"The SQLite store must be a plain file. {wanted}"
        raise StoreUnusableError(message)
    return parsed.set(drivername=backend)


def has_wal_reset_fix(version: tuple[int, int, int]) -> bool:
    """Whether this SQLite version can run WAL with several connections without corruption."""
    return version >= WAL_RESET_FIX or any(
        fixed <= version < (fixed[0], fixed[1] + 1, 0) for fixed in WAL_RESET_BACKPORTS
    )


def _open_sqlite(url: URL) -> Store:
    version = pysqlite3.dbapi2.sqlite_version_info
    if not has_wal_reset_fix(version):
        message = (
            f"SQLite {'.'.join(map(str, version))} can corrupt a database in WAL mode. "
            "Install a pysqlite3 wheel with SQLite 3.51.3 or newer (see requirements.txt)."
        )
        raise StoreUnusableError(message)
    path = Path(url.database or "")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        message = f"The database file cannot be opened ({error.strerror}). Check its folder."
        raise StoreUnusableError(message) from None
    reading, writing = _sqlite_engine(url, writing=False), _sqlite_engine(url, writing=True)
    try:
        with writing.connect():  # the first connection puts the file into WAL mode
            pass
    except DatabaseError as error:
        message = (
            "The database file cannot be used: it is locked, damaged, or not a Stormwatch store. "
            "Check the path; if it is right, restore the latest backup."
        )
        raise StoreUnusableError(message) from error
    return Store(url=url, engine=reading, writer=GroupCommitWriter(writing))


def migrating_engine(url: str) -> Engine:
    """An engine for changing the schema; on SQLite with foreign keys off, to rebuild tables."""
    parsed = parse_url(url)
    if parsed.get_backend_name() == "postgresql":
        return _postgresql_engine(parsed)
    engine = _sqlite_engine(parsed, writing=True)

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: object) -> None:
        connection.execute("PRAGMA foreign_keys = OFF")

    return engine


def _sqlite_engine(url: URL, *, writing: bool) -> Engine:
    """An engine on one SQLite file; SQLAlchemy begins its transactions, the driver none.

    A writing one begins IMMEDIATE, so that it waits for its turn at the start instead of failing
    in the middle.
    """
    engine = sqlalchemy.create_engine(
        url,
        module=pysqlite3.dbapi2,
        connect_args={"timeout": BUSY_TIMEOUT_S, "check_same_thread": False},
        pool_size=1 if writing else 8,
        max_overflow=-1,
        hide_parameters=True,
        json_serializer=_to_json,
        json_deserializer=orjson.loads,
    )

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        if writing:
            _enter_wal_mode(connection)
            connection.execute(f"PRAGMA wal_autocheckpoint = {BACKSTOP_PAGES}")
        for pragma in _SQLITE_PRAGMAS:
            connection.execute(pragma)
        if not writing:
            connection.execute("PRAGMA query_only = ON")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    event.listen(engine, "handle_error", forget_values)
    return engine


def _enter_wal_mode(connection: Any) -> None:
    # Changing the mode does not wait for a lock as other statements do, and on a new file several
    # processes may try at once.
    deadline = time.monotonic() + BUSY_TIMEOUT_S
    while True:
        try:
            mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
        except pysqlite3.dbapi2.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.01)
            continue
        if mode != "wal":
            message = (
                f"The database file stays in '{mode}' mode instead of WAL. "
                "Put it on a local disk: WAL does not work over a network file system."
            )
            raise StoreUnusableError(message)
        return


def _open_postgresql(url: URL) -> Store:
    engine = _postgresql_engine(url)
    return Store(url=url, engine=engine, writer=TransactionWriter(engine))


def _postgresql_engine(url: URL) -> Engine:
    """An engine on PostgreSQL: UTC sessions, connections checked before use."""
    asked = url.query.get("options", "")
    options = " ".join((asked,) if isinstance(asked, str) else asked)
    engine = sqlalchemy.create_engine(
        url,
        connect_args={
            "options": f"{options} -c timezone=UTC".lstrip(),
            "application_name": "stormwatch",
        },
        pool_pre_ping=True,
        pool_size=8,
        max_overflow=24,
        hide_parameters=True,
        json_serializer=_to_json,
        json_deserializer=orjson.loads,
    )
    event.listen(engine, "handle_error", forget_values)
    return engine


def _without_secrets(url: URL) -> str:
    return url.difference_update_query(["password", "passfile", "sslpassword"]).render_as_string(
        hide_password=True
    )


def _to_json(document: Any) -> str:
    return orjson.dumps(document).decode()


def driver_connection(connection: Connection) -> Any:
    """The driver's own connection, for what only the driver can do (online backup)."""
    proxied: PoolProxiedConnection = connection.connection
    return proxied.driver_connection
