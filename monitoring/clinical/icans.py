"""The ASTCT 2019 ICANS grade of one patient at each moment, with its evidence and what is missing.

The table is ``rules/astct_icans.toml`` (Lee 2019; clinical reference 2.2, 2.3): the grade is the
worst domain, and CRS has no part in it. Unknown never lowers it: what was met when last known is
held until somebody charts that it is over.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from monitoring.clinical.assessment_tools import TOOLS
from monitoring.clinical.concepts import AROUSAL, SEIZURES, TEST_OBSTACLES
from monitoring.clinical.conditions import normal
from monitoring.clinical.evidence import judged_criterion
from monitoring.clinical.icans_evidence import IcansEvidence
from monitoring.clinical.neurology import (
    CAPD,
    ICE,
    ICE_FROM_YEARS,
    NOT_KNOWN,
    UNABLE,
    NeurologyColumns,
)
from monitoring.clinical.policy_types import Policy
from monitoring.clinical.results import (
    Condition,
    ConditionState,
    GradeStatus,
    IcansGrade,
    Priority,
)
from monitoring.clinical.rulebook_types import Criterion
from monitoring.clinical.scales.astct_icans import IcansRules, load_icans
from monitoring.clinical.timeline import NEVER_US
from monitoring.clinical.truths import HELD, NO, UNKNOWN, WORDS, YES

# What the table calls a finding of raised pressure, and the concept in which it is charted.
FINDINGS = {
    "focal_edema": "focal_brain_oedema",
    "diffuse_edema": "diffuse_brain_oedema",
    "posturing": "posturing",
    "cn6_palsy": "sixth_nerve_palsy",
    "papilledema": "papilloedema",
    "cushing": "cushings_triad",
}
# Haemorrhage, with or without oedema, is excluded from ICANS.
_OEDEMA = ("focal_edema", "diffuse_edema")
_HELD_NOTE = "Met when last known, nothing newer decides it."
_UNAROUSABLE = AROUSAL.index("unarousable")
_YES, _HELD, _UNKNOWN = int(YES), int(HELD), int(UNKNOWN)


@cache
def icans_rules() -> IcansRules:
    """The packaged table, read and checked once a process; raises ``RuleFileError``."""
    return load_icans()


class IcansJudge:
    """Judges the moments of one timeline, each going on from the grade before it."""

    def __init__(self, columns: NeurologyColumns, evidence: IcansEvidence) -> None:
        """``columns`` are the findings at each moment, ``evidence`` the rows behind them."""
        self._columns = columns
        self._evidence = evidence
        self._criteria = icans_rules().table.criteria
        self._truths = _truths(self._criteria, columns)
        self._tested = _is_tested(columns).tolist()

    def of(self, place: int, before: IcansGrade | None) -> IcansGrade:
        """The grade at a moment after the one that was said ``before``."""
        held = {} if before is None else {one.id: one for one in before.criteria}
        truths = [
            _HELD if truth == _UNKNOWN and criterion.id in held else truth
            for criterion, truth in zip(self._criteria, self._truths[place], strict=True)
        ]
        rows = list(zip(self._criteria, truths, strict=True))
        met = [(one, truth) for one, truth in rows if truth in (_YES, _HELD)]
        unknown = [one for one, truth in rows if truth == _UNKNOWN]
        grade = max((one.grade for one, _ in met), default=0)
        says_something = bool(met) or self._tested[place]
        hiding = [one for one in unknown if one.grade > grade]
        status = GradeStatus.AT_LEAST if hiding else GradeStatus.GRADED
        said = grade if says_something else None
        peak = None if before is None else before.peak
        test = self._columns.test
        return IcansGrade(
            grade=said,
            status=status if says_something else GradeStatus.UNKNOWN,
            at_most=max([grade, *(one.grade for one in hiding)]),
            peak=peak if said is None else max(said, peak or 0),
            direction=_direction(said, before),
            tool=test.tool,
            points=_points(self._columns, place),
            tested_us=_moment(test.test_us, place),
            confused_us=_moment(self._columns.confused_us, place),
            criteria=tuple(
                judged_criterion(
                    one,
                    WORDS[truth],
                    self._evidence.held(held[one.id], place)
                    if truth == _HELD
                    else self._evidence.of(one, place),
                    _HELD_NOTE if truth == _HELD else None,
                )
                for one, truth in met
            ),
            unknown=tuple(one.id for one in unknown),
            missing=tuple(dict.fromkeys(_missing(one, test.tool) for one in hiding)),
            notes=_notes(self._columns, self._evidence.age_years, place),
        )


def icans_conditions(icans: IcansGrade, policy: Policy) -> tuple[Condition, ...]:
    """The suggested grade as a problem; none where nothing was ever known of it."""
    quiet = policy.priority["icans_grade_1"]
    if icans.grade is None and icans.peak is None:
        return ()
    return (_condition(icans, quiet, policy),)


def _condition(icans: IcansGrade, quiet: Priority, policy: Policy) -> Condition:
    if icans.grade is None:
        return Condition(
            problem="icans_grade",
            state=ConditionState.NO_DATA,
            priority=quiet,
            severity=0,
            label="ICANS grade not known",
            action=f"Assess {icans.tool}.",
        )
    if icans.grade == 0:
        return normal("icans_grade", quiet, "ICANS grade 0")
    word = " at least" if icans.status is GradeStatus.AT_LEAST else ""
    evidence = {
        (one.table, one.row_id, one.concept): one
        for criterion in icans.criteria
        for one in criterion.inputs
    }
    return Condition(
        problem="icans_grade",
        state=ConditionState.ACTIVE,
        priority=policy.priority[f"icans_grade_{icans.grade}"],
        severity=icans.grade,
        label=f"ICANS grade {icans.grade}{word} suggested (ASTCT)",
        criteria=tuple(one.id for one in icans.criteria),
        evidence=tuple(evidence.values()),
        action="Confirm the grade; look for seizures and oedema; treat by local protocol.",
    )


_KEPT_STATES = 4096


@cache
def _kept() -> dict[tuple[object, ...], tuple[int, ...]]:
    """The truths of the whole table by what is found: a ward has few states, and all day long."""
    return {}


def _truths(criteria: tuple[Criterion, ...], columns: NeurologyColumns) -> list[tuple[int, ...]]:
    """The truth of every criterion at each moment, each state of the findings judged once."""
    test = columns.test
    points = (np.where(np.isnan(one), NOT_KNOWN, one) for one in (test.mildest, test.worst))
    found = (
        *points,
        test.obstacle,
        test.last_unable,
        *columns.arousal,
        columns.seizure,
        columns.sedated,
        *columns.signs.values(),
    )
    states = [(test.tool, *state) for state in zip(*(one.tolist() for one in found), strict=True)]
    kept = _kept()
    known = {state: kept.get(state) for state in states}
    unseen = {state: place for place, state in enumerate(states) if known[state] is None}
    if unseen:
        some = columns.at(np.array(list(unseen.values())))
        judged = np.stack([_truth(one, some) for one in criteria]).T.tolist()
        new = dict(zip(unseen, map(tuple, judged), strict=True))
        known |= new
        # Another thread may read it meanwhile: it grows to its size and is never emptied.
        if len(kept) < _KEPT_STATES:
            kept.update(new)
    return [truths for state in states if (truths := known[state]) is not None]


def _truth(criterion: Criterion, columns: NeurologyColumns) -> NDArray[np.int8]:
    """Whether a row of the table is met, as far as anybody can tell, int8 (n,)."""
    (name,) = criterion.inputs
    if name in ("ice", "capd"):
        return _of_points(criterion, columns)
    if name == "unable_to_perform":
        return _of_unable(columns)
    answer = criterion.answer or ""
    if name == "consciousness":
        mildest, worst = columns.arousal
        level = AROUSAL.index(answer)
        may_be = (mildest < 0) | ((mildest < level) & (level <= worst))
        return _three(mildest == level, may_be)
    if name == "seizure":
        return _three(columns.seizure == SEIZURES.index(answer), columns.seizure < 0)
    found = _of_sign(columns.signs[FINDINGS.get(answer, name)])
    is_excluded = (answer in _OEDEMA) & (columns.signs["intracranial_haemorrhage"] == 1)
    return np.where(is_excluded, NO, found)


def _three(is_met: NDArray[np.bool_], is_unknown: NDArray[np.bool_]) -> NDArray[np.int8]:
    return np.where(is_met, YES, np.where(is_unknown, UNKNOWN, NO)).astype(np.int8)


def _of_sign(sign: NDArray[np.int64]) -> NDArray[np.int8]:
    return _three(sign == 1, sign == NOT_KNOWN)


def _of_points(criterion: Criterion, columns: NeurologyColumns) -> NDArray[np.int8]:
    """A band of ICE or CAPD. The mildest that it can be is met for certain, or worse is."""
    test = columns.test
    if criterion.inputs != (test.tool.lower(),):
        return np.full(len(test.mildest), NO)
    low, high = criterion.low or 0.0, criterion.high or 0.0
    is_met = (test.mildest >= low) & (test.mildest <= high)
    least, most = np.fmin(test.mildest, test.worst), np.fmax(test.mildest, test.worst)
    may_be = np.isnan(test.mildest) | ((least <= high) & (most >= low))
    # Who cannot be roused is graded by the row for it, and not by points that nobody could take.
    may_be &= test.obstacle != UNABLE
    is_sedated = columns.sedated
    return np.where(is_sedated, UNKNOWN, _three(is_met, may_be)).astype(np.int8)


def _of_unable(columns: NeurologyColumns) -> NDArray[np.int8]:
    test, (mildest, worst) = columns.test, columns.arousal
    is_unable = (test.obstacle == UNABLE) & ~columns.sedated
    # Who is awake can perform it, unless the last who asked found otherwise: a test says, not time.
    is_awake = (mildest >= 0) & (worst < _UNAROUSABLE) & ~test.last_unable
    was_done = ~np.isnan(test.mildest) | (test.obstacle >= 0)
    return _three(is_unable, columns.sedated | ~(is_awake | was_done))


def _is_tested(columns: NeurologyColumns) -> NDArray[np.bool_]:
    known = ~np.isnan(columns.test.mildest) | (columns.test.obstacle == UNABLE)
    result: NDArray[np.bool_] = known & ~columns.sedated
    return result


def _missing(criterion: Criterion, tool: str) -> str:
    match criterion.domain:
        case "ice" | "capd":
            return "ice_total" if tool == ICE else "capd_total"
        case "consciousness":
            return "arousal"
        case "raised pressure":
            return FINDINGS[criterion.answer or ""]
        case _:
            return criterion.inputs[0]


def _points(columns: NeurologyColumns, place: int) -> int | None:
    mildest, worst = float(columns.test.mildest[place]), float(columns.test.worst[place])
    return int(worst) if mildest == worst else None


def _moment(column: NDArray[np.int64], place: int) -> int | None:
    at_us = int(column[place])
    return None if at_us == NEVER_US else at_us


def _direction(grade: int | None, before: IcansGrade | None) -> str:
    if grade is None or before is None or before.grade is None:
        return "unknown"
    if grade == before.grade:
        return "steady"
    return "rising" if grade > before.grade else "falling"


def _notes(columns: NeurologyColumns, age_years: float | None, place: int) -> tuple[str, ...]:
    test, tool, notes = columns.test, columns.test.tool, []
    obstacle = int(test.obstacle[place])
    if columns.sedated[place]:
        notes.append(f"Under sedation: {tool} and consciousness cannot be judged.")
    elif test.last_unable[place] and columns.arousal[0][place] in range(_UNAROUSABLE):
        notes.append(f"Awake and unable to perform {tool}: check which is right.")
    elif obstacle not in (NOT_KNOWN, UNABLE):
        notes.append(f"{tool} cannot be assessed because of {TEST_OBSTACLES[obstacle]}: not 0.")
    if test.lacking[place]:
        items = TOOLS[tool].items
        lacking = [TOOLS[tool].label(one) for one in items if not test.in_set[one.code][place]]
        notes.append(f"{tool} was charted in part; not tested: {', '.join(lacking)}.")
    if test.disagrees[place]:
        counts = "lower" if TOOLS[tool].fewer_is_worse else "higher"
        notes.append(f"{tool} total and items disagree: the {counts} counts.")
    if columns.from_acvpu[place]:
        notes.append("Consciousness is taken from ACVPU.")
    if columns.signs["intracranial_haemorrhage"][place] == 1:
        notes.append("Intracranial haemorrhage is not graded as ICANS (CTCAE).")
    if age_years is None:
        notes.append("Age not known: judged by ICE.")
    elif int(age_years) == ICE_FROM_YEARS:
        notes.append("At 12 years the sources differ between ICE and CAPD: judged by ICE.")
    if (
        tool == CAPD
        and int(columns.seizure[place]) == NOT_KNOWN
        and not any(test.in_set[name][place] for name in (*TOOLS[CAPD].codes, TOOLS[CAPD].total))
    ):
        notes.append("Below 12 years CAPD is asked, not ICE.")
    return tuple(notes)
