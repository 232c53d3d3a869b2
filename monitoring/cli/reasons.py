"""``stormwatch explain``: why a grade was suggested."""

import json
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.table import Table

from db.queries import census
from monitoring.cli.speaking import clock, open_store, out, read_moment
from monitoring.cli.stopping import stop
from monitoring.clinical import explain as words
from monitoring.clinical.counterfactuals import Counterfactuals
from monitoring.clinical.explain_icans import icans_sentence
from monitoring.clinical.explain_news2 import news2_sentence
from monitoring.clinical.news2_changes import News2Changes
from monitoring.clinical.results import Evaluation
from monitoring.services.evaluate import evaluation_before
from monitoring.services.instants import from_us
from monitoring.services.looking_back import LookBack, look_back
from monitoring.services.outtake import wanted_stays
from monitoring.services.reasons import reasons_document, what_would_change, what_would_change_news2

_MICROSECOND = timedelta(microseconds=1)
_LOOKS_BACK = timedelta(hours=24)


def explain(
    patient: Annotated[
        str | None, typer.Option(help="The patient's identifier: the newest stay.")
    ] = None,
    encounter: Annotated[
        str | None, typer.Option(help="The encounter's identifier, as in a page's address.")
    ] = None,
    system: Annotated[
        str | None, typer.Option(help="Who gave the patient's identifier, where two did.")
    ] = None,
    at: Annotated[
        str | None, typer.Option(help="The moment, as 2026-11-22T10:45+01:00; now if left out.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Write everything as one JSON document.")
    ] = False,
) -> None:
    """Say why each grade was suggested at a moment, its rows, and what would change it."""
    if (patient is None) == (encounter is None):
        stop("Say whose grade: either --patient IDENTIFIER or --encounter IDENTIFIER.")
    moment = read_moment(at, clock())
    with open_store() as store, store.read() as session:
        _, stays = wanted_stays(
            session, identifier=patient, identifier_system=system, public_id=encounter
        )
        evaluation = evaluation_before(session, stays[-1].id, moment + _MICROSECOND)
        ward = next(one for one in census.wards(session) if one.id == stays[-1].ward_id)
        if evaluation is None:
            stop("Nothing was known of this stay at that moment. Choose a later one with --at.")
        changes = what_would_change(session, stays[-1], evaluation)
        news2 = what_would_change_news2(session, stays[-1], evaluation)
        went = look_back(session, stays[-1], from_at=moment - _LOOKS_BACK, to_at=moment)
    if as_json:
        document = reasons_document(evaluation, changes, news2) | {"last_24_h": asdict(went)}
        typer.echo(json.dumps(document, indent=2))
        return
    _show(evaluation, changes, news2, moment, ZoneInfo(ward.time_zone))
    out.print(_went(went))


def _show(
    evaluation: Evaluation,
    changes: dict[str, Counterfactuals],
    news2: News2Changes,
    moment: datetime,
    zone: ZoneInfo,
) -> None:
    at = from_us(evaluation.at_us)
    age = words.age_in_words((moment - at).total_seconds())
    out.print(f"{at.astimezone(zone):%Y-%m-%d %H:%M %Z} (the newest facts then, {age} before)")
    out.print(words.sentence(evaluation))
    out.print(icans_sentence(evaluation))
    out.print(news2_sentence(evaluation.news2))
    for line in words.may_be_already(evaluation):
        out.print(line)
    for found in changes.values():
        for line in found.lines(nearest=False):
            out.print(line)
    for line in news2.lines():
        out.print(line)
    table = Table("grade", "criterion", "met", "because of", "age", "row", box=None)
    for row in words.table(evaluation):
        table.add_row(
            str(row.grade),
            row.label,
            row.truth.value,
            "" if row.concept is None else f"{row.concept.replace('_', ' ')} {row.value}",
            "" if row.age_s is None else words.age_in_words(row.age_s),
            "" if row.row_id is None else f"{row.table} {row.row_id}",
        )
    out.print(table)
    out.print(f"Rules {evaluation.rulebook}. A suggestion for a clinician to confirm.")


def _went(went: LookBack) -> str:
    """The 24 hours before: what was due and did not come, and where graders differed."""
    differed = went.disagreements
    return (
        f"In the 24 h before: observations overdue {went.observations.spells} times "
        f"({went.observations.missed} missed), ICE overdue {went.ice.spells} times "
        f"({went.ice.missed} missed); {differed.words} grades confirmed, "
        f"{differed.higher} stretches higher and {differed.lower} lower than computed."
    )
