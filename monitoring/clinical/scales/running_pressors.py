"""Which vasopressors a record says run, and whether their dose is high after Lee 2014.

Clinical reference 3.2: the high-dose table and the VASST norepinephrine equivalent, in the mixed
units in which they are published.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitoring.clinical.rule_file import RuleTable
from monitoring.clinical.scales.also_fields import (
    absent,
    any_chosen,
    pressors,
    vasopressors_field,
)
from monitoring.clinical.scales.criteria_answer import Judged
from monitoring.clinical.scales.criteria_table import any_of
from monitoring.clinical.scales.fields import Columns
from monitoring.clinical.truths import NO, UNKNOWN, YES

VASOPRESSIN = "vasopressin"
# Doses are added: 10 + 8/2 + 60/10 is 20 and high.
_EPSILON = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class AloneRow:
    """A pressor's high dose when it runs alone, and what divides a dose to its equivalent."""

    agent: str
    field: str
    unit: str
    from_dose: float
    equivalent_divisor: float


@dataclass(frozen=True, slots=True, kw_only=True)
class HighDose:
    """The high-dose table; every dose must have been required for ``at_least_hours``."""

    at_least_hours: float
    alone: tuple[AloneRow, ...]
    with_vasopressin_from_equivalent_ug_min: float
    combination_from_equivalent_ug_min: float
    source: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pressors:
    """The three vasopressor rows of Lee 2014 over n records, and where a word is due."""

    low_dose_of_one: Judged
    high_dose: Judged
    multiple: Judged
    vasopressin_makes_multiple: NDArray[np.bool_]
    without_limit: NDArray[np.bool_]
    not_counted: NDArray[np.bool_]


def parse_high_dose(table: RuleTable) -> HighDose:
    """The high-dose table of the file; raises ``RuleFileError``."""
    rows = table.rows("alone")
    alone = []
    for row in rows:
        alone.append(
            AloneRow(
                agent=row.text("agent"),
                field=row.text("field"),
                unit=row.text("unit"),
                from_dose=row.number("from_dose", low=0.01, high=1000),
                equivalent_divisor=row.number("equivalent_divisor", low=0.1, high=100),
            )
        )
        row.finish()
    if (
        not alone
        or {one.agent for one in alone} - set(pressors())
        or VASOPRESSIN in {one.agent for one in alone}
    ):
        table.refuse("every row of alone must be a vasopressor of the ASTCT rules, not vasopressin")
    limits = []
    for key in ("with_vasopressin", "combination"):
        row = table.table(key)
        limits.append(row.number("from_equivalent_ug_min", low=0.1, high=1000))
        row.finish()
    high_dose = HighDose(
        at_least_hours=table.number("at_least_hours", low=0, high=48),
        alone=tuple(alone),
        with_vasopressin_from_equivalent_ug_min=limits[0],
        combination_from_equivalent_ug_min=limits[1],
        source=table.text("source"),
    )
    table.finish()
    return high_dose


def read_pressors(columns: Columns, rules: HighDose) -> Pressors:
    """Judge the vasopressor rows of records in which list and dose do not contradict."""
    agents = pressors()
    runs = np.stack([_runs(columns, agent, rules) for agent in agents])
    surely = (runs == YES).sum(axis=0)
    perhaps = surely + (runs == UNKNOWN).sum(axis=0)
    multiple = np.where(surely >= 2, YES, np.where(perhaps >= 2, UNKNOWN, NO))
    # One at least runs and no second one is known: the row of one pressor.
    one = np.where(surely >= 2, NO, np.where(surely == 1, YES, np.where(perhaps == 0, NO, UNKNOWN)))
    high = _high_dose(columns, rules, agents, runs)
    one = np.where((high == YES) & (one == YES), NO, one)
    which = {
        "vasopressors": _list_lacks(columns, agents, runs),
        VASOPRESSIN: runs[agents.index(VASOPRESSIN)] == UNKNOWN,
    }
    doses = {
        row.field: absent(columns, row.field) & (runs[agents.index(row.agent)] != NO)
        for row in rules.alone
    }
    hours = {"vasopressor_hours": absent(columns, "vasopressor_hours")}
    inotropes = [name for name in vasopressors_field().choices if name not in agents]
    return Pressors(
        low_dose_of_one=Judged(truth=one, lacking=which),
        high_dose=Judged(truth=high, lacking={**which, **doses, **hours}),
        multiple=Judged(truth=multiple, lacking=which),
        vasopressin_makes_multiple=(surely == 2) & (runs[agents.index(VASOPRESSIN)] == YES),
        without_limit=_without_limit(dict(zip(agents, runs, strict=True)), rules),
        not_counted=any_chosen(columns, inotropes),
    )


def _runs(columns: Columns, agent: str, rules: HighDose) -> NDArray[np.int8]:
    """Whether one agent runs, by the list, by its dose, or by its own question."""
    listed = columns.chosen["vasopressors"][:, vasopressors_field().choices.index(agent)]
    known = columns.listed["vasopressors"]
    by_list = np.where(listed, YES, np.where(known, NO, UNKNOWN))
    asked = _by_question(columns, rules)
    if agent not in asked:
        return by_list
    by_dose = asked[agent][1]
    return np.where(by_list == UNKNOWN, by_dose, by_list)


