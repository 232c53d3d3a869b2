"""The problems that a grade or a score raises, and the signs of CRS that come without fever.

ASTCT grade; NEWS2 thresholds of RCP 2017, Chart 2; clinical reference C4 and C5. Priorities are
local policy (8.2).
"""

from dataclasses import replace

from monitoring.clinical import grading
from monitoring.clinical.conditions import normal
from monitoring.clinical.early_warning import risk_of
from monitoring.clinical.news2_counting import Counting
from monitoring.clinical.policy_types import Policy
from monitoring.clinical.results import (
    Condition,
    ConditionState,
    CriterionEvidence,
    CrsGrade,
    GradeStatus,
    InputEvidence,
    News2Score,
    Truth,
)
from monitoring.clinical.rulebook_types import News2Rules

_ACTIVE, _NORMAL, _NO_DATA = ConditionState.ACTIVE, ConditionState.NORMAL, ConditionState.NO_DATA
_MET = (Truth.YES, Truth.HELD)
_NEWS2_RISKS = ("low_medium", "medium", "high")
_NEWS2_SEVERITY = {risk: severity for severity, risk in enumerate(_NEWS2_RISKS, start=1)}
_SEVERE_GRADE = 3
_NOT_YET = " by the monitor, not long enough yet"


def crs_grade_condition(crs: CrsGrade, policy: Policy) -> Condition:
    """The suggested grade as a problem: severity is the grade, criteria are those met."""
    priorities = policy.priority
    if crs.grade is None:
        return Condition(
            problem="crs_grade",
            state=_NO_DATA,
            priority=priorities["crs_grade_1"],
            severity=0,
            label="CRS grade not known",
            action="Chart what is missing.",
        )
    if crs.grade == 0:
        return normal("crs_grade", priorities["crs_grade_1"], "CRS grade 0")
    word = "" if crs.status is GradeStatus.GRADED else " at least"
    met = [one for one in crs.criteria if one.truth in _MET]
    # Nobody may wait for a fever that the treatment took away (C6).
    is_afebrile = crs.fever_waived and crs.criteria[grading.FEVER].truth not in _MET
    masked = ", no fever since it was treated" if is_afebrile else ""
    return Condition(
        problem="crs_grade",
        state=_ACTIVE,
        priority=priorities[f"crs_grade_{crs.grade}"],
        severity=crs.grade,
        label=f"CRS grade {crs.grade}{word} suggested (ASTCT){masked}",
        criteria=_with_milder(met, crs.criteria),
        evidence=_rows_of(met),
        action="Confirm the grade; treat by local protocol.",
    )


def news2_condition(
    news2: News2Score, counting: Counting, rules: News2Rules, policy: Policy
) -> Condition:
    """NEWS2 as a problem, worse with its risk and not with each point; as far as it counts."""
    priorities = policy.priority
    risk = risk_of(
        rules,
        minimum=counting.minimum,
        any_three=counting.any_three,
        complete=news2.complete,
    )
    severity = _NEWS2_SEVERITY.get(risk, 0)
    deadband = news2_deadband(counting, news2.complete, rules, policy)
    at_least = "" if news2.complete else "at least "
    text = f"NEWS2 {at_least}{news2.minimum}"
    shown = _NEWS2_SEVERITY.get(news2.risk, 0)
    if shown > severity:
        text += _NOT_YET
    if severity == 0:
        near = news2.complete and deadband > 0 and not shown
        if near and counting.standing > news2.minimum:
            text, near = text + _NOT_YET, False
        known = text if news2.complete or shown else "NEWS2 incomplete"
        return Condition(
            problem="news2",
            state=_NORMAL if news2.complete else _NO_DATA,
            priority=priorities["news2_low_medium"],
            severity=0,
            label=known + (f", not clearly below {_from(rules, deadband)}" if near else ""),
            deadband_severity=deadband,
        )
    threshold = next(t for t in rules.thresholds if t.risk == risk)
    threes = [
        part.parameter
        for part in news2.parts
        if part.points == 3 and part.parameter not in counting.held_back
    ]
    counts = f"NEWS2 {at_least}{counting.minimum}" if shown > severity else text
    if risk == "low_medium":
        counts += f", 3 in {', '.join(one.replace('_', ' ') for one in threes)}"
    text = f"{counts}; {text.removeprefix('NEWS2 ')}" if shown > severity else counts
    return Condition(
        problem="news2",
        state=_ACTIVE,
        priority=priorities[f"news2_{risk}"],
        severity=severity,
        label=text,
        # To come down from high to medium is no new criterion.
        criteria=_NEWS2_RISKS[:severity],
        evidence=tuple(p.evidence for p in news2.parts if p.points and p.evidence is not None),
        action=threshold.response,
        deadband_severity=max(severity, deadband),
    )


