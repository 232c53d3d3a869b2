"""``stormwatch init``, ``doctor``, ``backup`` and ``verify-audit``: the store's upkeep."""

from pathlib import Path
from typing import Annotated

import typer

from db.backup import backup as copy_store
from db.doctor import Finding, examine
from db.engine import Store
from db.migrate import upgrade
from db.queries import audit, observations
from db.reach import reach
from db.revision import head_revision, schema_revision
from monitoring.cli.speaking import clock, open_store, out
from monitoring.cli.stopping import stop
from monitoring.clinical.policy import load_policy
from monitoring.clinical.rulebook import load_rulebook
from monitoring.config import settings
from monitoring.services.not_judged import not_judged_now
from monitoring.services.policies import keep_packaged


def init() -> None:
    """Make the store's tables, or bring them to the present schema; keep the packaged limits."""
    rulebook, policy = load_rulebook(), load_policy(None)
    store = reach(settings().database_url)
    try:
        upgrade(settings().database_url)
        keep_packaged(store, actor="system:init", now=clock())
    finally:
        store.close()
    out.print(f"{store.url_without_secrets} is ready. Rules {rulebook.id}, policy {policy.id}.")


def doctor() -> None:
    """Look for whatever could harm the store; exit code 1 where something is wrong."""
    store = reach(settings().database_url, create=False)
    try:
        findings = examine(store)
        if schema_revision(store) == head_revision():
            findings.append(_judged(store))
    finally:
        store.close()
    for finding in findings:
        out.print(f"{'ok ' if finding.ok else 'NOT'}  {finding.name}: {finding.detail}")
        if not finding.ok and finding.advice:
            out.print(f"     {finding.advice}")
    if not all(finding.ok for finding in findings):
        raise typer.Exit(1)


def _judged(store: Store) -> Finding:
    """Is everybody judged? By row number, and what failed in the program."""
    found = not_judged_now(store)
    named = ", ".join(
        f"encounter {one.encounter_id} since {one.since:%Y-%m-%d %H:%M} UTC ({one.failure})"
        for one in found
    )
    return Finding(
        name="patients judged",
        ok=not found,
        detail=named or "the newest sweep failed for nobody",
        advice="The grades of these patients may be old, and their tiles say so. Send this line to "
        "the makers; a damaged row also shows above, under checksums or integrity."
        if found
        else None,
    )


def backup(
    file: Annotated[Path, typer.Argument(help="The copy to write; it must not exist yet.")],
) -> None:
    """Copy an SQLite store while the ward works."""
    with open_store() as store:
        copy_store(store, file)
    out.print(
        f"Copied to {file}. Check it: STORMWATCH_DATABASE_URL=sqlite:///{file} stormwatch doctor"
    )


def verify_audit(
    head: Annotated[
        str | None,
        typer.Option(help="The head of an earlier report: it must still be part of the chain."),
    ] = None,
) -> None:
    """Check that no audit event and no observation was altered; exit code 1 where one was."""
    noted = None
    if head is not None:
        try:
            noted = bytes.fromhex(head)
        except ValueError:
            stop("The head is written in hexadecimal digits, as an earlier report printed it.")
    with open_store() as store, store.read() as session:
        report = audit.verify(session, noted_head=noted)
        altered = list(observations.verify_checksums(session))
    for fault in report.faults:
        out.print(f"audit event {fault.event_id}: {fault.kind.value.replace('_', ' ')}")
    if report.noted_head_found is False:
        out.print("the noted head is not part of the chain: events were cut off or replaced")
    for row_id in altered:
        out.print(f"observation {row_id}: altered")
    out.print(f"{report.events} audit events, head {report.head.hex()}")
    if not report.ok or altered:
        out.print(
            "The record was altered outside Stormwatch. Keep the store as it is, compare it with "
            "the latest backup, and tell whoever answers for it."
        )
        raise typer.Exit(1)
    out.print("The chain and every observation are as they were written.")
