"""The ASTCT CRS grade of n records: the fever gate, the grade, and what is not known.

Lee 2019, Table 2; clinical reference 1.3 and 1.5. The same rules, oxygen table, pressure limits and
grading as at the bedside; here a record says by itself what the bedside works out from history.
Absent is unknown: the grade is the highest criterion known to be met.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitoring.clinical.criteria import FEVER_EPSILON_C
from monitoring.clinical.grading import NO_GRADE, grade_columns
from monitoring.clinical.policy_types import Policy
from monitoring.clinical.rulebook_types import CrsRules
from monitoring.clinical.scales.astct_crs_pressure import pressure_records
from monitoring.clinical.scales.astct_crs_support import support_records
from monitoring.clinical.scales.fields import Columns
from monitoring.clinical.truths import NO, UNKNOWN, YES

# How the fever gate stands. Fever; fever waived after treatment (C6); temperature not known in an
# open episode (C23); shut; and nothing to say.
FEVER, WAIVED, TEMPERATURE_UNKNOWN, SHUT, NOTHING = range(5)
_OPEN_GATES = (FEVER, WAIVED, TEMPERATURE_UNKNOWN)
_ANTIPYRETIC = "antipyretic_or_anticytokine_since_onset"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CrsRecords:
    """n records graded.

    ``grade`` is int8, ``NO_GRADE`` where nothing can be said; ``gate`` one of the constants above;
    ``met`` bool (7, n) in the rulebook's order; ``provisional`` the highest criterion met beside
    fever, whatever the gate; ``at_most`` the highest grade that what is absent may hide. ``flags``
    and ``missing`` are bool columns by code and by field; ``turns`` says what would open the gate
    or shut it: ``cause`` where another cause of the fever alone shuts it, ``fever`` where a fever
    would open it, ``treatment`` where that the fever was treated would, ``cooling`` where the fever
    alone keeps it open.
    """

    grade: NDArray[np.int8]
    gate: NDArray[np.int8]
    met: NDArray[np.bool_]
    provisional: NDArray[np.int8]
    at_most: NDArray[np.int8]
    by_numbers: NDArray[np.bool_]
    flags: Mapping[str, NDArray[np.bool_]]
    missing: Mapping[str, NDArray[np.bool_]]
    turns: Mapping[str, NDArray[np.bool_]]


def temperature_c(columns: Columns) -> NDArray[np.float64]:
    """The temperature in Celsius, however it was given; the higher one where both were."""
    return np.fmax(columns.number["temp_c"], (columns.number["temp_f"] - 32) * 5 / 9)


def grade_records(columns: Columns, rules: CrsRules, policy: Policy) -> CrsRecords:
    """Grade n records; what each array holds stands in ``CrsRecords``."""
    temp_c = temperature_c(columns)
    is_known = ~np.isnan(temp_c)
    attributed = columns.truth["fever_other_cause"] == YES
    is_hot = temp_c >= rules.fever_c - FEVER_EPSILON_C
    febrile = is_hot & ~attributed
    episode = columns.truth["episode_open"]
    treated = columns.truth[_ANTIPYRETIC]
    waived = (episode == YES) & (treated == YES)
    gate = np.select(
        [febrile, waived, ~is_known & (episode == YES), is_known],
        np.array([FEVER, WAIVED, TEMPERATURE_UNKNOWN, SHUT], dtype=np.int8)[:, None],
        default=np.int8(NOTHING),
    )
    pressure = pressure_records(columns, rules, policy.hypotension)
    support = support_records(columns, rules)
    met = np.concatenate([febrile[None], pressure.met, support.met])
    is_open = gate <= TEMPERATURE_UNKNOWN
    graded = grade_columns(np.where(met, YES, NO), np.where(is_open & ~febrile, YES, NO), rules)
    beyond_fever = np.array([one.grade for one in rules.criteria[1:]], dtype=np.int8)[:, None]
    provisional = (met[1:] * beyond_fever).max(axis=0)
    death = columns.truth["death_due_to_crs"] == YES
    grade = np.where(gate == NOTHING, np.int8(NO_GRADE), graded.grade)
    grade = np.where(death, np.int8(rules.death.grade), grade)
    missing, at_most = _missing(
        columns,
        could={**pressure.could, **support.could},
        together=support.together,
        gate=gate,
        grade=grade,
        provisional=provisional,
        attributed=attributed,
    )
    alive = ~death
    premedicated = columns.truth["premedicated"] == YES
    without_fever = alive & (gate == SHUT) & (provisional > 0)
    masked = without_fever & premedicated & (episode != YES) & ~attributed
    is_late = columns.number["day_since_therapy"] > rules.usual_onset_days
    flags = {
        "fever_waived": alive & (gate == WAIVED),
        "temperature_unknown": alive & (gate == TEMPERATURE_UNKNOWN),
        "resolving": alive & (gate == WAIVED) & (provisional == 0),
        "fever_attributed_to_other_cause": attributed & is_hot,
        "hypotension_or_hypoxia_without_fever": without_fever & ~masked,
        "possible_masked_crs": masked,
        "atypical_timing": is_late & (febrile | (provisional > 0) | death),
        **pressure.flags,
        **support.flags,
    }
    return CrsRecords(
        grade=grade,
        gate=gate,
        met=met,
        provisional=provisional,
        at_most=at_most,
        by_numbers=pressure.by_numbers,
        flags=flags,
        missing=missing,
        turns={
            "cause": ~is_open & attributed & is_hot,
            "fever": ~is_open & ~attributed,
            "treatment": ~is_open & (episode == YES) & (provisional > 0),
            "cooling": febrile & ~waived,
        },
    )


def _missing(
    columns: Columns,
    *,
    could: Mapping[str, NDArray[np.int8]],
    together: Mapping[str, NDArray[np.int8]],
    gate: NDArray[np.int8],
    grade: NDArray[np.int8],
    provisional: NDArray[np.int8],
    attributed: NDArray[np.bool_],
) -> tuple[dict[str, NDArray[np.bool_]], NDArray[np.int8]]:
    """The absent fields that may hide a higher grade, and the highest grade they may hide.

    A field is missing where some value of it would raise the grade, the gate being open or opened
    by what is absent of temperature, episode and treatment.
    """
    episode, treated = columns.truth["episode_open"], columns.truth[_ANTIPYRETIC]
    no_temperature = np.isnan(temperature_c(columns))
    is_open = gate <= TEMPERATURE_UNKNOWN
    by_treatment = (gate == SHUT) & (episode != NO) & (treated != NO)
    by_fever = no_temperature & ~attributed
    by_episode = (gate == NOTHING) & (episode == UNKNOWN)
    openable = by_treatment | (by_fever & ~is_open) | by_episode
    below_death = grade <= provisional.dtype.type(4)
    # What opens the gate raises the grade to what is met already; beyond that only more can.
    reached = np.where(is_open, grade, provisional)
    may_count = (is_open | openable) & below_death
    missing = {name: may_count & (one > reached) for name, one in could.items()}
    highest = np.max(
        [one * missing[name] for each in (could, together) for name, one in each.items()], axis=0
    )
    at_most = np.where(openable, np.maximum(highest, provisional), np.maximum(highest, grade))
    at_most = np.where(by_fever & may_count, np.maximum(at_most, np.int8(1)), at_most)
    some = by_treatment & (at_most > 0) & below_death
    missing = {
        "temp_c": below_death & ((gate == NOTHING) | (by_fever & (grade < 1))),
        "episode_open": (some & (episode == UNKNOWN)) | (by_episode & below_death),
        _ANTIPYRETIC: some & (treated == UNKNOWN),
        **missing,
    }
    return missing, np.where(below_death, at_most, grade)
