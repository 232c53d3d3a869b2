"""The command ``stormwatch``."""

from monitoring.cli.entry import main

__all__ = ["main"]
