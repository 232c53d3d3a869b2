"""The scales by name, each built on first use."""

from collections.abc import Callable
from functools import cache

from monitoring.clinical.scales import (
    astct_crs,
    astct_icans,
    ctcae_crs,
    ctcae_terms,
    indices,
    lee_2014,
    limit_grades,
    news2,
    scores,
)
from monitoring.clinical.scales.answer import Scale

# One line a scale: its name on the command line and the function that builds it.
_BUILDERS: dict[str, Callable[[], Scale]] = {
    "astct-crs": astct_crs.scale,
    "astct-icans": astct_icans.scale,
    "news2": news2.scale,
    lee_2014.NAME: lee_2014.build,
    ctcae_crs.NAME: ctcae_crs.build,
    ctcae_terms.FEVER: ctcae_terms.fever,
    ctcae_terms.HYPOTENSION: ctcae_terms.hypotension,
    ctcae_terms.HYPOXIA: ctcae_terms.hypoxia,
    "sirs": scores.sirs,
    "qsofa": scores.qsofa,
    "hscore": scores.hscore,
    "car-hematotox": scores.car_hematotox,
    "hlh-2004": scores.hlh_2004,
    "cartox-hlh": scores.cartox_hlh,
    "iec-hs": scores.iec_hs,
    "febrile-neutropenia": scores.febrile_neutropenia,
    "easix": indices.easix,
    "s-easix": indices.s_easix,
    "m-easix": indices.m_easix,
    "shock-index": indices.shock_index,
    "map": indices.mean_pressure,
    "ctcae-labs": limit_grades.ctcae_laboratory,
    "icaht": limit_grades.icaht,
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
