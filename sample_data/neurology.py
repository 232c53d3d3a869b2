"""How an invented nurse assesses the nervous system: ICE (CAPD under 12) and the signs of ICANS."""

from monitoring.clinical.concepts import BEDSIDE_SIGNS, ICE_ITEMS
from monitoring.clinical.neurology import ICE_FROM_YEARS
from sample_data.charting import consciousness_at
from sample_data.events import SampleValue
from sample_data.physiology import oxygen_at
from sample_data.scenario import Scenario

# ICE by item, and CAPD, where a story says nothing of its own: what its ACVPU lets expect.
_ITEMS = {"A": (4, 3, 1, 1, 1), "C": (3, 2, 1, 0, 1), "V": (1, 1, 1, 0, 0)}
_CAPD = {"A": 0, "C": 9, "V": 14}
# An assessment comes with a full round this long after the one before, by how often the nurse
# comes; it is due every 4, 6, 8 or 12 hours.
_HOURS_AFTER = ((0.5, 3.4), (1.0, 5.4))
_HOURS_QUIET = 7.4


def is_due(interval_h: float, hours_since: float) -> bool:
    """Whether the nervous system is assessed with this round."""
    after_h = next((after for most, after in _HOURS_AFTER if interval_h <= most), _HOURS_QUIET)
    return hours_since >= after_h


def assessment_values(story: Scenario, h: float) -> tuple[SampleValue, ...]:
    """What is charted of the nervous system at ``h``: the test, seizures and the signs."""
    if _is_sedated(story, h):
        return (
            SampleValue(concept="sedation", code="present"),
            SampleValue(concept="test_obstacle", code="sedation"),
        )
    step = next((one for one in reversed(story.ice) if one.h <= h), None)
    seizure = "none" if step is None else step.seizure
    signs = tuple(SampleValue(concept=sign.code, code="absent") for sign in BEDSIDE_SIGNS)
    return (
        *_test(story, None if step is None else step.items, h),
        SampleValue(concept="seizure", code=seizure),
        *signs,
    )


def _is_sedated(story: Scenario, h: float) -> bool:
    """Ventilated, or put to sleep for it."""
    ventilated = "invasive_ventilation"
    if oxygen_at(story.oxygen, h).device == ventilated:
        return True
    asleep = consciousness_at(story, h) not in _ITEMS
    return asleep and any(step.device == ventilated for step in story.oxygen)


def _test(story: Scenario, told: tuple[int, ...] | None, h: float) -> tuple[SampleValue, ...]:
    code = consciousness_at(story, h)
    if code not in _ITEMS:
        return (SampleValue(concept="test_obstacle", code="unable_to_perform"),)
    if story.person.age_years[1] < ICE_FROM_YEARS:
        return (SampleValue(concept="capd_total", value=float(_CAPD[code])),)
    return tuple(
        SampleValue(concept=item.code, value=float(points))
        for item, points in zip(ICE_ITEMS, told or _ITEMS[code], strict=True)
    )
