"""What a cell of the column "also" says of an evaluation, as a check."""

import re
from collections.abc import Callable

from monitoring.clinical import explain
from monitoring.clinical.by_the_clock import symptom_conditions
from monitoring.clinical.facts import EncounterFacts
from monitoring.clinical.policy import load_policy
from monitoring.clinical.results import Condition, ConditionState, Evaluation, IcansGrade, Truth
from monitoring.clinical.schedule import ice_overdue_condition, next_due, next_ice_due
from monitoring.clinical.symptom_triggers import all_asked

Check = Callable[[Evaluation, re.Match[str]], bool]


def holds(evaluation: Evaluation, claim: str, facts: EncounterFacts) -> bool:
    """Whether one claim, such as "peak 2" or "alert hypotension high", is true.

    What symptoms ask for is read from the ``facts``: no evaluation says it.
    """
    match = re.fullmatch(_ASKS, claim)
    if match is not None:
        return _asks(evaluation, match, facts)
    for pattern, check in _CLAIMS.items():
        match = re.fullmatch(pattern, claim)
        if match is not None:
            return check(evaluation, match)
    message = f"The handbook does not know the claim {claim!r}."
    raise ValueError(message)


def _state(evaluation: Evaluation, problem: str) -> ConditionState | None:
    for condition in evaluation.conditions:
        if condition.problem == problem.replace(" ", "_"):
            return condition.state
    return None


def _condition(evaluation: Evaluation, problem: str) -> Condition:
    return next(c for c in evaluation.conditions if c.problem == problem.replace(" ", "_"))


def _cover(evaluation: Evaluation, problem: str) -> str | None:
    return _condition(evaluation, problem).covered_by


def _alert(evaluation: Evaluation, match: re.Match[str]) -> bool:
    problem = match[1].replace(" ", "_")
    found = [c for c in evaluation.conditions if c.problem == problem]
    return bool(found) and (found[0].state, found[0].priority.value) == ("active", match[2])


def _truth(evaluation: Evaluation, criterion: str, truth: Truth) -> bool:
    name = criterion.replace(" ", "_")
    return next(c for c in evaluation.crs.criteria if c.id == name).truth is truth


def _due(evaluation: Evaluation, match: re.Match[str]) -> bool:
    due = next_due(evaluation, evaluation.at_us, load_policy())
    return due.interval_s == float(match[1]) * (3600 if match[2] == "h" else 60)


def _icans(evaluation: Evaluation) -> IcansGrade:
    assert evaluation.icans is not None
    return evaluation.icans


def _icans_grade(evaluation: Evaluation, match: re.Match[str]) -> bool:
    icans = _icans(evaluation)
    grade = "none" if icans.grade is None else str(icans.grade)
    return (grade, icans.status.value.replace("_", " ")) == (match[1], match[2])


def _ice_due(evaluation: Evaluation, match: re.Match[str]) -> bool:
    due = next_ice_due(evaluation, load_policy())
    return due is not None and due.next_us - evaluation.at_us == int(match[1]) * 60_000_000


def _ice_overdue(evaluation: Evaluation) -> Condition:
    return ice_overdue_condition(evaluation, now_us=evaluation.at_us, policy=load_policy())


_ASKS = r"(confusion|dyspnoea|chills) asks (nothing|low|medium|no more)(?: covered by (.+))?"


def _asks(evaluation: Evaluation, match: re.Match[str], facts: EncounterFacts) -> bool:
    conditions = symptom_conditions(
        evaluation,
        all_asked(facts.observations),
        now_us=evaluation.at_us,
        policy=load_policy(),
    )
    found = next(c for c in conditions if c.problem == f"symptom_{match[1]}")
    said = {"normal": "nothing", "no_data": "no more"}.get(found.state, found.priority.value)
    return (said, found.covered_by) == (match[2], match[3] and match[3].replace(" ", "_"))


