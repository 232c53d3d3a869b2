"""A clinician's word on a grade: it never falls silently, and it never hides what came after."""

from dataclasses import replace

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.clinical.confirmation import (
    CRS,
    ICANS,
    confirmed_grade,
    confirmed_grades,
    heard,
)
from monitoring.clinical.facts import GradeStatement
from monitoring.clinical.policy import load_policy
from monitoring.clinical.results import Condition, ConditionState, ConfirmedGrade, Priority
from tests.spec import bedside

HOUR_US = 3_600_000_000
AT_TWO = Condition(
    problem="crs_grade",
    state=ConditionState.ACTIVE,
    priority=Priority.MEDIUM,
    severity=2,
    label="CRS grade 2 suggested (ASTCT)",
)


def word(grade: int, computed: int | None, *, at_h: float = 0, row_id: int = 1) -> GradeStatement:
    return GradeStatement(
        row_id=row_id,
        scale=CRS,
        grade=grade,
        computed_grade=computed,
        stated_us=int(at_h * HOUR_US),
        valid_until_us=int((at_h + 24) * HOUR_US),
        by="dr.okonkwo",
    )


def follow(
    words: list[GradeStatement], computed: list[tuple[float, int | None]]
) -> list[int | None]:
    """What is shown at each (hour, computed grade)."""
    shown: list[int | None] = []
    before: tuple[ConfirmedGrade, ...] = ()
    for hour, grade in computed:
        now = confirmed_grade(words, CRS, computed=grade, at_us=int(hour * HOUR_US), before=before)
        before = () if now is None else (now,)
        shown.append(grade if now is None else now.shown)
    return shown


@pytest.mark.parametrize(
    ("why", "words", "computed", "shown"),
    [
        ("nobody spoke", [], [(0, 2), (1, 1)], [2, 1]),
        ("confirmed, then it falls", [word(2, 2)], [(0, 2), (1, 1), (2, 0)], [2, 2, 2]),
        ("confirmed, and days later", [word(2, 2)], [(0, 2), (90, 0)], [2, 2]),
        ("confirmed, and nobody can tell any more", [word(2, 2)], [(0, 2), (9, None)], [2, 2]),
        ("confirmed, then it rises", [word(2, 2)], [(0, 2), (1, 3), (2, 1)], [2, 3, 2]),
        (
            "a lower one is confirmed",
            [word(2, 2), word(1, 1, at_h=2, row_id=2)],
            [(0, 2), (1, 1), (2, 1), (3, 0)],
            [2, 2, 1, 1],
        ),
        ("set higher", [word(3, 1)], [(0, 1), (1, 2), (2, 0)], [3, 3, 3]),
        ("set lower", [word(1, 2)], [(0, 2), (1, 2), (2, 1), (3, 0)], [1, 1, 1, 1]),
        ("set lower, then it rises", [word(1, 2)], [(0, 2), (1, 3)], [1, 3]),
        ("a rise is not forgotten", [word(1, 2)], [(0, 2), (1, 3), (2, 2)], [1, 3, 2]),
        ("set lower runs out", [word(1, 2)], [(0, 2), (23.9, 2), (24, 2)], [1, 1, 2]),
        ("set lower, ran out, unknown now", [word(1, 2)], [(0, 2), (30, None)], [1, 2]),
        ("set where nothing was computed", [word(2, None)], [(0, None), (1, 1)], [2, 2]),
        ("the same, and it rises", [word(2, None)], [(0, None), (1, 3), (2, 1)], [2, 3, 2]),
        ("death is stated and stays", [word(5, 4)], [(0, 4), (1, 2), (99, None)], [5, 5, 5]),
        (
            "a word does not count before it was said",
            [word(2, 1, at_h=3)],
            [(2, 1), (3, 1)],
            [1, 2],
        ),
    ],
)
def test_what_is_shown(
    why: str,
    words: list[GradeStatement],
    computed: list[tuple[float, int | None]],
    shown: list[int | None],
) -> None:
    assert follow(words, computed) == shown, why


GRADES = st.one_of(st.none(), st.integers(0, 4))


@given(
    said=st.integers(0, 5),
    then=GRADES,
    course=st.lists(st.tuples(st.floats(0.1, 12), GRADES), min_size=1, max_size=12),
)
def test_a_confirmed_grade_never_falls_and_never_hides_a_rise(
    said: int, then: int | None, course: list[tuple[float, int | None]]
) -> None:
    hours, at_h = [(0.0, then)], 0.0
    for step_h, grade in course:
        at_h += step_h
        hours.append((at_h, grade))

    shown = follow([word(said, then)], hours)

    for number, ((hour, computed), now) in enumerate(zip(hours, shown, strict=True)):
        assert now is not None
        assert now >= said
        known = [grade for _, grade in hours[: number + 1] if grade is not None]
        rose = then is not None and any(grade > then for grade in known)
        if said < 5 and computed is not None and (rose or hour >= 24 or said >= (then or 0)):
            assert now >= computed


def test_the_words_on_one_scale_say_nothing_of_the_other() -> None:
    said = [replace(word(3, 1), scale=ICANS)]

    assert confirmed_grade(said, CRS, computed=1, at_us=0, before=()) is None


