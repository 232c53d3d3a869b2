"""A symptom that asks for one more observation: new confusion for ICE, dyspnoea for SpO2, rigor for
the temperature.

Local policy after the clinical reference, section 6 [D]; the rows stand in
``rules/symptom_triggers.toml``. Symptoms never change the ASTCT grade.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np

from monitoring.clinical.concepts import CONCEPTS, SYMPTOMS
from monitoring.clinical.facts import ObservationColumns
from monitoring.clinical.rule_file import RuleTable, read_packaged

# The assessment that answers new confusion: any part of it, its total, the children's scale, or
# that it could not be done.
ICE = "ice"
ICE_CONCEPTS = (
    "ice_orientation",
    "ice_naming",
    "ice_commands",
    "ice_writing",
    "ice_attention",
    "ice_total",
    "capd_total",
    "test_obstacle",
)

_US_PER_MINUTE = 60_000_000
_LONGEST_MINUTES = 24 * 60


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
    """A trigger that was met and is not answered at the asked moment.

    ``since_us`` is when the symptom was taken, ``row_id`` its row, ``severity`` its CTCAE grade;
    the answer is late after ``due_us``.
    """

    trigger: SymptomTrigger
    row_id: int
    severity: int
    since_us: int
    due_us: int


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


def asked_for(
    observations: ObservationColumns,
    *,
    at_us: int,
    triggers: tuple[SymptomTrigger, ...] | None = None,
) -> tuple[Asked, ...]:
    """What the symptoms charted up to ``at_us`` ask for and nobody has answered yet.

    Of a trigger the oldest onset that no answer follows speaks: a symptom that is charted again at
    the same severity moves no clock. The columns ascend by ``taken_us`` and hold the rules' usual
    look-back.
    """
    triggers = load_symptom_triggers() if triggers is None else triggers
    open_ones = (_open(one, observations, at_us) for one in triggers)
    return tuple(one for one in open_ones if one is not None)


def _open(trigger: SymptomTrigger, observations: ObservationColumns, at_us: int) -> Asked | None:
    known = observations.taken_us <= at_us
    wanted = ICE_CONCEPTS if trigger.asks_for == ICE else (trigger.asks_for,)
    answers = observations.taken_us[known & np.isin(observations.concept, wanted)]
    answer_us = max(answers.tolist(), default=None)
    charted = known & (observations.concept == trigger.concept)
    asked: Asked | None = None
    before = 0
    for row_id, taken_us, value in zip(
        observations.row_id[charted].tolist(),
        observations.taken_us[charted].tolist(),
        observations.value[charted].tolist(),
        strict=True,
    ):
        if not value >= 0:  # not a severity: the row was refused where it came in
            continue
        severity = int(value)
        if severity < trigger.from_severity:
            asked = None
        elif (
            severity > before
            and asked is None
            and not (answer_us is not None and answer_us >= taken_us)
        ):
            asked = Asked(
                trigger=trigger,
                row_id=row_id,
                severity=severity,
                since_us=taken_us,
                due_us=taken_us + trigger.within_us,
            )
        before = severity
    return asked


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
    if trigger.asks_for != ICE and trigger.asks_for not in CONCEPTS:
        row.refuse(f"{trigger.asks_for} is neither a concept of the dictionary nor {ICE}")
    return trigger
