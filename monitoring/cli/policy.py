"""``stormwatch policy``: the limits that hold, and limits of a ward's or a patient's own."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from db.engine import Store
from db.queries import census
from monitoring.cli.speaking import By, actor, clock, open_store, out
from monitoring.cli.stopping import stop
from monitoring.clinical.policy import load_policy
from monitoring.services.policies import Place, history, set_limits

policy = typer.Typer(
    help="Limits of the house, of a ward, of a patient.", no_args_is_help=True, add_completion=False
)

Ward = Annotated[str | None, typer.Option(help="The ward's code; the house if left out.")]
Encounter = Annotated[
    str | None, typer.Option(help="The encounter's identifier, as in a page's address.")
]


def read_limits(file: Path) -> Mapping[str, Any]:
    """Limits from a TOML file in the shape of ``rules/alerts.toml``, checked before use."""
    try:
        limits = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError:
        stop(f"{file} cannot be read. Check its name.")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        stop(f"{file} is not TOML: {fault}")
    load_policy(limits)
    return limits


@policy.command("set")
def set_(
    file: Annotated[Path, typer.Argument(help="TOML: only what differs, e.g. \\[hypoxia].")],
    reason: Annotated[str, typer.Option(help="Why; it is kept with the limits.")],
    ward: Ward = None,
    encounter: Encounter = None,
    by: Annotated[str | None, By] = None,
) -> None:
    """Give the house, a ward or a patient its own limits; the earlier version stays on record."""
    limits = read_limits(file)
    with open_store() as store:
        row = set_limits(
            store,
            place=_place(store, ward, encounter),
            limits=limits,
            reason=reason,
            actor=actor(by),
            now=clock(),
        )
    out.print(f"Version {row.version} holds from now on. What was judged already stays as it is.")


@policy.command()
def show(ward: Ward = None, encounter: Encounter = None) -> None:
    """Show the versions of a place's own limits: what, by whom, why, from when."""
    with open_store() as store:
        rows = history(store, _place(store, ward, encounter))
    if not rows:
        out.print(f"No limits of its own; the packaged ones hold ({load_policy().id}).")
        return
    table = Table("version", "from", "by", "why", "limits", box=None)
    for row in rows:
        table.add_row(
            row.version,
            f"{row.effective_from:%Y-%m-%d %H:%M} UTC",
            row.author,
            row.reason,
            ", ".join(_flat(row.content)) or "none: as above it",
        )
    out.print(table)


def _place(store: Store, ward: str | None, encounter: str | None) -> Place:
    if ward is not None and encounter is not None:
        stop("Say for whom: either --ward CODE or --encounter IDENTIFIER, or neither.")
    with store.read() as session:
        if encounter is not None:
            stay = census.encounter_by_public_id(session, encounter)
            if stay is None:
                stop("There is no such encounter. Copy its identifier from the patient's page.")
            return Place(encounter_id=stay.id)
        if ward is not None:
            return Place(ward_id=ward_id(store, ward))
    return Place()


def ward_id(store: Store, code: str) -> int:
    """The row id of a ward by its code, or one sentence that names those there are."""
    with store.read() as session:
        found = census.ward_by_code(session, code)
        if found is None:
            known = ", ".join(one.code for one in census.wards(session)) or "none yet"
            stop(f"There is no ward {code}. There are: {known}.")
        return found.id


def _flat(content: Mapping[str, Any], above: str = "") -> list[str]:
    found = []
    for key, value in content.items():
        name = f"{above}{key}"
        if isinstance(value, Mapping):
            found += _flat(value, f"{name}.")
        else:
            found.append(f"{name} {value}")
    return found
