"""Which oxygen support is in force, and which hypoxia class of the ASTCT table it makes.

Clinical reference 1.4 (devices and flows), C13-C16 (what does not count) and C23 (unknown device).
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from monitoring.clinical.concepts import OXYGEN_DEVICES, OXYGEN_INDICATIONS
from monitoring.clinical.facts import BaselineRecord
from monitoring.clinical.policy_types import Freshness
from monitoring.clinical.rulebook_types import CrsRules
from monitoring.clinical.timeline import NEVER_US, US_PER_S, Timeline, covered
from monitoring.clinical.truths import NO, UNKNOWN, YES

HYPOXIA_CLASSES = (2, 3, 4)
ROOM_AIR = OXYGEN_DEVICES.index("room_air")
NASAL_CANNULA = OXYGEN_DEVICES.index("nasal_cannula")
POSITIVE_PRESSURE_CLASS = 4
# Flow columns of the class table.
FLOW_ZERO, FLOW_LOW, FLOW_HIGH, FLOW_UNKNOWN = range(4)
# 6 L/min converted from another unit is still 6 L/min.
_FLOW_EPSILON_LPM = 1e-6

NOTE_FLOW_MISSING = "Oxygen flow not charted: the class of the device at low flow is used."
NOTE_DEVICE_MISSING = "Oxygen flows and no device is charted: taken as nasal cannula."
NOTE_ROOM_AIR_WITH_FLOW = "Room air is charted and oxygen flows: taken as nasal cannula."
NOTE_EXCUSED = "Oxygen for comfort, home therapy, a procedure or the airway does not count."
NOTE_HOME = "Oxygen at the home level does not count."
NOTE_HOME_UNKNOWN = "Whether oxygen is above the home level is not known: chart the flow."
NOTE_ATTRIBUTED = "Hypoxia is attributed to another cause."


@dataclass(frozen=True, slots=True, eq=False)
class SupportColumns:
    """Oxygen support at each of n moments.

    ``device`` is a place in ``OXYGEN_DEVICES`` or -1; ``flow_lpm`` NaN where unknown or not of
    this device. ``truths`` is int8 of shape (3, n) for the classes 2, 3, 4; ``age_us`` the age of
    the newest row it rests on (0 where attributed, which holds at any age), ``support_age_us`` that
    of the charted support itself. ``level`` is the class of the support and ``above_home`` whether
    it exceeds the home level, both whatever the reason it is given for. The boolean columns in
    ``noted`` say which note applies where.
    """

    device: NDArray[np.intp]
    flow_lpm: NDArray[np.float64]
    uses_flow: NDArray[np.bool_]
    age_us: NDArray[np.int64]
    support_age_us: NDArray[np.int64]
    on_oxygen: NDArray[np.int8]
    level: NDArray[np.int8]
    above_home: NDArray[np.int8]
    truths: NDArray[np.int8]
    noted: dict[str, NDArray[np.bool_]]

    def support_age_s(self, place: int) -> float:
        """The age of the charted support at one moment in seconds."""
        return float(self.support_age_us[place]) / US_PER_S


def support_columns(timeline: Timeline, rules: CrsRules, freshness: Freshness) -> SupportColumns:
    """The oxygen support in force at each moment and the hypoxia criteria it meets when fresh."""
    device, flow_lpm, uses_flow, taken_us, noted = _in_force(timeline, freshness)
    table, could_be, low_notes = class_table(rules)
    column = flow_column(flow_lpm, rules.low_flow_to_lpm)
    known = device >= 0
    level = np.where(known, table[device, column], 0)
    highest = np.where(known, np.maximum(level, could_be[device, column]), 0)
    counts = _above_home(timeline, rules, level=level, device=device, flow_lpm=flow_lpm)
    above_home = np.where(known, np.where(level > 0, counts, NO), UNKNOWN)
    excused = _excused(timeline, rules, freshness, device, uses_flow)
    attributed = covered(timeline.facts.attributions, "hypoxia", timeline.at_us)
    truths = np.empty((len(HYPOXIA_CLASSES), len(level)), dtype=np.int8)
    for place, grade in enumerate(HYPOXIA_CLASSES):
        truth = np.where(level == grade, counts, NO)
        truth[(highest == grade) & (level < grade)] = UNKNOWN
        truth[~known] = UNKNOWN
        truth[excused | attributed] = NO
        truths[place] = truth
    needs_word = known & (level > 0)
    noted |= {
        NOTE_FLOW_MISSING: known & (highest > level),
        NOTE_EXCUSED: excused & needs_word,
        NOTE_HOME: needs_word & (counts == NO),
        NOTE_HOME_UNKNOWN: needs_word & (counts == UNKNOWN),
        NOTE_ATTRIBUTED: attributed,
    }
    for place, note in low_notes:
        noted[note] = (device == place) & ((column == FLOW_LOW) | (column == FLOW_ZERO))
    support_age_us = timeline.at_us - taken_us
    on_oxygen = np.where(known, np.where(level > 0, YES, NO), UNKNOWN).astype(np.int8)
    return SupportColumns(
        device=device,
        flow_lpm=flow_lpm,
        uses_flow=uses_flow,
        age_us=np.where(attributed, 0, support_age_us),
        support_age_us=support_age_us,
        on_oxygen=on_oxygen,
        level=level,
        above_home=above_home.astype(np.int8),
        truths=truths,
        noted=noted,
    )


def _in_force(
    timeline: Timeline, freshness: Freshness
) -> tuple[
    NDArray[np.intp],
    NDArray[np.float64],
    NDArray[np.bool_],
    NDArray[np.int64],
    dict[str, NDArray[np.bool_]],
]:
    """Device, flow and the newest row's time; a flow belongs to the device it was charted with."""
    window_us = int(freshness.set_window_s * US_PER_S)
    charted = timeline.value("oxygen_device").astype(np.intp)
    device_us = timeline.taken_us("oxygen_device")
    flow_us = timeline.taken_us("oxygen_flow")
    has_flow = timeline.age_s("oxygen_flow") <= freshness.oxygen_flow_s_at_most
    belongs = has_flow & ((charted < 0) | (flow_us >= run_start_us(timeline) - window_us))
    flow_lpm = np.where(belongs, timeline.value("oxygen_flow"), np.nan)
    flows = flow_lpm > 0
    contradicted = (charted == ROOM_AIR) & flows & (flow_us >= device_us)
    orphan = (charted < 0) & flows
    device = np.where(contradicted | orphan, NASAL_CANNULA, charted)
    # A flow of 0 without a device is a charted absence of oxygen.
    device = np.where((charted < 0) & (flow_lpm == 0), ROOM_AIR, device)
    uses_flow = belongs & ((device != ROOM_AIR) | (charted < 0))
    taken_us = np.maximum(device_us, np.where(belongs, flow_us, NEVER_US))
    noted = {NOTE_DEVICE_MISSING: orphan, NOTE_ROOM_AIR_WITH_FLOW: contradicted}
    return device, flow_lpm, uses_flow, taken_us, noted


