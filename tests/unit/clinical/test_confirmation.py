"""A clinician's word on a grade: it never falls silently, and it never hides what came after."""

from dataclasses import replace

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.clinical.confirmation import CRS, ICANS, confirmed_grade, heard
from monitoring.clinical.facts import GradeStatement
from monitoring.clinical.policy import load_policy
from monitoring.clinical.results import Condition, ConditionState, ConfirmedGrade, Priority
from tests.spec import bedside

HOUR_US = 3_600_000_000


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
    )
    policy = load_policy()
    stood = confirmed_grade([word(0, 1)], CRS, computed=1, at_us=0, before=())
    rises = confirmed_grade([word(0, 1)], CRS, computed=2, at_us=1, before=())
    assert stood is not None
    assert rises is not None

    (rests,) = heard((at_one,), (stood,), policy)
    (speaks,) = heard((replace(at_one, severity=2),), (rises,), policy)

    assert (rests.state, rests.severity) == ("normal", 0)
    assert (speaks.state, speaks.severity) == ("active", 2)


def test_an_evaluation_of_an_earlier_version_is_still_read() -> None:
    last = bedside.judge(bedside.read("0 set, T 38.6"))[-1]
    document = orjson.loads(orjson.dumps(last))
    for key in ("icans", "confirmed", "therapy_class"):
        del document[key]

    read = last.from_document(document)

    assert (read.icans, read.confirmed, read.crs) == (None, (), last.crs)
