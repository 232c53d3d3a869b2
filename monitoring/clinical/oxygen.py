"""Which oxygen support is in force, and which hypoxia class of the ASTCT table it makes.

Clinical reference 1.4 (devices and flows), C13-C16 (what does not count) and C23 (unknown device).
"""

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from monitoring.clinical.concepts import OXYGEN_DEVICES, OXYGEN_INDICATIONS
from monitoring.clinical.everywhere import everywhere, is_everywhere
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
_COLUMNS = 4
_YES = np.full(1, YES)
_HYPOXIA = OXYGEN_INDICATIONS.index("hypoxia")
_NO_REASON = np.full(1, -1, dtype=np.int8)
# 6 L/min converted from another unit is still 6 L/min.
_FLOW_EPSILON_LPM = 1e-6

NOTE_FLOW_MISSING = "Oxygen flow not charted: the class of the device at low flow is used."
NOTE_DEVICE_MISSING = "Oxygen flows and no device is charted: taken as nasal cannula."
NOTE_ROOM_AIR_WITH_FLOW = "Room air is charted and oxygen flows: taken as nasal cannula."
NOTE_EXCUSED = "Oxygen for comfort, home therapy, a procedure or the airway does not count."
NOTE_HOME = "Oxygen at the home level does not count."
NOTE_BESIDE_HOME = "Oxygen beside the positive pressure of home counts by its flow."
NOTE_HOME_UNKNOWN = "Whether oxygen is above the home level is not known: chart the flow."
NOTE_ATTRIBUTED = "Hypoxia is attributed to another cause."


@dataclass(frozen=True, eq=False)
class SupportColumns:
    """Oxygen support at each of n moments.

    ``device`` is a place in ``OXYGEN_DEVICES`` or -1; ``flow_lpm`` NaN where unknown or not of
    this device. ``truths`` is int8 of shape (3, n) for the classes 2, 3, 4; ``age_us`` the age of
    the newest row it rests on (0 where attributed, which holds at any age), ``support_age_us`` that
    of the charted support itself. ``level`` is the class of the support and ``above_home`` whether
    it exceeds the home level, both whatever the reason it is given for. The boolean columns in
    ``noted`` say which note applies where. What only evidence asks for is made when asked.
    """

    device: NDArray[np.int8]
    flow_lpm: NDArray[np.float64]
    uses_flow: NDArray[np.bool_]
    age_us: NDArray[np.int64]
    support_age_us: NDArray[np.int64]
    truths: NDArray[np.int8]
    _entry: NDArray[np.intp]
    _column: NDArray[np.int8]
    _rules: CrsRules
    _counts: NDArray[np.int8]
    _excused: NDArray[np.bool_]
    _attributed: NDArray[np.bool_]
    _low_notes: tuple[tuple[int, str], ...]
    _taken_as: dict[str, NDArray[np.bool_]]

    def support_age_s(self, place: int) -> float:
        """The age of the charted support at one moment in seconds."""
        return float(self.support_age_us[place]) / US_PER_S

    @cached_property
    def level(self) -> NDArray[np.int8]:
        """The class of the support in force."""
        return _unfolded(self._rules)[0].take(self._entry, mode="wrap")

    @cached_property
    def on_oxygen(self) -> NDArray[np.int8]:
        """Whether any oxygen is given: ``truths.NO``, ``YES`` or ``UNKNOWN``."""
        given = np.where(self.level > 0, YES, NO)
        return np.where(self.device >= 0, given, UNKNOWN).astype(np.int8)

    @cached_property
    def above_home(self) -> NDArray[np.int8]:
        """Whether the support exceeds the home level, in the same values."""
        counts = np.where(self.level > 0, self._counts, NO)
        return np.where(self.device >= 0, counts, UNKNOWN).astype(np.int8)

    @cached_property
    def noted(self) -> dict[str, NDArray[np.bool_]]:
        """Where each note applies."""
        needs_word = (self.device >= 0) & (self.level > 0)
        highest = _unfolded(self._rules)[1].take(self._entry, mode="wrap")
        noted = self._taken_as | {
            NOTE_FLOW_MISSING: (self.device >= 0) & (highest > self.level),
            NOTE_EXCUSED: self._excused & needs_word,
            NOTE_HOME: needs_word & (self._counts == NO),
            NOTE_HOME_UNKNOWN: needs_word & (self._counts == UNKNOWN),
            NOTE_ATTRIBUTED: self._attributed,
        }
        is_low = (self._column == FLOW_LOW) | (self._column == FLOW_ZERO)
        for place, note in self._low_notes:
            noted[note] = (self.device == place) & is_low
        return noted