def contradictions(columns: Columns, rules: HighDose) -> dict[int, str]:
    """Where the list of vasopressors and a dose cannot both be so, by place with what to do."""
    found: dict[int, str] = {}
    known = columns.listed["vasopressors"]
    for agent, (field, by_dose) in _by_question(columns, rules).items():
        listed = columns.chosen["vasopressors"][:, vasopressors_field().choices.index(agent)]
        apart = known & (by_dose != UNKNOWN) & (listed != (by_dose == YES))
        message = f"vasopressors and {field} contradict each other; correct one of them."
        found |= dict.fromkeys(np.flatnonzero(apart).tolist(), message)
    return found


def _by_question(columns: Columns, rules: HighDose) -> dict[str, tuple[str, NDArray[np.int8]]]:
    """Whether an agent runs by its dose or its own question, with that field's name."""
    found = {VASOPRESSIN: (VASOPRESSIN, columns.truth[VASOPRESSIN])}
    for row in rules.alone:
        dose = columns.number[row.field]
        by_dose = np.where(np.isnan(dose), UNKNOWN, np.where(dose > 0, YES, NO))
        found[row.agent] = (row.field, by_dose)
    return found


def _high_dose(
    columns: Columns, rules: HighDose, agents: tuple[str, ...], runs: NDArray[np.int8]
) -> NDArray[np.int8]:
    """A high dose, required for long enough; a shorter one is not high yet."""
    of = {agent: runs[n] for n, agent in enumerate(agents)}
    pressin = of[VASOPRESSIN]
    others = np.stack([truth for agent, truth in of.items() if agent != VASOPRESSIN])
    surely, perhaps = (others == YES).sum(axis=0), (others != NO).sum(axis=0)
    lowest, unclear = np.zeros(columns.n), np.zeros(columns.n, dtype=np.bool_)
    judged = []
    for row in rules.alone:
        dose = np.where(of[row.agent] == NO, 0.0, columns.number[row.field])
        unclear |= np.isnan(dose)
        lowest += np.nan_to_num(dose) / row.equivalent_divisor
        # That another agent may run is no question here: with it the row of multiple is met.
        alone = (surely - (of[row.agent] == YES) == 0) & (pressin != YES)
        judged.append(np.where(alone, _from(dose, row.from_dose), NO))
    equivalent = np.where(unclear, np.nan, lowest)
    on_vasopressin = rules.with_vasopressin_from_equivalent_ug_min
    combination = rules.combination_from_equivalent_ug_min
    several = np.where(surely >= 2, YES, np.where(perhaps >= 2, UNKNOWN, NO))
    without = np.where(pressin == YES, NO, np.where(pressin == NO, YES, UNKNOWN))
    judged.append(_both(pressin, _sum_from(lowest, equivalent, on_vasopressin)))
    judged.append(_both(_both(several, without), _sum_from(lowest, equivalent, combination)))
    is_high = any_of(*judged)
    # Where an agent runs that has no row in the table, nobody can say that no dose is high.
    is_high = np.where((is_high == NO) & _without_limit(of, rules), UNKNOWN, is_high)
    return _both(is_high, _from(columns.number["vasopressor_hours"], rules.at_least_hours))


def _without_limit(of: Mapping[str, NDArray[np.int8]], rules: HighDose) -> NDArray[np.bool_]:
    listed = {VASOPRESSIN, *(row.agent for row in rules.alone)}
    others = [truth == YES for agent, truth in of.items() if agent not in listed]
    result: NDArray[np.bool_] = np.logical_or.reduce(others)
    return result


def _from(values: NDArray[np.float64], limit: float) -> NDArray[np.int8]:
    known = np.where(values >= limit - _EPSILON, YES, NO)
    return np.where(np.isnan(values), UNKNOWN, known)


def _sum_from(
    lowest: NDArray[np.float64], value: NDArray[np.float64], limit: float
) -> NDArray[np.int8]:
    """A sum of which some parts are unknown reaches a limit where the known parts do."""
    return np.where(lowest >= limit - _EPSILON, YES, _from(value, limit))


def _both(one: NDArray[np.int8], other: NDArray[np.int8]) -> NDArray[np.int8]:
    """No where either is no, else unknown where either is unknown."""
    no = (one == NO) | (other == NO)
    unknown = (one == UNKNOWN) | (other == UNKNOWN)
    return np.where(no, NO, np.where(unknown, UNKNOWN, YES))


def _list_lacks(
    columns: Columns, agents: tuple[str, ...], runs: NDArray[np.int8]
) -> NDArray[np.bool_]:
    others = [n for n, agent in enumerate(agents) if agent != VASOPRESSIN]
    result: NDArray[np.bool_] = absent(columns, "vasopressors") & (runs[others] == UNKNOWN).any(
        axis=0
    )
    return result
