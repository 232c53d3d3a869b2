"""The commands put together, and the one place where an error becomes a sentence."""

import os
import sys

import typer
from pydantic import ValidationError

from db.errors import StoreError
from monitoring.cli import files, people, policy, reasons, running, upkeep
from monitoring.cli.speaking import StopError, err
from monitoring.clinical.rule_file import RuleFileError
from monitoring.feeds.problems import FeedError
from monitoring.services.errors import RefusedError

app = typer.Typer(
    help="Inpatient monitoring for cytokine release syndrome. It suggests; a clinician decides.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.command()(upkeep.init)
app.command()(running.demo)
app.command("import")(files.import_)
app.command()(files.export)
app.command()(running.watch)
app.command()(reasons.explain)
app.command()(upkeep.doctor)
app.command()(upkeep.backup)
app.command("verify-audit")(upkeep.verify_audit)
app.add_typer(people.user, name="user")
app.add_typer(policy.policy, name="policy")


def main() -> None:
    """Run one command; exit code 2 and one sentence where it could not be done."""
    try:
        app()
    except (StopError, FeedError, RefusedError, StoreError, RuleFileError) as error:
        err.print(str(error))
        sys.exit(2)
    except ValidationError as error:
        places = ["_".join(map(str, one["loc"])).upper() for one in error.errors()]
        names = ", ".join(f"STORMWATCH_{place}" for place in places)
        err.print(f"A setting cannot be used: {names}. See docs/operating.md.")
        sys.exit(2)
    except Exception as error:
        # Nobody at a terminal is helped by a traceback, and one may hold a patient's values.
        if os.environ.get("STORMWATCH_LOG_LEVEL") == "DEBUG":
            raise
        err.print(
            f"An unforeseen fault ({type(error).__name__}) stopped the command. Run it again with "
            "STORMWATCH_LOG_LEVEL=DEBUG and report where it stops, without patient data."
        )
        sys.exit(1)
