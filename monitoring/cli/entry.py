"""The commands put together, and the one place where an error becomes a sentence.

A command is imported when it is asked for: grading a file needs no store and must not wait for one.
"""

import os
import sys
from importlib import import_module

import typer
from typer.core import TyperGroup

from db.errors import StoreError
from monitoring.cli.stopping import StopError
from monitoring.clinical.rule_file import RuleFileError
from monitoring.feeds.problems import FeedError
from monitoring.services.errors import RefusedError

# Each command: the module it stands in, and its name there.
_COMMANDS = {
    "init": ("upkeep", "init"),
    "demo": ("demo", "demo"),
    "import": ("files", "import_"),
    "export": ("files", "export"),
    "watch": ("running", "watch"),
    "grade": ("grading", "grade"),
    "explain": ("reasons", "explain"),
    "replay": ("replay", "replay"),
    "doctor": ("upkeep", "doctor"),
    "backup": ("upkeep", "backup"),
    "verify-audit": ("upkeep", "verify_audit"),
    "user": ("people", "user"),
    "policy": ("policy", "policy"),
    "quarantine": ("quarantine", "quarantine"),
}


class Commands(TyperGroup):
    """The commands by name, each imported on first use."""

    def list_commands(self, ctx: typer.Context) -> list[str]:  # type: ignore[override]
        """Their names, as the help lists them."""
        return list(_COMMANDS)

    def get_command(self, ctx: typer.Context, cmd_name: str):  # type: ignore[no-untyped-def,override]
        """The command of this name, or None."""
        if cmd_name not in _COMMANDS:
            return None
        if cmd_name not in self.commands:
            module, name = _COMMANDS[cmd_name]
            target = getattr(import_module(f"monitoring.cli.{module}"), name)
            if not isinstance(target, typer.Typer):
                alone = typer.Typer(add_completion=False)
                alone.command(cmd_name)(target)
                target = alone
            self.commands[cmd_name] = typer.main.get_command(target)
            self.commands[cmd_name].name = cmd_name
        return self.commands[cmd_name]


app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


@app.callback()
def stormwatch() -> None:
    """Inpatient monitoring for cytokine release syndrome. It suggests; a clinician decides."""


def main() -> None:
    """Run one command; exit code 2 and one sentence where it could not be done."""
    try:
        app()
    except (StopError, FeedError, RefusedError, StoreError, RuleFileError) as error:
        typer.echo(str(error), err=True)
        sys.exit(2)
    except OSError as error:
        message = (
            f"A file or the output cannot be used ({error.strerror or type(error).__name__}). "
            "Check its disk and its permission, then run the command again."
        )
        typer.echo(message, err=True)
        sys.exit(2)
    except Exception as error:
        if (setting := _setting_at_fault(error)) is not None:
            typer.echo(setting, err=True)
            sys.exit(2)
        # Nobody at a terminal is helped by a traceback, and one may hold a patient's values.
        if os.environ.get("STORMWATCH_LOG_LEVEL") == "DEBUG":
            raise
        message = (
            f"An unforeseen fault ({type(error).__name__}) stopped the command. Run it again with "
            "STORMWATCH_LOG_LEVEL=DEBUG and report where it stops, without patient data."
        )
        typer.echo(message, err=True)
        sys.exit(1)


def _setting_at_fault(error: Exception) -> str | None:
    from pydantic import ValidationError  # noqa: PLC0415 (only a fault has to wait for it)

    if not isinstance(error, ValidationError):
        return None
    places = ["_".join(map(str, one["loc"])).upper() for one in error.errors()]
    names = ", ".join(f"STORMWATCH_{place}" for place in places)
    return f"A setting cannot be used: {names}. See docs/operating.md."
