"""The scales by name, each built on first use."""

from functools import cache
from importlib import import_module

from monitoring.clinical.scales.answer import Scale

# One line a scale: its name on the command line, the module here and the function that builds it.
# A module is imported when its scale is asked for: one grade must not wait for every score.
_BUILDERS = {
    "astct-crs": ("astct_crs", "scale"),
    "astct-icans": ("astct_icans", "scale"),
    "news2": ("news2", "scale"),
    "lee2014": ("lee_2014", "build"),
    "ctcae-crs": ("ctcae_crs", "build"),
    "ctcae-fever": ("ctcae_terms", "fever"),
    "ctcae-hypotension": ("ctcae_terms", "hypotension"),
    "ctcae-hypoxia": ("ctcae_terms", "hypoxia"),
    "sirs": ("scores", "sirs"),
    "qsofa": ("scores", "qsofa"),
    "hscore": ("scores", "hscore"),
    "car-hematotox": ("scores", "car_hematotox"),
    "hlh-2004": ("scores", "hlh_2004"),
    "cartox-hlh": ("scores", "cartox_hlh"),
    "iec-hs": ("scores", "iec_hs"),
    "febrile-neutropenia": ("scores", "febrile_neutropenia"),
    "easix": ("indices", "easix"),
    "s-easix": ("indices", "s_easix"),
    "m-easix": ("indices", "m_easix"),
    "shock-index": ("indices", "shock_index"),
    "map": ("indices", "mean_pressure"),
    "ctcae-labs": ("limit_grades", "ctcae_laboratory"),
    "icaht": ("limit_grades", "icaht"),
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
    module, function = _BUILDERS[name]
    built = getattr(import_module(f"monitoring.clinical.scales.{module}"), function)()
    assert isinstance(built, Scale), name
    return built