def support_columns(timeline: Timeline, rules: CrsRules, freshness: Freshness) -> SupportColumns:
    """The oxygen support in force at each moment and the hypoxia criteria it meets when fresh."""
    device, flow_lpm, uses_flow, support_age_us, taken_as = _in_force(timeline, freshness)
    _, _, low_notes = class_table(rules)
    by_class = _unfolded(rules)[2]
    column = flow_column(flow_lpm, rules.low_flow_to_lpm)
    reason = _reason(timeline, freshness, device, uses_flow)
    for_hypoxia = reason == _HYPOXIA
    home = _home(timeline, rules)
    graded = device
    if home is not None:
        beside = home.is_beside(device, flow_lpm) & ~for_hypoxia
        graded = np.where(beside, np.int8(NASAL_CANNULA), device)
        taken_as = taken_as | {NOTE_BESIDE_HOME: beside}
    # The four columns of the device unknown come last, where -1 leads.
    entry = (graded * np.int8(_COLUMNS) + column).astype(np.intp)
    if home is None:
        counts = everywhere(_YES, len(entry))
    else:
        level = _unfolded(rules)[0].take(entry, mode="wrap")
        counts = home.exceeded(graded, flow_lpm, level, for_hypoxia=for_hypoxia)
    excused = np.isin(reason, _not_for_hypoxia(rules)) & (device >= 0)
    attributed = covered(timeline.facts.attributions, "hypoxia", timeline.at_us)
    truths = by_class.take(entry, axis=1, mode="wrap")
    if not is_everywhere(counts):
        for truth in truths:
            np.copyto(truth, counts, where=truth == YES)
    absent = excused | attributed
    age_us = support_age_us
    if absent.any():
        truths[:, absent] = NO
        age_us = np.where(attributed, 0, support_age_us)
    return SupportColumns(
        device=device,
        flow_lpm=flow_lpm,
        uses_flow=uses_flow,
        age_us=age_us,
        support_age_us=support_age_us,
        truths=truths,
        _entry=entry,
        _column=column,
        _rules=rules,
        _counts=counts,
        _excused=excused,
        _attributed=attributed,
        _low_notes=low_notes,
        _taken_as=taken_as,
    )


@lru_cache(maxsize=8)
def _unfolded(
    rules: CrsRules,
) -> tuple[NDArray[np.int8], NDArray[np.int8], NDArray[np.int8]]:
    """Class, highest class that may hide, and the truths of the classes, by device * 4 + column.

    The device unknown stands last; nothing is known of its classes.
    """
    table, could_be, _ = class_table(rules)
    highest = np.maximum(table, could_be)
    grades = np.array(HYPOXIA_CLASSES, dtype=np.int8)[:, None, None]
    truths = np.where(table == grades, YES, np.where(highest == grades, UNKNOWN, NO))
    unknown = np.full((len(HYPOXIA_CLASSES), 1, _COLUMNS), UNKNOWN)
    nothing = np.zeros((1, _COLUMNS), dtype=np.int8)
    return (
        np.concatenate([table, nothing]).ravel(),
        np.concatenate([highest, nothing]).ravel(),
        np.concatenate([truths, unknown], axis=1).astype(np.int8).reshape(len(grades), -1),
    )