def test_a_confirmed_grade_keeps_its_alert_when_the_computed_one_falls() -> None:
    case = bedside.read("0 set, T 38.6, BP 84/50; 3 set, T 38.6, BP 128/80")
    facts = replace(
        case.facts(),
        statements=(replace(word(2, 2), stated_us=case.moments_us[0], valid_until_us=2**62),),
    )

    first, later = bedside.ask(facts, bedside.np.array(case.moments_us))

    alert = next(one for one in later.conditions if one.problem == "crs_grade")
    assert (first.crs.grade, later.crs.grade) == (2, 1)
    assert later.word_on(CRS) is not None
    assert (alert.state, alert.severity, alert.priority) == ("active", 2, Priority.MEDIUM)
    assert later.from_document(orjson.loads(orjson.dumps(later))) == later


def test_a_grade_set_to_none_rests_until_it_rises() -> None:
    at_one = Condition(
        problem="crs_grade",
        state=ConditionState.ACTIVE,
        priority=Priority.LOW,
        severity=1,
        label="CRS grade 1 suggested (ASTCT)",
        criteria=("fever",),
        action="Confirm the grade; treat by local protocol.",
    )
    policy = load_policy()
    stood = confirmed_grade([word(0, 1)], CRS, computed=1, at_us=0, before=())
    rises = confirmed_grade([word(0, 1)], CRS, computed=2, at_us=1, before=())
    assert stood is not None
    assert rises is not None

    (rests,) = heard((at_one,), (stood,), policy)
    (speaks,) = heard((replace(at_one, severity=2),), (rises,), policy)

    assert rests == replace(
        at_one,
        state=ConditionState.NORMAL,
        severity=0,
        label="CRS grade 0 confirmed by a clinician",
        criteria=(),
        action=None,
    )
    assert speaks == replace(at_one, severity=2)


@pytest.mark.parametrize(
    ("scale", "problem", "grade", "priority", "name"),
    [
        (CRS, "crs_grade", 2, Priority.MEDIUM, "CRS"),
        (ICANS, "icans_grade", 3, Priority.HIGH, "ICANS"),
        (CRS, "crs_grade", 5, Priority.HIGH, "CRS"),
    ],
)
@pytest.mark.parametrize("state", [ConditionState.ACTIVE, ConditionState.NO_DATA])
def test_the_alert_of_a_confirmed_grade_says_who_said_so_and_what_ends_it(
    scale: str, problem: str, grade: int, priority: Priority, name: str, state: ConditionState
) -> None:
    computed = None if state is ConditionState.NO_DATA else 1
    rules_say = Condition(
        problem=problem,
        state=state,
        priority=Priority.LOW,
        severity=computed or 0,
        label="what the rules say",
        criteria=("fever",),
        action="Confirm the grade; treat by local protocol.",
    )
    fever = replace(rules_say, problem="fever", state=ConditionState.ACTIVE)
    said = [replace(word(grade, grade), scale=scale)]
    (stood,) = confirmed_grades(
        tuple(said), {scale: computed, "other": 2}, at_us=HOUR_US, before=()
    )

    shown, other = heard((rules_say, fever), (stood,), load_policy())

    assert other == fever
    assert shown == replace(
        rules_say,
        state=ConditionState.ACTIVE,
        priority=priority,
        severity=grade,
        label=f"{name} grade {grade} confirmed by a clinician",
        action="A lower grade has to be confirmed by a clinician.",
    )


def test_a_word_at_the_shown_grade_changes_nothing_of_an_alert_and_no_word_none_at_all() -> None:
    (stood,) = confirmed_grades((word(2, 2),), {CRS: 2}, at_us=0, before=())

    assert heard((AT_TWO,), (stood,), load_policy()) == (AT_TWO,)
    assert heard((AT_TWO,), (), load_policy()) == (AT_TWO,)
    assert confirmed_grades((), {CRS: 2}, at_us=0, before=()) == ()


def test_the_word_itself_is_kept_with_what_the_rules_said_then() -> None:
    (stood,) = confirmed_grades((word(1, 2, row_id=7),), {CRS: 2}, at_us=HOUR_US, before=())

    assert stood == ConfirmedGrade(
        scale=CRS,
        grade=1,
        computed_then=2,
        stated_us=0,
        by="dr.okonkwo",
        row_id=7,
        rose=False,
        expired=False,
        shown=1,
    )


def test_an_evaluation_of_an_earlier_version_is_still_read() -> None:
    last = bedside.judge(bedside.read("0 set, T 38.6"))[-1]
    document = orjson.loads(orjson.dumps(last))
    for key in ("icans", "confirmed", "therapy_class"):
        del document[key]

    read = last.from_document(document)

    assert (read.icans, read.confirmed, read.crs) == (None, (), last.crs)


def test_the_words_of_an_evaluation_follow_what_the_rules_say_now() -> None:
    (stood,) = confirmed_grades((word(2, 2),), {CRS: 3}, at_us=HOUR_US, before=())

    assert (stood.shown, stood.rose) == (3, True)


def test_an_urgent_alert_that_a_clinician_set_to_none_is_urgent_no_more() -> None:
    (stood,) = confirmed_grades((word(0, 2),), {CRS: 2}, at_us=0, before=())

    (rests,) = heard((AT_TWO,), (stood,), load_policy())

    assert (rests.state, rests.priority, rests.severity) == ("normal", Priority.LOW, 0)
