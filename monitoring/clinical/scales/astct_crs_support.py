"""Oxygen support of n records: the hypoxia class it makes, what does not count, what may hide.

Devices and flows are the bedside's own table (``rules/astct_crs.toml``; clinical reference 1.4).
What does not count: C13, C15, C16. What is not known: C17, C23.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from monitoring.clinical.concepts import OXYGEN_DEVICES
from monitoring.clinical.oxygen import (
    FLOW_HIGH,
    FLOW_LOW,
    FLOW_UNKNOWN,
    FLOW_ZERO,
    HYPOXIA_CLASSES,
    NASAL_CANNULA,
    POSITIVE_PRESSURE_CLASS,
    ROOM_AIR,
    class_table,
    flow_column,
)
from monitoring.clinical.rulebook_types import CrsRules
from monitoring.clinical.scales.fields import Columns
from monitoring.clinical.truths import NO, UNKNOWN, YES

_NONE, _HIGH, _PRESSURE = np.int8(0), np.int8(HYPOXIA_CLASSES[1]), np.int8(HYPOXIA_CLASSES[2])
_AIR_FRACTION = 0.21
_FRACTION_EPSILON = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class SupportRecords:
    """Hypoxia of n records.

    ``met`` is bool (3, n) for the classes 2, 3, 4. ``flags`` are bool columns by code. ``could``
    says by absent field the highest grade that its value alone could make, int8, 0 where none;
    ``together`` what it could make with a flow that is absent too.
    """

    met: NDArray[np.bool_]
    flags: Mapping[str, NDArray[np.bool_]]
    could: Mapping[str, NDArray[np.int8]]
    together: Mapping[str, NDArray[np.int8]]


def inhaled_fraction(fio2: NDArray[np.float64]) -> NDArray[np.float64]:
    """The inhaled oxygen as a fraction, whether written as one or in per cent (8.4)."""
    return np.where(fio2 > 1, fio2 / 100, fio2)


# What a record can say of its support, as the shape of the table of all combinations: the device or
# none, the flow's column, the fraction, the reason for pressure, and whether it is for hypoxia.
_SHAPE = (len(OXYGEN_DEVICES) + 1, 4, 3, 3, 3)
_NO_FRACTION, _AIR, _ENRICHED = range(3)
_NO_REASON, _HYPOXIA_REASON, _OTHER_REASON = range(3)


def support_records(columns: Columns, rules: CrsRules) -> SupportRecords:
    """The hypoxia criteria met by the support of each record.

    Oxygen without a device is taken as nasal cannula (C23). Oxygen that is not for hypoxia does not
    count (C13); positive pressure for another reason does not either (C15, C16), but the oxygen
    given beside it for hypoxia does, by its flow.
    """
    fio2 = columns.number["fio2"]
    enriched = inhaled_fraction(fio2) > _AIR_FRACTION + _FRACTION_EPSILON
    reason = columns.choice["positive_pressure_reason"]
    said = (
        columns.choice["o2_device"] + np.int8(1),
        flow_column(columns.number["o2_flow_lpm"], rules.low_flow_to_lpm),
        np.where(np.isnan(fio2), np.int8(_NO_FRACTION), np.int8(_AIR) + enriched),
        np.minimum(reason, np.int8(1)) + np.int8(1),
        columns.truth["o2_for_hypoxia"],
    )
    place = np.ravel_multi_index(said, _SHAPE)
    every = _every_support(rules)
    return SupportRecords(
        met=every.met[:, place],
        flags={name: one[place] for name, one in every.flags.items()},
        could={name: one[place] for name, one in every.could.items()},
        together={name: one[place] for name, one in every.together.items()},
    )


@lru_cache(maxsize=8)
def _every_support(rules: CrsRules) -> SupportRecords:
    """Every combination judged once, in the order of ``_SHAPE``."""
    table, _, low_notes = class_table(rules)
    has_low_note = np.zeros(len(table), dtype=np.bool_)
    has_low_note[[place for place, _ in low_notes]] = True
    device, flow, fraction, reason, for_hypoxia = (
        axis.ravel() for axis in np.indices(_SHAPE, dtype=np.intp)
    )
    device = device - 1
    enriched = fraction == _ENRICHED
    given = enriched | (flow == FLOW_LOW) | (flow == FLOW_HIGH)
    no_device = device < 0
    orphan = no_device & given
    contradicted = (device == ROOM_AIR) & given
    taken = np.where(orphan | contradicted, NASAL_CANNULA, device)
    taken = np.where(no_device & ~given & (flow == FLOW_ZERO), ROOM_AIR, taken)
    # Enriched air does not come from a flow of nothing: that flow is not the whole.
    column = np.where(enriched & (flow == FLOW_ZERO), FLOW_UNKNOWN, flow)
    charted = np.where(taken >= 0, table[taken, column], _NONE)
    is_pressure = charted == POSITIVE_PRESSURE_CLASS
    pressure_is_for_hypoxia = is_pressure & (reason == _HYPOXIA_REASON)
    other_pressure = is_pressure & (reason == _OTHER_REASON)
    not_counted = (for_hypoxia == NO) & ~pressure_is_for_hypoxia
    beside = other_pressure & (for_hypoxia == YES)
    by_flow = np.maximum(table[NASAL_CANNULA, column], table[NASAL_CANNULA, FLOW_LOW])
    level = np.where(other_pressure, np.where(beside, by_flow, _NONE), charted)
    level = np.where(not_counted, _NONE, level)
    counts = level > 0
    splits = table[:, FLOW_LOW] != table[:, FLOW_HIGH]
    by_its_flow = beside | (splits[taken] & ~other_pressure)
    flags = {
        "oxygen_flow_missing": counts & (column == FLOW_UNKNOWN) & by_its_flow,
        "oxygen_device_missing": orphan,
        "room_air_with_oxygen": contradicted,
        "high_flow_device_at_low_flow": counts
        & has_low_note[taken]
        & ((column == FLOW_LOW) | (column == FLOW_ZERO)),
        "oxygen_reason_assumed": counts & (for_hypoxia == UNKNOWN) & ~pressure_is_for_hypoxia,
        "oxygen_not_counted": not_counted & (charted > 0),
        "positive_pressure_not_counted": other_pressure & ~not_counted,
        "oxygen_beside_positive_pressure": beside,
        "oxygen_reasons_contradict": (for_hypoxia == NO) & pressure_is_for_hypoxia,
    }
    may_count = for_hypoxia != NO
    highest_device = np.where(reason == _OTHER_REASON, _HIGH, _PRESSURE)
    known_flow = np.where(no_device, _HIGH, table[taken, FLOW_HIGH])
    known_flow = np.where((taken == ROOM_AIR) & ~no_device, _NONE, known_flow)
    known_flow = np.where(other_pressure, np.where(beside, _HIGH, _NONE), known_flow)
    could = {
        "o2_device": np.where(
            no_device & (may_count | (reason == _HYPOXIA_REASON)),
            np.where(may_count, highest_device, _PRESSURE),
            _NONE,
        ),
        "o2_flow_lpm": np.where((flow == FLOW_UNKNOWN) & may_count, known_flow, _NONE),
        "fio2": np.where(
            (fraction == _NO_FRACTION) & no_device & ~given & may_count,
            table[NASAL_CANNULA, FLOW_UNKNOWN],
            _NONE,
        ),
        "o2_for_hypoxia": np.where(other_pressure & (for_hypoxia == UNKNOWN), by_flow, _NONE),
    }
    return SupportRecords(
        met=np.stack([level == one for one in HYPOXIA_CLASSES]),
        flags=flags,
        could=could,
        together={
            "o2_for_hypoxia": np.where(
                (could["o2_for_hypoxia"] > 0) & (column == FLOW_UNKNOWN),
                table[NASAL_CANNULA, FLOW_HIGH],
                _NONE,
            )
        },
    )
