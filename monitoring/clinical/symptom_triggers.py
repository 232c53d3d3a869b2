"""A symptom that asks for one more observation: new confusion for ICE, dyspnoea for SpO2, rigor for
the temperature.

Local policy after the clinical reference, section 6 [D]; the rows stand in
``rules/symptom_triggers.toml``. Symptoms never change the ASTCT grade.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from monitoring.clinical.assessment_tools import TOOLS
from monitoring.clinical.concepts import CONCEPTS, SYMPTOMS
from monitoring.clinical.facts import ObservationColumns
from monitoring.clinical.policy_types import SYMPTOM_PROBLEMS
from monitoring.clinical.rule_file import RuleTable, read_packaged

# The assessment that answers new confusion: any part of it, its total, the children's scale, or
# that it could not be done.
ICE = "ice"
ICE_CONCEPTS = (
    *(concept for tool in TOOLS.values() for concept in (*tool.codes, tool.total)),
    "test_obstacle",
)

_US_PER_MINUTE = 60_000_000
_LONGEST_MINUTES = 24 * 60
_NEVER_US = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True, kw_only=True)
class SymptomTrigger:
    """One row of the policy; ``asks_for`` is a concept or ``ICE``, ``within_us`` 0 is "now"."""

    id: str
    concept: str
    from_severity: int
    asks_for: str
    within_us: int
    label: str
    action: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A trigger that was met: what it asks for from ``since_us`` on.

    ``since_us`` is when the symptom was taken, ``row_id`` its row, ``severity`` its CTCAE grade;
    the answer is late after ``due_us``. ``ended_us`` is when it was answered or the symptom was
    gone, None where neither is charted.
    """

    trigger: SymptomTrigger
    row_id: int
    severity: int
    since_us: int
    due_us: int
    ended_us: int | None

    def is_open(self, at_us: int) -> bool:
        """Whether it asks at a moment."""
        return self.since_us <= at_us and (self.ended_us is None or at_us < self.ended_us)


@cache
def load_symptom_triggers() -> tuple[SymptomTrigger, ...]:
    """The packaged rows, read and checked once a process; raises ``RuleFileError``."""
    table = RuleTable(read_packaged("symptom_triggers.toml"), "symptom_triggers.toml")
    table.text("id")
    table.integer("version", low=1, high=9999)
    table.text("source")
    triggers = tuple(_trigger(row) for row in table.rows("trigger"))
    table.finish()
    if len({one.id for one in triggers}) != len(triggers):
        table.refuse("two triggers have one id")
    return triggers


def all_asked(observations: ObservationColumns) -> tuple[Asked, ...]:
    """Everything that the charted symptoms asked for, answered or not; of one trigger by time.

    Of a trigger the oldest onset that no answer follows speaks: a symptom that is charted again at
    the same severity moves no clock. The columns ascend by ``taken_us``.
    """
    # Most sets carry no symptom at all, and each trigger compares every row.
    charted = set(observations.concept.tolist())
    return tuple(
        asked
        for one in load_symptom_triggers()
        if one.concept in charted
        for asked in _asked(one, observations)
    )


def asked_for(observations: ObservationColumns, *, at_us: int) -> tuple[Asked, ...]:
    """What the symptoms charted up to ``at_us`` ask for and nobody has answered by then.

    The columns hold the rules' usual look-back.
    """
    return tuple(one for one in all_asked(observations) if one.is_open(at_us))


def _asked(trigger: SymptomTrigger, observations: ObservationColumns) -> Iterator[Asked]:
    charted = observations.concept == trigger.concept
    wanted = ICE_CONCEPTS if trigger.asks_for == ICE else (trigger.asks_for,)
    answers_us = observations.taken_us[np.isin(observations.concept, wanted)]
    taken_us = observations.taken_us[charted]
    severities = observations.value[charted]
    # What is no severity was refused where it came in.
    rows = np.flatnonzero(severities >= 0).tolist()
    gone_us = taken_us[severities < trigger.from_severity]
    before, ended_us = 0, None
    for place in rows:
        severity, since_us = int(severities[place]), int(taken_us[place])
        is_asking = severity >= trigger.from_severity and severity > before
        before = severity
        if not is_asking or (ended_us is not None and since_us < ended_us):
            continue
        ended_us = min(_first_from(answers_us, since_us), _first_from(gone_us, since_us))
        if ended_us > since_us:
            yield Asked(
                trigger=trigger,
                row_id=int(observations.row_id[charted][place]),
                severity=severity,
                since_us=since_us,
                due_us=since_us + trigger.within_us,
                ended_us=None if ended_us == _NEVER_US else ended_us,
            )


def _first_from(times_us: NDArray[np.int64], at_us: int) -> int:
    place = int(times_us.searchsorted(at_us))
    return int(times_us[place]) if place < len(times_us) else _NEVER_US


def _trigger(row: RuleTable) -> SymptomTrigger:
    trigger = SymptomTrigger(
        id=row.text("id"),
        concept=row.text("concept"),
        from_severity=row.integer("from_severity", low=1, high=4),
        asks_for=row.text("asks_for"),
        within_us=row.integer("within_minutes", low=0, high=_LONGEST_MINUTES) * _US_PER_MINUTE,
        label=row.text("label"),
        action=row.text("action"),
        source=row.text("source"),
    )
    row.finish()
    if trigger.concept not in {one.code for one in SYMPTOMS}:
        row.refuse(f"{trigger.concept} is not a symptom of the dictionary")
    if trigger.concept not in SYMPTOM_PROBLEMS:
        row.refuse(f"{trigger.concept} is no watched problem; name it there first")
    if trigger.asks_for != ICE and trigger.asks_for not in CONCEPTS:
        row.refuse(f"{trigger.asks_for} is neither a concept of the dictionary nor {ICE}")
    return trigger