def run_start_us(timeline: Timeline) -> NDArray[np.int64]:
    """Since when the newest charted device has been the same one."""
    series = timeline.series["oxygen_device"]
    begins = np.ones(len(series.value), dtype=np.bool_)
    begins[1:] = series.value[1:] != series.value[:-1]
    start_us = np.maximum.accumulate(np.where(begins, series.taken_us, NEVER_US))
    start_us[-1] = NEVER_US
    result: NDArray[np.int64] = start_us[timeline.rows["oxygen_device"]]
    return result


def _last_rise_us(timeline: Timeline) -> NDArray[np.int64]:
    """When the flow was last raised."""
    series = timeline.series["oxygen_flow"]
    rises = np.zeros(len(series.value), dtype=np.bool_)
    rises[1:] = series.value[1:] > series.value[:-1] + _FLOW_EPSILON_LPM
    rise_us = np.maximum.accumulate(np.where(rises, series.taken_us, NEVER_US))
    rise_us[-1] = NEVER_US
    result: NDArray[np.int64] = rise_us[timeline.rows["oxygen_flow"]]
    return result


def _excused(
    timeline: Timeline,
    rules: CrsRules,
    freshness: Freshness,
    device: NDArray[np.intp],
    uses_flow: NDArray[np.bool_],
) -> NDArray[np.bool_]:
    """Whether a charted reason other than hypoxia covers the support of now (C13, C15, C16).

    A reason covers the support it was charted with: after another device or more flow it must be
    charted again, and daily in any case, or the support counts.
    """
    excuses = [
        place for place, code in enumerate(OXYGEN_INDICATIONS) if code in rules.not_for_hypoxia
    ]
    reason = timeline.value("oxygen_indication")
    fits = np.isin(reason, excuses)
    if not fits.any():
        return fits
    window_us = int(freshness.set_window_s * US_PER_S)
    last_rise_us = np.where(uses_flow, _last_rise_us(timeline), NEVER_US)
    since_us = np.maximum(run_start_us(timeline), last_rise_us)
    covers = timeline.taken_us("oxygen_indication") >= since_us - window_us
    recent = timeline.age_s("oxygen_indication") <= freshness.oxygen_indication_s_at_most
    return fits & covers & recent & (device >= 0)


