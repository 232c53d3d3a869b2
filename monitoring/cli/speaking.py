"""How the commands on the store speak, and how they reach it."""

import getpass
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, available_timezones

import typer
from rich.console import Console

from db.engine import Store
from db.migrate import upgrade
from db.reach import reach
from db.revision import head_revision, schema_revision
from monitoring.cli.stopping import stop
from monitoring.config import settings
from monitoring.services.policies import keep_packaged

out = Console(markup=False, highlight=False, soft_wrap=True)
err = Console(stderr=True, markup=False, highlight=False, soft_wrap=True)


def clock() -> datetime:
    """The time now."""
    return datetime.now(UTC)


def actor(by: str | None) -> str:
    """Who stands behind what this command does: the name given, else the name of the login."""
    if by is not None and by.strip():
        return by.strip()
    try:
        return f"cli:{getpass.getuser()}"
    except (KeyError, OSError):
        stop(f"The login with number {os.getuid()} has no name. Say who you are with --by NAME.")


@contextmanager
def open_store(*, create: bool = False) -> Iterator[Store]:
    """The store of the settings with the present schema.

    With ``create`` an empty one gets its tables; an older one is never changed on the way.
    """
    url = settings().database_url
    store = reach(url, create=create)
    try:
        revision = schema_revision(store)
        if revision is None and create:
            upgrade(url)
            keep_packaged(store, actor="system:init", now=clock())
        elif revision is None:
            stop(f"{store.url_without_secrets} has no tables yet. Run: stormwatch init")
        elif revision != head_revision():
            stop("The store is of another version of Stormwatch. Run: stormwatch init")
        yield store
    finally:
        store.close()


def zone(name: str) -> ZoneInfo:
    """A time zone by its IANA name."""
    if name not in available_timezones():
        stop(f"The time zone {name} is not known. Use a name such as Europe/Berlin.")
    return ZoneInfo(name)


def read_moment(text: str | None, now: datetime) -> datetime:
    """A moment as typed (ISO 8601 with an offset), or now."""
    if text is None:
        return now
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        stop("The time cannot be read. Write it as 2026-11-22T10:45+01:00.")
    if moment.tzinfo is None:
        stop("The time has no offset. Write it as 2026-11-22T10:45+01:00.")
    return moment.astimezone(UTC)


By = typer.Option("--by", help="Who does this; the login's name if left out.", show_default=False)
