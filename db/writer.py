"""Two ways to commit: SQLite's one writer with group commit, PostgreSQL's transaction a work."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from typing import Any, Generic, Protocol, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from db.checkpoint import Checkpointer
from db.errors import StoreBusyError, StoreClosedError, StoreError

T = TypeVar("T")

# How long a group may gather works before it is committed. One durable commit costs about this
# much on an ordinary disk, so no work waits longer for its group than for the disk.
GROUP_BUDGET_S = 0.005

_CLOSED = "The store is closed; nothing was written. Open it again and repeat the work."


class Writer(Protocol):
    """Runs a work in one transaction and returns once its effects are durable."""

    def write(self, work: Callable[[Session], T]) -> T:
        """Run ``work`` and return what it returned, after the commit."""

    def close(self) -> None:
        """Finish what was accepted and accept no more."""


class TransactionWriter:
    """PostgreSQL: every work has a connection and a transaction of its own."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._closed = False

    def write(self, work: Callable[[Session], T]) -> T:
        """Run ``work`` and return what it returned, after the commit."""
        if self._closed:
            raise StoreClosedError(_CLOSED)
        with Session(self._engine, expire_on_commit=False) as session, session.begin():
            return work(session)

    def close(self) -> None:
        """Accept no more works; those under way end by themselves."""
        self._closed = True


class GroupCommitWriter:
    """SQLite: one thread writes for the whole process, and one commit serves all who wait.

    Works run one after another inside one ``BEGIN IMMEDIATE``, each in a savepoint of its own, so
    that a failing one rolls back alone. Nobody is answered before the group's commit returned, not
    even with an error: what a work saw of its neighbours is not true until then. Other processes
    are kept apart by SQLite's own lock; a writer that finds it taken waits its busy timeout.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection: Connection | None = None
        self._queue: SimpleQueue[_Job[Any] | None] = SimpleQueue()
        self._door = threading.Lock()
        self._closed = False
        self._checkpointer = Checkpointer(engine)
        self._thread = threading.Thread(target=self._serve, name="store-writer", daemon=True)
        self._thread.start()

    def write(self, work: Callable[[Session], T]) -> T:
        """Run ``work`` in the writer's thread and return what it returned, after the commit."""
        if threading.current_thread() is self._thread:
            message = "A work cannot wait for another one; use the session it was given."
            raise StoreError(message)
        job = _Job(work)
        with self._door:
            if self._closed:
                raise StoreClosedError(_CLOSED)
            self._queue.put(job)
        return job.future.result()

    def close(self) -> None:
        """Commit what was accepted, then end the thread; calling it again does nothing."""
        with self._door:
            if self._closed:
                return
            self._closed = True
            self._queue.put(None)
        self._thread.join()
        self._checkpointer.close()
        self._engine.dispose()

    def _serve(self) -> None:
        while (first := self._queue.get()) is not None:
            self._commit_group(first)
        self._let_go()

    def _commit_group(self, first: "_Job[Any]") -> None:
        group: list[_Job[Any]] = []
        try:
            # The thread keeps its connection: taking one anew costs as much as five statements.
            if self._connection is None:
                self._connection = self._engine.connect()
            with self._connection.begin():
                for job in self._gather(first):
                    group.append(job)
                    job.run(self._connection)
        except Exception as error:  # noqa: BLE001 - handed to everyone who waits for this group
            self._let_go()  # whatever state it is in, the next group begins with another one
            for job in group or [first]:
                job.future.set_exception(_told(error))
        else:
            for job in group:
                job.answer()
            self._checkpointer.committed()

    def _let_go(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _gather(self, first: "_Job[Any]") -> "Iterator[_Job[Any]]":
        deadline = time.monotonic() + GROUP_BUDGET_S
        yield first
        while time.monotonic() < deadline:
            try:
                job = self._queue.get_nowait()
            except Empty:
                return
            if job is None:  # the sign to end, meant for the loop outside
                self._queue.put(None)
                return
            yield job


class _Job(Generic[T]):
    """A work on its way through the writer, and the promise to whoever waits for it."""

    def __init__(self, work: Callable[[Session], T]) -> None:
        self.future: Future[T] = Future()
        self._work = work
        self._result: T
        self._error: BaseException | None = None

    def run(self, connection: Connection) -> None:
        """Run in a savepoint; a failure is kept for later unless it took the group with it."""
        driver: Any = connection.connection.driver_connection
        # Said to the driver, since a savepoint of the session's own takes four times as long.
        driver.execute("SAVEPOINT work")
        with Session(
            connection, join_transaction_mode="rollback_only", expire_on_commit=False
        ) as session:
            try:
                self._result = self._work(session)
                session.flush()
            except BaseException as error:  # noqa: BLE001 - handed to the waiting caller
                self._error = error
        # A full disk or an I/O error makes SQLite roll back the whole transaction by itself. What
        # follows would then run outside of one, so the group ends here, and with an error.
        if not driver.in_transaction:
            message = "The store ended the transaction by itself."
            raise StoreError(message) from self._error
        if self._error is not None:
            driver.execute("ROLLBACK TO work")
        driver.execute("RELEASE work")

    def answer(self) -> None:
        """Resolve the promise; called only after the group's commit."""
        if self._error is not None:
            self.future.set_exception(self._error)
        else:
            self.future.set_result(self._result)


def _told(error: Exception) -> StoreError:
    """An error of its own for each of a group that was lost as a whole."""
    told: StoreError
    if isinstance(error, OperationalError) and "locked" in str(error.orig):
        told = StoreBusyError(
            "Another process held the store for too long; nothing was written. "
            "Try again; if it goes on, find the process that keeps the database file open."
        )
    else:
        told = StoreError(
            "The store could not commit; nothing was written. "
            "Check the free disk space and run 'stormwatch doctor'."
        )
    told.__cause__ = error
    return told