def _in_force(
    timeline: Timeline, freshness: Freshness
) -> tuple[
    NDArray[np.int8],
    NDArray[np.float64],
    NDArray[np.bool_],
    NDArray[np.int64],
    dict[str, NDArray[np.bool_]],
]:
    """Device, flow and the newest row's age; a flow belongs to the device it was charted with."""
    charted = timeline.value("oxygen_device").astype(np.int8)
    none_charted = charted < 0
    if timeline.at_every_moment.issuperset(("oxygen_device", "oxygen_flow")):
        belongs: NDArray[np.bool_] = np.ones(len(charted), dtype=np.bool_)
        flow_lpm = timeline.value("oxygen_flow")
        age_us = timeline.age_us("oxygen_device")
        is_newest: NDArray[np.bool_] = belongs
    else:
        window_us = int(freshness.set_window_s * US_PER_S)
        device_us, flow_us = timeline.taken_us("oxygen_device"), timeline.taken_us("oxygen_flow")
        has_flow = timeline.age_us("oxygen_flow") <= freshness.oxygen_flow_s_at_most * US_PER_S
        belongs = has_flow & (none_charted | (flow_us >= run_start_us(timeline) - window_us))
        flow_lpm = np.where(belongs, timeline.value("oxygen_flow"), np.nan)
        age_us = timeline.at_us - np.maximum(device_us, np.where(belongs, flow_us, NEVER_US))
        is_newest = flow_us >= device_us
    flows = flow_lpm > 0
    contradicted = (charted == ROOM_AIR) & flows & is_newest
    orphan = none_charted & flows
    device, otherwise = charted, contradicted | orphan
    if otherwise.any():
        device = np.where(otherwise, np.int8(NASAL_CANNULA), charted)
    if none_charted.any():
        # A flow of 0 without a device is a charted absence of oxygen.
        device = np.where(none_charted & (flow_lpm == 0), np.int8(ROOM_AIR), device)
    uses_flow = belongs & ((device != ROOM_AIR) | none_charted)
    taken_as = {NOTE_DEVICE_MISSING: orphan, NOTE_ROOM_AIR_WITH_FLOW: contradicted}
    return device, flow_lpm, uses_flow, age_us, taken_as


def run_start_us(timeline: Timeline) -> NDArray[np.int64]:
    """Since when the newest charted device has been the same one."""
    series = timeline.series["oxygen_device"]
    begins = np.ones(len(series.value), dtype=np.bool_)
    begins[1:] = series.value[1:] != series.value[:-1]
    start_us = np.maximum.accumulate(np.where(begins, series.taken_us, NEVER_US))
    start_us[-1] = NEVER_US
    return timeline.at_moments("oxygen_device", start_us)


def _last_rise_us(timeline: Timeline) -> NDArray[np.int64]:
    """When the flow was last raised; of a flow without a device the first one begins it."""
    series = timeline.series["oxygen_flow"]
    before = np.append(np.nan, series.value[:-1])
    rises = series.value > before + _FLOW_EPSILON_LPM
    # Nothing is known before the first one.
    begins = np.isnan(before)

    def last_us(happens: NDArray[np.bool_]) -> NDArray[np.int64]:
        us = np.maximum.accumulate(np.where(happens, series.taken_us, NEVER_US))
        us[-1] = NEVER_US
        return timeline.at_moments("oxygen_flow", us)

    has_device = timeline.value("oxygen_device") >= 0
    return np.where(has_device, last_us(rises), last_us(rises | begins))


def _reason(
    timeline: Timeline,
    freshness: Freshness,
    device: NDArray[np.int8],
    uses_flow: NDArray[np.bool_],
) -> NDArray[np.int8]:
    """The charted reason that covers the support of now, a place in ``OXYGEN_INDICATIONS`` or -1.

    A reason covers the support it was charted with: after another device or more flow it must be
    charted again, and daily in any case.
    """
    if not timeline.is_charted("oxygen_indication"):
        return everywhere(_NO_REASON, len(device))
    reason = timeline.value("oxygen_indication").astype(np.int8)
    window_us = int(freshness.set_window_s * US_PER_S)
    last_rise_us = np.where(uses_flow, _last_rise_us(timeline), NEVER_US)
    since_us = np.maximum(run_start_us(timeline), last_rise_us)
    covers = timeline.taken_us("oxygen_indication") >= since_us - window_us
    recent = timeline.age_s("oxygen_indication") <= freshness.oxygen_indication_s_at_most
    return np.where(covers & recent, reason, np.int8(-1))


def _not_for_hypoxia(rules: CrsRules) -> list[int]:
    """The reasons for which support does not count (C13, C15, C16)."""
    return [place for place, code in enumerate(OXYGEN_INDICATIONS) if code in rules.not_for_hypoxia]