def _is_ice_overdue(evaluation: Evaluation, match: re.Match[str]) -> bool:
    found = _ice_overdue(evaluation)
    return (found.state, found.priority.value, found.covered_by) == (
        ConditionState.ACTIVE,
        match[1],
        match[2] and match[2].replace(" ", "_"),
    )


_CLAIMS: dict[str, Check] = {
    r"ICANS (\d|none) (graded|at least|unknown)": _icans_grade,
    r"ICANS at most (\d)": lambda e, m: _icans(e).at_most == int(m[1]),
    r"ICANS peak (\d)": lambda e, m: _icans(e).peak == int(m[1]),
    r"ICANS (rising|falling|steady)": lambda e, m: _icans(e).direction == m[1],
    r"ICANS missing (.+)": lambda e, m: m[1].replace(" ", "_") in _icans(e).missing,
    r'ICANS notes "(.+)"': lambda e, m: any(m[1] in note for note in _icans(e).notes),
    r"ICE (\d+)": lambda e, m: _icans(e).points == int(m[1]),
    r"ICE due in (-?\d+) min": _ice_due,
    r"no ICE due": lambda e, _: next_ice_due(e, load_policy()) is None,
    r"ICE overdue (low|medium)(?: covered by (.+))?": _is_ice_overdue,
    r"ICE not overdue": lambda e, _: _ice_overdue(e).state is ConditionState.NORMAL,
    r"peak (\d)": lambda e, m: e.crs.peak == int(m[1]),
    r"at most (\d)": lambda e, m: e.crs.at_most == int(m[1]),
    r"resolving": lambda e, _: e.crs.resolving,
    r"not resolving": lambda e, _: not e.crs.resolving,
    r"waived": lambda e, _: e.crs.fever_waived,
    r"not waived": lambda e, _: not e.crs.fever_waived,
    r"episode (\d)": lambda e, m: e.episode.number == int(m[1]) and e.episode.is_open,
    r"no episode": lambda e, _: not e.episode.is_open,
    r"rising|falling|steady": lambda e, m: e.crs.direction == m[0],
    r"(?:no )?note (.+)": lambda e, m: (
        any(m[1] in note for note in e.crs.notes) != m[0].startswith("no ")
    ),
    r"missing (.+)": lambda e, m: m[1].replace(" ", "_") in e.crs.missing,
    r"(.+) held": lambda e, m: _truth(e, m[1], Truth.HELD),
    r"(.+) unknown": lambda e, m: _truth(e, m[1], Truth.UNKNOWN),
    r"alert (.+) (low|medium|high|technical)": _alert,
    r"(.+) covered by (.+)": lambda e, m: _cover(e, m[1]) == m[2].replace(" ", "_"),
    r"(.+) not covered": lambda e, m: _cover(e, m[1]) is None,
    r"(.+) keeps up severity (\d)": lambda e, m: _condition(e, m[1]).deadband_severity == int(m[2]),
    r'(.+) alert says "(.+)"': lambda e, m: m[2] in _condition(e, m[1]).label,
    r"no alert (.+)": lambda e, m: _state(e, m[1]) is ConditionState.NORMAL,
    r"no data (.+)": lambda e, m: _state(e, m[1]) is ConditionState.NO_DATA,
    r"never alerts (.+)": lambda e, m: _state(e, m[1]) is None,
    r"atypical": lambda e, _: e.atypical_timing,
    r"not atypical": lambda e, _: not e.atypical_timing,
    r"NEWS2 (\d+)": lambda e, m: e.news2.total == int(m[1]),
    r"NEWS2 incomplete (\d+)": lambda e, m: (e.news2.total, e.news2.minimum) == (None, int(m[1])),
    r"NEWS2 not applicable": lambda e, _: not e.news2.applicable and e.news2.total is None,
    r"NEWS2 note": lambda e, _: bool(e.news2.notes),
    r"risk (.+)": lambda e, m: e.news2.risk == m[1].replace(" ", "_"),
    r"next set in (\d+) (min|h)": _due,
    r'says "(.+)"': lambda e, m: m[1] in explain.sentence(e),
}
