"""``stormwatch user``: who may sign in."""

from typing import Annotated

import typer
from rich.table import Table

from monitoring.cli.speaking import By, actor, clock, open_store, out
from monitoring.services.access import Member, Role
from monitoring.services.members import add_member, members

user = typer.Typer(help="The members of the ward team.", no_args_is_help=True, add_completion=False)


@user.command()
def add(
    username: Annotated[str, typer.Argument(help="As the identity provider names the person.")],
    name: Annotated[str, typer.Option(help="As the team knows the person.")],
    role: Annotated[Role, typer.Option(help="What the person is on the ward.")],
    by: Annotated[str | None, By] = None,
) -> None:
    """Let a person sign in."""
    with open_store() as store:
        person = Member(username=username, display_name=name, role=role)
        add_member(store, person, actor=actor(by), now=clock())
    out.print(f"{username} may sign in as {role.value.replace('_', ' ')}.")


@user.command("list")
def list_() -> None:
    """Show everybody who may or might sign in."""
    with open_store() as store:
        everyone = members(store)
    table = Table("username", "name", "role", "signs in", box=None)
    for member in everyone:
        table.add_row(
            member.username,
            member.display_name,
            member.role.replace("_", " "),
            "yes" if member.active else "no longer",
        )
    out.print(table)
