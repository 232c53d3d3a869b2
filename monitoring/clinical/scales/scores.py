"""The scores that are points tables: each reads its file and adds what only its own paper says."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from monitoring.clinical.scales.answer import Scale
from monitoring.clinical.scales.limits import Inputs, Interval
from monitoring.clinical.scales.points_scale import Masks, load_points, load_points_scale
from monitoring.clinical.scales.points_table import CountedItem, PointsTable, Scored
from monitoring.clinical.truths import YES


def sirs() -> Scale:
    """SIRS, 0 to 4 (Bone 1992; clinical reference 5.1)."""
    return load_points_scale("sirs", "sirs.toml", _white_cells, context=["after_lymphodepletion"])


def qsofa() -> Scale:
    """qSOFA, 0 to 3 (Singer 2016; clinical reference 5.1)."""
    return load_points_scale("qsofa", "qsofa.toml")


def hscore() -> Scale:
    """HScore, 0 to 337 (Fardet 2014; clinical reference 5.2)."""
    return load_points_scale("hscore", "hscore.toml")


def car_hematotox() -> Scale:
    """CAR-HEMATOTOX, 0 to 7, before lymphodepletion (Rejeski 2021; clinical reference 5.3)."""
    return load_points_scale("car-hematotox", "car_hematotox.toml")


def hlh_2004() -> Scale:
    """How many of the eight HLH-2004 criteria are met (Henter 2007; clinical reference 5.2)."""
    return load_points_scale("hlh-2004", "hlh_2004.toml")


def cartox_hlh() -> Scale:
    """CARTOX's criteria for CAR-T-related HLH (Neelapu 2018; clinical reference 5.2)."""
    return load_points_scale("cartox-hlh", "cartox_hlh.toml")


def iec_hs() -> Scale:
    """Which IEC-HS criteria are present, never a diagnosis (Hines 2023; clinical reference 5.2)."""
    return load_points_scale("iec-hs", "iec_hs.toml")


def febrile_neutropenia() -> Scale:
    """Fever and neutropenia, both of two (Freifeld 2011; clinical reference 5.1)."""
    return load_points_scale("febrile-neutropenia", "febrile_neutropenia.toml")


@dataclass(frozen=True, slots=True, kw_only=True)
class FebrileNeutropeniaLimits:
    """The limits of the rule file, for those who watch temperatures and counts over time."""

    single_c: Interval
    sustained_c: Interval
    anc: Interval


@cache
def febrile_neutropenia_limits() -> FebrileNeutropeniaLimits:
    """A single temperature, one that lasts an hour, and the ANC in 10*3/uL (Freifeld 2011)."""
    table = load_points("febrile_neutropenia.toml")
    limits = [
        condition.interval
        for item in table.items
        if isinstance(item, CountedItem)
        for condition in item.conditions
        if condition.interval is not None
    ]
    single_c, sustained_c, anc = limits
    return FebrileNeutropeniaLimits(single_c=single_c, sustained_c=sustained_c, anc=anc)


def _white_cells(table: PointsTable, inputs: Inputs, scored: Scored) -> Masks:
    """After lymphodepletion WBC < 4 is near universal: shown, and never an alarm by itself."""
    assert table.verdict is not None
    row = next(n for n, item in enumerate(table.items) if item.id == "white_cells")
    item = table.items[row]
    assert isinstance(item, CountedItem)
    (below,) = (one for one in item.conditions if one.interval and one.interval.high < np.inf)
    low = inputs.truth_of(below) == YES
    expected = low & (inputs.columns.truth["after_lymphodepletion"] == YES)
    without = scored.minimum - scored.low[row]
    alone = (scored.verdict == YES) & (without < table.verdict.points_from)
    return {
        "low_white_cells_after_lymphodepletion": expected,
        "no_alarm_on_white_cells_alone": expected & alone,
    }
