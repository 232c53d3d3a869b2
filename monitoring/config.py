"""Settings of one installation, from the environment (prefix ``STORMWATCH_``)."""

from functools import cache
from typing import Annotated, Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

# The ward that takes imported patients where no other is named.
IMPORT_WARD_CODE = "IMPORT"


class Settings(BaseSettings):
    """What an installation may set; every value is checked when the program starts."""

    model_config = SettingsConfigDict(env_prefix="STORMWATCH_", extra="ignore")

    database_url: str = "sqlite:///var/stormwatch.db"
    # Demo: invented patients, sign-in by choice, loopback addresses only.
    demo: bool = False
    demo_speed: Annotated[float, Field(ge=1, le=600)] = 1.0
    # The ward that opens first.
    ward: str = "DEMO"
    time_zone: str = "Europe/Berlin"
    # Seconds between two looks of an open board at the data version.
    tick_s: Annotated[float, Field(ge=1, le=30)] = 5.0
    # A person who does nothing for this long signs in again (shared workstations).
    idle_minutes: Annotated[float, Field(gt=0, le=720)] = 30.0
    # Whether the dashboard process also watches; left out, only the demo's does, and a larger
    # installation runs its own watcher.
    watch_inside: bool | None = None
    # Whether the sample ward lives on in the dashboard process; left out, it does in the demo.
    living: bool | None = None
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"


@cache
def settings() -> Settings:
    """The settings of this process, read once."""
    return Settings()