def flow_column(flow_lpm: NDArray[np.float64], low_to_lpm: float) -> NDArray[np.intp]:
    """The column of ``class_table`` for each flow: none, low (6 L/min included), high, unknown."""
    column = np.where(flow_lpm > low_to_lpm + _FLOW_EPSILON_LPM, FLOW_HIGH, FLOW_LOW)
    column[flow_lpm == 0] = FLOW_ZERO
    column[np.isnan(flow_lpm)] = FLOW_UNKNOWN
    return column


@lru_cache(maxsize=8)
def class_table(
    rules: CrsRules,
) -> tuple[NDArray[np.int8], NDArray[np.int8], tuple[tuple[int, str], ...]]:
    """Class by device and flow column, the class an unknown flow may hide, and notes."""
    rows = [rules.devices[device] for device in OXYGEN_DEVICES]
    table = np.array([[d.zero, d.low, d.high, d.unknown] for d in rows], dtype=np.int8)
    could_be = np.zeros_like(table)
    could_be[:, FLOW_UNKNOWN] = [d.could_be or 0 for d in rows]
    notes = tuple((place, d.low_note) for place, d in enumerate(rows) if d.low_note)
    return table, could_be, notes


def _home(
    timeline: Timeline, rules: CrsRules
) -> tuple[NDArray[np.intp], NDArray[np.float64], NDArray[np.int8]]:
    """The home oxygen device, flow and class that hold at each moment."""
    table, _, _ = class_table(rules)
    homes = [_home_support(baseline) for baseline in timeline.facts.baselines]
    device = np.array([home[0] for home in homes] + [-1], dtype=np.intp)
    flow_lpm = np.array([home[1] for home in homes] + [np.nan])
    level = np.where(device >= 0, table[device, flow_column(flow_lpm, rules.low_flow_to_lpm)], 0)
    rows = timeline.baseline_rows
    return device[rows], flow_lpm[rows], level[rows].astype(np.int8)


def _home_support(baseline: BaselineRecord) -> tuple[int, float]:
    flow_lpm = np.nan if baseline.home_oxygen_lpm is None else baseline.home_oxygen_lpm
    if baseline.home_oxygen_device in OXYGEN_DEVICES:
        return OXYGEN_DEVICES.index(baseline.home_oxygen_device), flow_lpm
    return (NASAL_CANNULA if flow_lpm > 0 else -1), flow_lpm


def _above_home(
    timeline: Timeline,
    rules: CrsRules,
    *,
    level: NDArray[np.int8],
    device: NDArray[np.intp],
    flow_lpm: NDArray[np.float64],
) -> NDArray[np.int8]:
    """Whether the support exceeds what the person has at home (C13, C15), three-valued."""
    if all(_home_support(baseline)[0] < 0 for baseline in timeline.facts.baselines):
        return np.full(len(level), YES)
    home_device, home_flow_lpm, home_level = _home(timeline, rules)
    more_flow = flow_lpm > home_flow_lpm + _FLOW_EPSILON_LPM
    flow_unknown = np.isnan(flow_lpm) | np.isnan(home_flow_lpm)
    by_flow = np.where(flow_unknown, UNKNOWN, np.where(more_flow, YES, NO))
    by_device = np.where(device == home_device, NO, YES)
    at_same = np.where(level == POSITIVE_PRESSURE_CLASS, by_device, by_flow)
    counts = np.where(level > home_level, YES, np.where(level < home_level, NO, at_same))
    return np.where(home_level == 0, YES, counts).astype(np.int8)