def flow_column(flow_lpm: NDArray[np.float64], low_to_lpm: float) -> NDArray[np.int8]:
    """The column of ``class_table`` for each flow: none, low (6 L/min included), high, unknown."""
    # One column to the left of low for none, one to the right for high, two for unknown.
    is_high = (flow_lpm > low_to_lpm + _FLOW_EPSILON_LPM).view(np.int8)
    column = is_high + np.int8(FLOW_LOW)
    column -= (flow_lpm == 0).view(np.int8)
    column += np.isnan(flow_lpm).view(np.int8) * np.int8(FLOW_UNKNOWN - FLOW_LOW)
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


@dataclass(frozen=True, slots=True, eq=False)
class _Home:
    """The device, flow and class that a person has at home, at each moment; device -1 for none.

    ``oxygen_level`` is the class of the home oxygen alone, without positive pressure.
    """

    device: NDArray[np.intp]
    flow_lpm: NDArray[np.float64]
    level: NDArray[np.int8]
    oxygen_level: NDArray[np.int8]

    def is_beside(
        self, device: NDArray[np.int8], flow_lpm: NDArray[np.float64]
    ) -> NDArray[np.bool_]:
        """Where more oxygen than at home flows into the positive pressure of home."""
        more = flow_lpm > np.nan_to_num(self.flow_lpm) + _FLOW_EPSILON_LPM
        found: NDArray[np.bool_] = (self.level == POSITIVE_PRESSURE_CLASS) & more
        found &= device == self.device
        return found

    def exceeded(
        self,
        device: NDArray[np.int8],
        flow_lpm: NDArray[np.float64],
        level: NDArray[np.int8],
        *,
        for_hypoxia: NDArray[np.bool_],
    ) -> NDArray[np.int8]:
        """Whether the support exceeds what the person has at home (C13, C15), three-valued.

        Positive pressure at home is no oxygen: it covers the same device where nobody charted that
        it is for hypoxia now, and nothing else.
        """
        more_flow = flow_lpm > self.flow_lpm + _FLOW_EPSILON_LPM
        flow_unknown = np.isnan(flow_lpm) | np.isnan(self.flow_lpm)
        by_flow = np.where(flow_unknown, UNKNOWN, np.where(more_flow, YES, NO))
        by_device = np.where((device == self.device) & ~for_hypoxia, NO, YES)
        under_pressure = level == POSITIVE_PRESSURE_CLASS
        usual = np.where(under_pressure, self.level, self.oxygen_level)
        at_same = np.where(under_pressure, by_device, by_flow)
        counts = np.where(level > usual, YES, np.where(level < usual, NO, at_same))
        return np.where(usual == 0, YES, counts).astype(np.int8)


def _home(timeline: Timeline, rules: CrsRules) -> _Home | None:
    """What holds at home at each moment, None where nothing ever does."""
    table, _, _ = class_table(rules)
    homes = [_home_support(baseline) for baseline in timeline.facts.baselines]
    if all(device < 0 for device, _ in homes):
        return None
    device = np.array([home[0] for home in homes] + [-1], dtype=np.intp)
    flow_lpm = np.array([home[1] for home in homes] + [np.nan])
    level = np.where(device >= 0, table[device, flow_column(flow_lpm, rules.low_flow_to_lpm)], 0)
    by_pressure = level == POSITIVE_PRESSURE_CLASS
    column = flow_column(flow_lpm, rules.low_flow_to_lpm)
    beside = np.where(flow_lpm > 0, table[NASAL_CANNULA, column], 0)
    oxygen_level = np.where(by_pressure, beside, level)
    rows = timeline.baseline_rows
    return _Home(
        device[rows],
        flow_lpm[rows],
        level[rows].astype(np.int8),
        oxygen_level[rows].astype(np.int8),
    )


def _home_support(baseline: BaselineRecord) -> tuple[int, float]:
    flow_lpm = np.nan if baseline.home_oxygen_lpm is None else baseline.home_oxygen_lpm
    if baseline.home_oxygen_device in OXYGEN_DEVICES:
        return OXYGEN_DEVICES.index(baseline.home_oxygen_device), flow_lpm
    return (NASAL_CANNULA if flow_lpm > 0 else -1), flow_lpm
