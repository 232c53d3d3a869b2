"""``stormwatch quarantine``: input that could not be used, and what became of it."""

from datetime import datetime
from typing import Annotated

import typer

from db.queries.quarantine import QuarantineRow
from monitoring.cli.speaking import By, actor, clock, open_store, out
from monitoring.services import quarantined

quarantine = typer.Typer(
    help="Input that could not be used, with its reason.",
    no_args_is_help=True,
    add_completion=False,
)

Number = Annotated[int, typer.Argument(metavar="NUMBER", help="As `quarantine list` prints it.")]


@quarantine.command("list")
def list_(
    all_: Annotated[bool, typer.Option("--all", help="What is resolved too.")] = False,
) -> None:
    """List what waits: when it came, from where, why it could not be used."""
    with open_store() as store:
        rows = quarantined.listed(store, with_resolved=all_)
    if not rows:
        out.print("Nothing was ever put in quarantine." if all_ else "Nothing waits in quarantine.")
        return
    for row in rows:
        state = "" if row.resolved_at is None else f"   resolved by {row.resolved_by}"
        out.print(f"{row.id}   {_when(row.received_at)}   {row.source}   {_place(row)}{state}")
        out.print(f"    {row.reason}")
    if any(row.resolved_at is None for row in rows):
        out.print(quarantined.WHAT_NEXT)


@quarantine.command()
def show(number: Number) -> None:
    """Show one piece of input whole, as it was sent. It holds patient data."""
    with open_store() as store:
        row = quarantined.one(store, number)
    out.print(f"Number {row.id}, received {_when(row.received_at)} from {row.source}")
    out.print(f"Where: {_place(row)}")
    out.print(f"Why: {row.reason} ({row.reason_code.replace('_', ' ')})")
    out.print(_state(row))
    out.print("As it was sent:")
    # What a terminal would obey, and bytes of another encoding, are shown and not sent to it.
    out.print("".join(sign if _is_plain(sign) else repr(sign)[1:-1] for sign in row.raw))


@quarantine.command()
def resolve(
    number: Number,
    reason: Annotated[str, typer.Option(help="What was done about it; kept in the audit.")],
    by: Annotated[str | None, By] = None,
) -> None:
    """Close what its source cannot put right. The input stays as it came."""
    with open_store() as store:
        quarantined.resolve(store, number, reason=reason, actor=actor(by), now=clock())
    out.print(
        f"Number {number} is resolved. It stays in the list: stormwatch quarantine list --all"
    )


def _when(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


def _place(row: QuarantineRow) -> str:
    return row.place or "place not kept"


def _is_plain(sign: str) -> bool:
    return sign.isprintable() or sign in "\n\t"


def _state(row: QuarantineRow) -> str:
    if row.resolved_at is None:
        return f"It waits. {quarantined.WHAT_NEXT}"
    by_what = (
        "for a reason that the audit holds"
        if row.resolved_observation_id is None
        else f"with observation {row.resolved_observation_id}, which the source sent in its place"
    )
    return f"Resolved {_when(row.resolved_at)} by {row.resolved_by}, {by_what}."
