"""How a command stops: one plain sentence that says what to do next."""

from typing import NoReturn


class StopError(Exception):
    """The command cannot go on; the text says what to do next."""


def stop(message: str) -> NoReturn:
    """End the command with a sentence and exit code 2."""
    raise StopError(message)
