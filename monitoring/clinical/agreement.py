"""Whether the values of one moment fit together: pressures with each other, flow with its device.

Limits: clinical reference, sections 5.1 and 8.4.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from monitoring.clinical.checking import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Concern:
    """What a value says against another value of the same set. Not ``refused`` means: ask."""

    concept: str
    reason_code: Reason
    message: str
    refused: bool


# MAP further than this from DBP + (SBP - DBP) / 3 is asked about (8.4, unit traps; formula 5.1).
_MEAN_TOLERANCE_MMHG = 20.0
# A nasal cannula above this flow is asked about (8.4).
_NASAL_CANNULA_HIGH_LPM = 15.0
# Air holds 21 % oxygen (the lowest FiO2 of 8.4).
_AIR_PERCENT = 21.0


def check_set(values: Mapping[str, float | str | None]) -> tuple[Concern, ...]:
    """What the values of one moment say against each other; ``values`` are canonical, by concept.

    A diastolic pressure at or above the systolic one is refused; a mean further than 20 mmHg from
    the formula, oxygen flow or more than 21 % inhaled oxygen on room air, and more than 15 L/min by
    nasal cannula are asked about (clinical reference 5.1 and 8.4). Give the pressures of one method
    only, cuff or arterial line.
    """
    return (*_check_pressures(values), *_check_oxygen(values), *_check_fraction(values))


def _check_pressures(values: Mapping[str, float | str | None]) -> list[Concern]:
    systolic_mmhg = _number(values.get("systolic_bp"))
    diastolic_mmhg = _number(values.get("diastolic_bp"))
    mean_mmhg = _number(values.get("mean_arterial_pressure"))
    if systolic_mmhg is None or diastolic_mmhg is None:
        return []
    if diastolic_mmhg >= systolic_mmhg:
        message = (
            f"Diastolic BP {diastolic_mmhg:g} is not below systolic BP {systolic_mmhg:g}. "
            "Were they exchanged?"
        )
        return [
            Concern(
                concept="diastolic_bp",
                reason_code=Reason.DIASTOLIC_NOT_BELOW_SYSTOLIC,
                message=message,
                refused=True,
            )
        ]
    expected_mmhg = diastolic_mmhg + (systolic_mmhg - diastolic_mmhg) / 3
    if mean_mmhg is None or abs(mean_mmhg - expected_mmhg) <= _MEAN_TOLERANCE_MMHG:
        return []
    message = (
        f"MAP {mean_mmhg:g} does not fit BP {systolic_mmhg:g}/{diastolic_mmhg:g} "
        f"(about {expected_mmhg:.0f}). Is it right?"
    )
    return [
        Concern(
            concept="mean_arterial_pressure",
            reason_code=Reason.MEAN_DISAGREES,
            message=message,
            refused=False,
        )
    ]


def _check_oxygen(values: Mapping[str, float | str | None]) -> list[Concern]:
    device = values.get("oxygen_device")
    flow_lpm = _number(values.get("oxygen_flow"))
    if flow_lpm is None:
        return []
    if device == "room_air" and flow_lpm > 0:
        reason = Reason.FLOW_WITHOUT_OXYGEN
        message = f"Room air with {flow_lpm:g} L/min of oxygen: which of the two is right?"
    elif device == "nasal_cannula" and flow_lpm > _NASAL_CANNULA_HIGH_LPM:
        reason = Reason.FLOW_HIGH_FOR_DEVICE
        message = f"{flow_lpm:g} L/min by nasal cannula is unusual. Is it high-flow oxygen?"
    else:
        return []
    return [Concern(concept="oxygen_flow", reason_code=reason, message=message, refused=False)]


def _check_fraction(values: Mapping[str, float | str | None]) -> list[Concern]:
    percent = _number(values.get("inhaled_oxygen"))
    if percent is None or percent <= _AIR_PERCENT or values.get("oxygen_device") != "room_air":
        return []
    return [
        Concern(
            concept="inhaled_oxygen",
            reason_code=Reason.FRACTION_WITHOUT_OXYGEN,
            message=f"Room air with {percent:g} % of oxygen: which of the two is right?",
            refused=False,
        )
    ]


def _number(value: float | str | None) -> float | None:
    if value is None or isinstance(value, str) or math.isnan(value):
        return None
    return value
