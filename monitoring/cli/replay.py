"""``stormwatch replay``: what would other limits have raised over a stored period?"""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import Progress
from rich.table import Table

from monitoring.cli.policy import read_limits, ward_id
from monitoring.cli.speaking import clock, err, open_store, out, read_moment
from monitoring.cli.stopping import stop
from monitoring.clinical import burden
from monitoring.services.replay import Played, Report, play, report

_DEFAULT = timedelta(days=30)
_LISTED = 20
_TODAY = "today's policy"
_HAPPENED = "what happened"


def replay(
    ward: Annotated[str, typer.Option(help="The ward's code.")],
    from_: Annotated[
        str | None, typer.Option("--from", help="As 2026-11-22T10:45+01:00; 30 days back.")
    ] = None,
    to: Annotated[str | None, typer.Option(help="As --from; now if left out.")] = None,
    policy: Annotated[
        Path | None, typer.Option(help="TOML with the limits to try; today's if left out.")
    ] = None,
    against: Annotated[
        Path | None, typer.Option(help="TOML with other limits to compare with.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Play a stored period again: alerts per patient-day, rises of the grade caught, lead time.

    Without limits to try, what was really raised and answered stands beside it.
    """
    now = clock()
    to_at = read_moment(to, now)
    from_at = to_at - _DEFAULT if from_ is None else read_moment(from_, now)
    if from_at >= to_at:
        stop("The period ends before it begins. Check --from and --to.")
    columns = {_TODAY if policy is None else policy.name: policy}
    if against is not None:
        names = (against.name, str(against), f"{against} (the other)")
        columns[next(one for one in names if one not in columns)] = against
    played = {
        name: _play(ward, from_at=from_at, to_at=to_at, now=now, limits=file)
        for name, file in columns.items()
    }
    if policy is None and against is None:
        played[_HAPPENED] = _play(
            ward, from_at=from_at, to_at=to_at, now=now, limits=None, as_recorded=True
        )
    reports = {name: report(one) for name, one in played.items()}
    appearing: dict[str, list[dict[str, Any]]] = {}
    if against is not None:
        (one, these), (other, those) = played.items()
        appearing = {
            f"only under {one}": _rows(burden.appearing(these.events, those.events)),
            f"only under {other}": _rows(burden.appearing(those.events, these.events)),
        }
    if as_json:
        document: dict[str, Any] = {name: one.to_document() for name, one in reports.items()}
        out.print(json.dumps({"policies": document, **appearing}, indent=1))
        return
    out.print(f"Ward {ward}, {from_at:%Y-%m-%d %H:%M} to {to_at:%Y-%m-%d %H:%M} UTC")
    out.print(_table(reports))
    for title, rows in appearing.items():
        out.print(f"{len(rows)} interruptive alerts {title}")
        if rows:
            out.print(_list(rows))


def _play(
    ward: str,
    *,
    from_at: datetime,
    to_at: datetime,
    now: datetime,
    limits: Path | None,
    as_recorded: bool = False,
) -> Played:
    overrides = None if limits is None else read_limits(limits)
    with (
        open_store() as store,
        Progress(console=err, transient=True, disable=not err.is_terminal) as bar,
    ):
        task = bar.add_task("playing stays", total=None)
        return play(
            store,
            ward_id=ward_id(store, ward),
            from_at=from_at,
            to_at=to_at,
            now=now,
            overrides=overrides,
            as_recorded=as_recorded,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )


def _table(reports: dict[str, Report]) -> Table:
    rows: tuple[tuple[str, Callable[[Report], float | None]], ...] = (
        ("stays", lambda r: r.stays),
        ("patient-days", lambda r: r.whole.patient_days),
        ("  of these in a CRS episode", lambda r: r.episode.patient_days),
        ("alerts per patient-day", lambda r: r.whole.alerts_per_patient_day),
        ("interruptive per quiet day", lambda r: r.quiet.interruptive_per_patient_day),
        ("  and reminders", lambda r: r.quiet.reminders_per_patient_day),
        ("interruptive per episode day", lambda r: r.episode.interruptive_per_patient_day),
        ("  and reminders", lambda r: r.episode.reminders_per_patient_day),
        ("followed by an action or another grade", lambda r: r.whole.acted_share),
        ("minutes until somebody took it (median)", _minutes_to_acknowledge),
        ("repeats that nobody heard", lambda r: r.whole.ignored_repeats),
        ("rises of the CRS grade", lambda r: r.timeliness.rises),
        ("  told with their first observation", lambda r: r.timeliness.caught),
        ("  led by an interruptive alert", lambda r: r.timeliness.led_share),
        ("  by so many minutes (median)", lambda r: r.timeliness.lead_minutes_median),
    )
    table = Table("", *reports, box=None)
    for words, value in rows:
        table.add_row(words, *(_written(value(one)) for one in reports.values()))
    return table


def _minutes_to_acknowledge(one: Report) -> float | None:
    return one.whole.minutes_to_acknowledge_median


def _written(value: float | None) -> str:
    if value is None:
        return "-"
    return str(value) if isinstance(value, int) else f"{value:.2f}"


def _rows(frame: Any) -> list[dict[str, Any]]:
    return [dict(row) for row in frame.to_dict(orient="records")]


def _list(rows: list[dict[str, Any]]) -> Table:
    table = Table("when (UTC)", "stay", "problem", "what", "priority", box=None)
    for row in rows[:_LISTED]:
        at = datetime.fromtimestamp(row["at_us"] / 1_000_000, tz=UTC)
        table.add_row(
            f"{at:%Y-%m-%d %H:%M}",
            str(row["encounter"]),
            row["problem"].replace("_", " "),
            row["kind"].replace("_", " "),
            row["priority"],
        )
    if len(rows) > _LISTED:
        table.add_row("...", "", f"and {len(rows) - _LISTED} more: --json has all", "", "")
    return table
