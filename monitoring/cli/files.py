"""``stormwatch import`` and ``stormwatch export``."""

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated, TextIO

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn
from rich.table import Table

from db.engine import Store
from monitoring.cli.speaking import By, actor, clock, err, open_store, out, zone
from monitoring.cli.stopping import stop
from monitoring.config import settings
from monitoring.feeds.alert_lines import write_alerts
from monitoring.feeds.csv_file import CsvFile, files_below
from monitoring.feeds.export_format import is_export, write_table
from monitoring.feeds.export_reading import read_export
from monitoring.feeds.mapping_file import read_mapping
from monitoring.feeds.problems import FeedError
from monitoring.feeds.row_reader import ReadingChoices
from monitoring.feeds.whole_file import write_whole
from monitoring.services.errors import RefusedError
from monitoring.services.intake import import_file
from monitoring.services.intake_summary import ImportSummary
from monitoring.services.intake_ward import IntakeWard, intake_ward
from monitoring.services.outtake import export_stays
from monitoring.services.outtake_alerts import export_alerts
from monitoring.services.restore import restore


def import_(
    paths: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Files or folders.")],
    ward: Annotated[
        str | None,
        typer.Option(help="Code of the ward that takes the patients; one is made if left out."),
    ] = None,
    time_zone: Annotated[
        str | None, typer.Option(help="Zone of times without an offset; the ward's if left out.")
    ] = None,
    mapping: Annotated[
        Path | None, typer.Option(help="A mapping of your own (docs/import-mappings.md).")
    ] = None,
    decimal_comma: Annotated[
        bool, typer.Option("--decimal-comma", help="Read 38,4 as 38.4.")
    ] = False,
    by: Annotated[str | None, By] = None,
) -> None:
    """Read observations from CSV files; the same file again adds nothing."""
    now, who = clock(), actor(by)
    files = files_below(paths)
    own_mapping = None if mapping is None else read_mapping(mapping)
    failed: list[str] = []
    with open_store(create=True) as store:
        taking = intake_ward(
            store, code=ward, time_zone=time_zone or settings().time_zone, actor=who, now=now
        )
        choices = ReadingChoices(
            zone=zone(time_zone or taking.time_zone),
            decimal_comma=decimal_comma,
            mapping=own_mapping,
        )
        for path in files:
            try:
                if is_export(path):
                    _restore(store, path, taking, who)
                else:
                    _show(_import(store, path, choices, taking, who))
            except (FeedError, RefusedError) as error:
                # Some errors name the file themselves.
                said = str(error)
                failed.append(said if said.startswith(path.name) else f"{path.name}: {said}")
                err.print(failed[-1])
    if len(failed) == len(files) == 1:
        raise typer.Exit(2)
    if failed:
        stop(f"{len(failed)} of {len(files)} files were not imported; the lines above say why.")


def _import(
    store: Store, path: Path, choices: ReadingChoices, ward: IntakeWard, who: str
) -> ImportSummary:
    file = CsvFile(path, choices)
    with _progress() as bar:
        tasks: dict[str, TaskID] = {}

        def moved(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bar.add_task(f"{path.name}: {stage}", total=total or None)
            bar.update(tasks[stage], completed=done)

        return import_file(
            store,
            file,
            file_name=path.name,
            ward=ward,
            actor=who,
            now=clock(),
            progress=moved,
        )


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("rows"),
        console=err,
        transient=True,
        disable=not err.is_terminal,
    )


def _show(summary: ImportSummary) -> None:
    out.print(f"{summary.file_name}: {summary.title} (mapping {summary.mapping})")
    table = Table(show_header=False, box=None, pad_edge=True)
    table.add_column(justify="right")
    table.add_column()
    table.add_row(str(summary.rows), "rows read")
    table.add_row(str(summary.patients_new), "patients new")
    table.add_row(str(summary.patients_known), "patients known before")
    table.add_row(str(summary.accepted), "values accepted")
    table.add_row(str(summary.known), "values known before")
    if summary.repeated:
        table.add_row(str(summary.repeated), "values said twice in the file")
    table.add_row(str(summary.values_quarantined), "values in quarantine")
    for code, reason in sorted(summary.quarantined.items()):
        places = ", ".join(f"line {line} ({column})" for line, column in reason.examples)
        words = code.replace("_", " ")
        table.add_row("", f"{reason.values} in {reason.rows} rows: {words}, e.g. {places}")
    if summary.resolved:
        table.add_row(str(summary.resolved), "in quarantine until now are put right by this file")
    if summary.absent:
        table.add_row(str(summary.absent), "cells say that nothing was measured")
    if summary.later:
        table.add_row(
            str(summary.later), "of the accepted values lie after now, by the file's clock"
        )
    out.print(table)
    if summary.not_used:
        out.print(f"  Columns not used: {', '.join(summary.not_used)}")
    for note in summary.notes:
        out.print(f"  {note}")


def _restore(store: Store, path: Path, ward: IntakeWard, who: str) -> None:
    restored = restore(store, read_export(path), ward=ward, actor=who, now=clock())
    out.print(
        f"{path.name}: an export of Stormwatch. {restored.stays_new} stays new, "
        f"{restored.stays_known} known before; {restored.accepted} values accepted, "
        f"{restored.known} known before."
    )


def export(
    out_: Annotated[Path, typer.Option("--out", help="The file to write; - for the screen.")],
    patient: Annotated[
        str | None, typer.Option(help="The patient's identifier: all stays.")
    ] = None,
    encounter: Annotated[
        str | None, typer.Option(help="The encounter's identifier, as in a page's address.")
    ] = None,
    system: Annotated[
        str | None, typer.Option(help="Who gave the patient's identifier, where two did.")
    ] = None,
    alerts: Annotated[
        bool, typer.Option("--alerts", help="The alerts with their events instead, as JSON Lines.")
    ] = False,
    by: Annotated[str | None, By] = None,
) -> None:
    """Give a patient's stays out as one CSV file, corrected values among them.

    Alerts leave by themselves, to be read: whoever takes the stay in judges it anew.
    """
    if (patient is None) == (encounter is None):
        stop("Say whose data: either --patient IDENTIFIER or --encounter IDENTIFIER.")
    to_screen = str(out_) == "-"

    def written(write: Callable[[TextIO], int]) -> int:
        return write(sys.stdout) if to_screen else write_whole(out_, write)

    with open_store() as store:
        give_out = partial(
            export_alerts if alerts else export_stays,
            store,
            actor=actor(by),
            now=clock(),
            identifier=patient,
            identifier_system=system,
            public_id=encounter,
        )
        lines = write_alerts if alerts else write_table
        count = give_out(write=lambda rows: written(lambda stream: lines(stream, rows)))
    if not to_screen:
        what = "alerts" if alerts else "rows"
        out.print(f"{count} {what} written to {out_}. It holds patient data: keep it safe.")
