"""What Lee 2014 and CTCAE v5.0 ask of temperature, oxygen and vasopressors, and its reading.

Field names are those of ``astct-crs``. Clinical reference 3.1, 8.4 (FiO2), C13, C16 and C17.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from monitoring.clinical.concepts import OXYGEN_DEVICES
from monitoring.clinical.rulebook import load_rulebook
from monitoring.clinical.scales import astct_crs
from monitoring.clinical.scales.astct_crs_columns import temperature_c
from monitoring.clinical.scales.astct_crs_support import inhaled_fraction
from monitoring.clinical.scales.criteria_answer import Judged
from monitoring.clinical.scales.crs_fields import PRESSURE_REASONS
from monitoring.clinical.scales.fields import Columns, Field, FieldKind
from monitoring.clinical.truths import NO, UNKNOWN, YES

_FOR_HYPOXIA = PRESSURE_REASONS.index("hypoxia")
_EPSILON = 1e-6
_ROOM_AIR_PERCENT = 21.0
_PRESSURE_DEVICES = ("cpap", "bipap", "invasive_ventilation", "ecmo")
# At 21 % these give pressure or flow and no oxygen.
_BLENDED = ("room_air", "high_flow_nasal_cannula", *_PRESSURE_DEVICES)


def truth_field(name: str, label: str) -> Field:
    """A question answered by true or false."""
    return Field(name=name, label=label, kind=FieldKind.TRUTH)


def number_field(
    name: str, label: str, unit: str, highest: float, *, lowest: float = 0.0, whole: bool = False
) -> Field:
    """A number in a unit and a closed range."""
    return Field(
        name=name,
        label=label,
        kind=FieldKind.NUMBER,
        unit=unit,
        lowest=lowest,
        highest=highest,
        whole=whole,
    )


@cache
def shared_fields() -> tuple[Field, ...]:
    """The fields of ``astct-crs``: one record can be asked of all three scales.

    What a scale does not use is read and checked all the same, and changes nothing.
    """
    return astct_crs.scale().fields


def shared(*names: str) -> tuple[Field, ...]:
    """Some of them by name."""
    return tuple(one for one in shared_fields() if one.name in names)


@cache
def vasopressors_field() -> Field:
    """The agents that run, by the names of the ASTCT rules; [] is none."""
    return shared("vasopressors")[0]


def pressors() -> tuple[str, ...]:
    """The agents of the field that are vasopressors: inotropes and their like are not."""
    rules = load_rulebook().crs
    return tuple(one for one in vasopressors_field().choices if one not in rules.noted)


def absent(columns: Columns, name: str) -> NDArray[np.bool_]:
    """Where a field was not answered."""
    return ~columns.is_known(name)


def stated(columns: Columns, name: str) -> Judged:
    """A criterion that is one question."""
    return Judged(truth=columns.truth[name], lacking={name: absent(columns, name)})


def untreated(columns: Columns, *treated: NDArray[np.int8]) -> NDArray[np.bool_]:
    """Where hypotension is stated and no treatment of it: both scales grade what it needs."""
    stated_low = columns.truth["hypotension_by_baseline"] == YES
    result: NDArray[np.bool_] = stated_low & ~np.logical_or.reduce([one == YES for one in treated])
    return result


def death(columns: Columns) -> Judged:
    """Death is stated by a clinician; what is not stated is not asked about."""
    return Judged(truth=np.where(columns.truth["death_due_to_crs"] == YES, YES, NO))


def temperatures_apart(columns: Columns) -> dict[int, str]:
    """Where two temperatures are given and differ, by place with what to do."""
    celsius, converted = columns.number["temp_c"], (columns.number["temp_f"] - 32.0) / 1.8
    # Half a step of a Celsius chart, and a step of a Fahrenheit chart.
    apart = np.abs(celsius - converted) > 0.05 + 0.1 / 1.8
    message = "temp_c and temp_f say different temperatures; give one of them."
    return dict.fromkeys(np.flatnonzero(apart).tolist(), message)


def contradictions(columns: Columns) -> dict[int, str]:
    """Where temperature or FiO2 cannot be as given, by place with what to do."""
    given = columns.number["fio2"]
    neither = (given > 1) & (given < _ROOM_AIR_PERCENT)
    message = "fio2 takes a fraction from 0.21 to 1 or per cent from 21 to 100."
    unread = dict.fromkeys(np.flatnonzero(neither).tolist(), message)
    return {**temperatures_apart(columns), **unread}


def any_chosen(columns: Columns, agents: Sequence[str]) -> NDArray[np.bool_]:
    """Where any of these stands in the list of vasopressors."""
    places = [vasopressors_field().choices.index(agent) for agent in agents]
    result: NDArray[np.bool_] = np.logical_or.reduce(
        columns.chosen["vasopressors"][:, places], axis=1
    )
    return result


def fever(columns: Columns, from_c: float) -> Judged:
    """Fever of no other cause; an unknown cause counts (C17)."""
    temp_c = temperature_c(columns)
    hot = np.where(np.isnan(temp_c), UNKNOWN, np.where(temp_c >= from_c - _EPSILON, YES, NO))
    truth = np.where(columns.truth["fever_other_cause"] == YES, NO, hot)
    return Judged(truth=truth, lacking={"temp_c": np.isnan(temp_c)})


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OxygenNeed:
    """Oxygen below and from the limit; ``below`` is met at an unknown fraction (flagged)."""

    below: Judged
    high: Judged
    fraction_unknown: NDArray[np.bool_]


def oxygen_need(columns: Columns, *, high_from_fraction: float) -> OxygenNeed:
    """The need of oxygen against hypoxia, by its fraction.

    A fraction is never guessed from a device or a flow: where it is unknown, oxygen that is needed
    is in the lower row at least, and whether it is in the higher one is unknown.
    """
    fraction = inhaled_fraction(columns.number["fio2"])
    need = _need(columns, fraction)
    no_fraction = np.isnan(fraction)
    is_high = fraction >= high_from_fraction - _EPSILON
    high = np.where(need == NO, NO, np.where(no_fraction, UNKNOWN, np.where(is_high, need, NO)))
    below = np.where(is_high, NO, need)
    unclear = need == UNKNOWN
    lacking = {
        "o2_device": unclear & absent(columns, "o2_device"),
        "fio2": no_fraction & (need != NO),
        "o2_for_hypoxia": unclear & _for_another_reason(columns),
    }
    return OxygenNeed(
        below=Judged(truth=below, lacking=lacking),
        high=Judged(truth=high, lacking=lacking),
        fraction_unknown=no_fraction & (need == YES),
    )


def ventilator(columns: Columns) -> Judged:
    """Ventilator support against hypoxia; whether a mask with pressure is one is not guessed."""
    device = columns.choice["o2_device"]
    invasive = np.isin(device, _places("invasive_ventilation", "ecmo"))
    mask = np.isin(device, _places("cpap", "bipap"))
    asked = columns.truth["ventilated"]
    by_device = np.where(invasive, YES, np.where(mask | (device < 0), UNKNOWN, NO))
    truth = np.where((by_device == YES) | (asked == UNKNOWN), by_device, asked)
    # What corrects no hypoxia does not count, whoever breathes for the person (C16).
    reason = columns.choice["positive_pressure_reason"]
    not_for_hypoxia = (columns.truth["o2_for_hypoxia"] == NO) & (reason != _FOR_HYPOXIA)
    excused = not_for_hypoxia | (reason > _FOR_HYPOXIA)
    truth = np.where(excused, NO, truth)
    return Judged(truth=truth, lacking={"ventilated": asked == UNKNOWN})


def _need(columns: Columns, fraction: NDArray[np.float64]) -> NDArray[np.int8]:
    device = columns.choice["o2_device"]
    flow_lpm = columns.number["o2_flow_lpm"]
    for_hypoxia = columns.truth["o2_for_hypoxia"]
    flows, still = flow_lpm > 0, flow_lpm == 0
    enriched = fraction > _ROOM_AIR_PERCENT / 100 + _EPSILON
    blended = np.isin(device, _places(*_BLENDED)) | (device < 0)
    as_air = (fraction <= _ROOM_AIR_PERCENT / 100 + _EPSILON) & blended
    room_air = device == _places("room_air")[0]
    by_flow = np.isin(device, _places("nasal_cannula", "reservoir_cannula"))
    by_support = np.where(
        device < 0,
        np.where(flows, YES, np.where(still, NO, np.where(for_hypoxia == YES, YES, UNKNOWN))),
        np.where(room_air, np.where(flows, YES, NO), np.where(by_flow & still, NO, YES)),
    )
    need = np.where(enriched, YES, np.where(as_air, NO, by_support))
    # Pressure for another reason says nothing of the oxygen beside it (C15, C16).
    beside = _for_another_reason(columns)
    need = np.where(beside & (for_hypoxia == UNKNOWN), UNKNOWN, need)
    is_for_hypoxia = _under_pressure(columns) & (
        columns.choice["positive_pressure_reason"] == _FOR_HYPOXIA
    )
    excused = (for_hypoxia == NO) & ~is_for_hypoxia
    return np.where(excused, NO, need)


def pressure_not_counted(columns: Columns) -> NDArray[np.bool_]:
    """Positive pressure of any kind for another reason than hypoxia, which counts for nothing."""
    stated = columns.truth.get("ventilated")
    excused = _for_another_reason(columns)
    if stated is None:
        return excused
    other = columns.choice["positive_pressure_reason"] > _FOR_HYPOXIA
    stated_so: NDArray[np.bool_] = (stated == YES) & other
    return excused | stated_so


def pressure_for_hypoxia(columns: Columns) -> NDArray[np.bool_]:
    """Positive pressure that corrects hypoxia, as far as nobody said otherwise."""
    excused = _for_another_reason(columns) | (columns.truth["o2_for_hypoxia"] == NO)
    counts: NDArray[np.bool_] = _under_pressure(columns) & ~excused
    return counts


def _under_pressure(columns: Columns) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = np.isin(columns.choice["o2_device"], _places(*_PRESSURE_DEVICES))
    return found


def _for_another_reason(columns: Columns) -> NDArray[np.bool_]:
    """Positive pressure for the airway, a procedure or sleep apnoea."""
    result: NDArray[np.bool_] = _under_pressure(columns) & (
        columns.choice["positive_pressure_reason"] > _FOR_HYPOXIA
    )
    return result


def _places(*devices: str) -> list[int]:
    return [OXYGEN_DEVICES.index(one) for one in devices]