def news2_deadband(counting: Counting, complete: bool, rules: News2Rules, policy: Policy) -> int:
    """The highest severity that a set is not known to be clearly below; any, if it is incomplete.

    A single 3 has no hysteresis: it is no total.
    """
    if not complete:
        return len(_NEWS2_RISKS)
    reached = counting.standing + policy.news2.hysteresis_points
    return max(
        (
            _NEWS2_SEVERITY[one.risk]
            for one in rules.thresholds
            if one.risk in _NEWS2_SEVERITY
            and one.total_from is not None
            and reached >= one.total_from
        ),
        default=_NEWS2_SEVERITY["low_medium"] if counting.standing_three else 0,
    )


def _from(rules: News2Rules, severity: int) -> int | None:
    """The total from which on a severity is reached."""
    risk = _NEWS2_RISKS[severity - 1]
    return next(one.total_from for one in rules.thresholds if one.risk == risk)


def news2_risk_condition(risk: str, not_below: str | None, policy: Policy) -> Condition:
    """``news2_condition`` by the risk, and by the one it is not clearly below, without a set."""
    severity = _NEWS2_SEVERITY.get(risk, 0)
    state = _ACTIVE if severity else _NO_DATA if risk == "incomplete" else _NORMAL
    return Condition(
        problem="news2",
        state=state,
        priority=policy.priority[f"news2_{risk}" if severity else "news2_low_medium"],
        severity=severity,
        label=f"NEWS2 {risk.replace('_', ' ')}",
        criteria=_NEWS2_RISKS[:severity],
        deadband_severity=max(severity, _NEWS2_SEVERITY.get(not_below or "", 0)),
    )


def signs_without_fever(
    crs: CrsGrade, policy: Policy, *, premedicated: bool
) -> tuple[Condition, Condition]:
    """``without_fever_conditions`` where nothing is shown of what was given."""
    unexplained, masked = without_fever_conditions(crs, (), policy, fever_is_attributed=False)
    if not premedicated or unexplained.state is not _ACTIVE:
        return unexplained, masked
    return normal(unexplained.problem, masked.priority, masked.label), replace(
        unexplained, problem=masked.problem
    )


def without_fever_conditions(
    crs: CrsGrade,
    premedication: tuple[InputEvidence, ...],
    policy: Policy,
    *,
    fever_is_attributed: bool,
) -> tuple[Condition, Condition]:
    """Low pressure or oxygen need without fever (C4), or with fever perhaps hidden (C5)."""
    quiet = policy.priority["without_fever"]
    fever = crs.criteria[grading.FEVER].truth
    higher = crs.criteria[grading.LOW_PRESSURE :]
    met = [one for one in higher if one.truth in _MET]
    names = ("hypotension_without_fever", "possible_masked_crs")
    texts = ("No hypotension or hypoxia without fever", "No masked CRS suspected")
    absent = [normal(name, quiet, text) for name, text in zip(names, texts, strict=True)]
    if crs.fever_waived or fever in _MET:
        return absent[0], absent[1]
    if fever is Truth.UNKNOWN or (not met and any(one.truth is Truth.UNKNOWN for one in higher)):
        lost = [
            Condition(problem=name, state=_NO_DATA, priority=quiet, severity=0, label="Not known")
            for name in names
        ]
        return lost[0], lost[1]
    if not met:
        return absent[0], absent[1]
    provisional = max(criterion.grade for criterion in met)
    domains = sorted({criterion.domain for criterion in met})
    what = " and ".join(domains)
    severe = provisional >= _SEVERE_GRADE
    priority = policy.priority["without_fever_severe" if severe else "without_fever"]
    criteria = _with_milder(met, crs.criteria)
    if premedication:
        masked = Condition(
            problem=names[1],
            state=_ACTIVE,
            priority=priority,
            severity=provisional,
            label=f"Possible masked CRS: {what}, fever may be hidden by "
            f"{', '.join(one.display for one in premedication)}; provisional grade "
            f"{provisional}",
            criteria=criteria,
            evidence=(*_rows_of(met), *premedication),
            action="A clinician has to grade: fever was never seen and may have been hidden.",
        )
        return absent[0], masked
    tail = "with fever attributed to another cause" if fever_is_attributed else "without fever"
    unexplained = Condition(
        problem=names[0],
        state=_ACTIVE,
        priority=priority,
        severity=provisional,
        label=f"{what.capitalize()} {tail}: look for another cause than CRS",
        criteria=criteria,
        evidence=_rows_of(met),
        action="Look for sepsis, bleeding, embolism, fluid overload, drugs.",
    )
    return unexplained, absent[1]


def _with_milder(
    met: list[CriterionEvidence], table: tuple[CriterionEvidence, ...]
) -> tuple[str, ...]:
    """The criteria met and those of the same domain that they include.

    Who goes from a high-flow to a low-flow device has met no new criterion.
    """
    highest = {one.domain: max(m.grade for m in met if m.domain == one.domain) for one in met}
    return tuple(one.id for one in table if one.grade <= highest.get(one.domain, 0))


def _rows_of(met: list[CriterionEvidence]) -> tuple[InputEvidence, ...]:
    rows = {
        (one.table, one.row_id, one.concept): one for criterion in met for one in criterion.inputs
    }
    return tuple(rows.values())
