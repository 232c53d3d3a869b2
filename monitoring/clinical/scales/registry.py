"""The scales by name, each built on first use."""

from collections.abc import Callable
from functools import cache

from monitoring.clinical.scales import ctcae_crs, lee_2014
from monitoring.clinical.scales.answer import Scale

# One line a scale: its name on the command line and the function that builds it.
_BUILDERS: dict[str, Callable[[], Scale]] = {
    lee_2014.NAME: lee_2014.build,
    ctcae_crs.NAME: ctcae_crs.build,
}


class UnknownScaleError(ValueError):
    """Nobody knows a scale of this name; the message lists those that are."""


def names() -> tuple[str, ...]:
    """Every scale that can be asked."""
    return tuple(_BUILDERS)


@cache
def scale(name: str) -> Scale:
    """The scale of this name; raises ``UnknownScaleError``."""
    if name not in _BUILDERS:
        message = f"Unknown scale {name!r}. Known are: {', '.join(_BUILDERS)}."
        raise UnknownScaleError(message)
    return _BUILDERS[name]()
