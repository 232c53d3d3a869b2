"""Recording stores, grades, alerts and audits at once, on both engines."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from db.engine import Store
from db.errors import SupersededError
from db.queries import audit, observations, treatments, versions
from monitoring.clinical.results import GradeStatus
from monitoring.services import alerts, correct, treat
from monitoring.services.baseline import set_baseline
from monitoring.services.errors import RefusedError
from monitoring.services.record import preview, record_set
from monitoring.services.threads import told
from tests.stories import NURSE, PHYSICIAN, Bedside, bedside, clock, values_of


@pytest.fixture
def bed(store: Store) -> Bedside:
    """One admitted patient."""
    return bedside(store)


def version(bed: Bedside) -> int:
    with bed.store.read() as session:
        return versions.current(session)[bed.ward_id]


def test_a_fever_is_graded_alerted_and_audited_when_it_is_saved(bed: Bedside) -> None:
    bed.well("06:00")
    assert bed.latest().crs.grade == 0
    before = version(bed)

    recorded = bed.well("10:00", temp_c=38.4)

    assert recorded.stored
    assert recorded.before is not None
    assert recorded.before.crs.grade == 0
    assert bed.latest().crs.grade == 1
    assert bed.latest().crs.status is GradeStatus.GRADED
    assert bed.open_problems()["crs_grade"] == "unacknowledged"
    assert version(bed) > before
    with bed.store.read() as session:
        report = audit.verify(session)
    assert report.ok


def test_the_same_submit_is_stored_once(bed: Bedside) -> None:
    first = bed.chart("08:00", key="one-press", temp_c=38.2)
    version_after_first = version(bed)
    second = bed.chart("08:00", key="one-press", temp_c=38.2)

    assert first.stored
    assert not second.stored
    assert version(bed) == version_after_first
    with bed.store.read() as session:
        rows = observations.window(
            session, bed.encounter_id, from_at=clock("00:00"), to_at=clock("24:00")
        )
    assert len(rows) == 1


def test_two_hands_pressing_save_at_once_store_it_once(bed: Bedside) -> None:
    with ThreadPoolExecutor(4) as pool:
        stored = list(
            pool.map(lambda _: bed.chart("08:00", key="same", temp_c=38.2).stored, range(8))
        )
    assert stored.count(True) == 1


def test_the_fever_that_tocilizumab_hides_keeps_the_grade_by_pressure_and_oxygen(
    bed: Bedside,
) -> None:
    bed.well("06:00", temp_c=38.9)
    bed.give("07:00", "anticytokine", "tocilizumab")
    bed.give("08:00", "vasopressor", "norepinephrine", running=True)

    recorded = bed.well("12:00", temp_c=36.9, sbp=96, dbp=58)

    assert recorded.evaluation is not None
    assert recorded.evaluation.crs.grade == 3
    assert recorded.evaluation.crs.fever_waived


def test_a_treatment_entered_by_mistake_is_struck_out_and_the_grade_follows(bed: Bedside) -> None:
    bed.well("06:00", temp_c=38.9, sbp=84, dbp=50)
    given = bed.give("07:00", "vasopressor", "norepinephrine", running=True)
    bed.well("08:00", temp_c=38.9, sbp=84, dbp=50)
    assert bed.latest().crs.grade == 3
    treatment_id = int(given.entity_id or 0)

    with pytest.raises(RefusedError, match="Say why"):
        treat.strike_out_treatment(
            bed.store, treatment_id=treatment_id, reason=" ", actor=NURSE, now=clock("08:05")
        )
    treat.strike_out_treatment(
        bed.store,
        treatment_id=treatment_id,
        reason="Wrong patient",
        actor=NURSE,
        now=clock("08:05"),
    )

    assert bed.latest().crs.grade == 2
    with bed.store.read() as session:
        assert treatments.current(session, bed.encounter_id) == []
        before, struck = treatments.all_versions(session, bed.encounter_id)
    assert (before.status, struck.status) == ("in-progress", "entered-in-error")
    assert (struck.supersedes_id, struck.reason) == (before.id, "Wrong patient")
    with pytest.raises(SupersededError):
        treat.strike_out_treatment(
            bed.store, treatment_id=treatment_id, reason="again", actor=NURSE, now=clock("08:06")
        )


def test_of_a_fever_and_the_grade_that_says_it_one_is_told(bed: Bedside) -> None:
    recorded = bed.well("06:00", temp_c=39.2)

    assert {"fever", "crs_grade"} <= {change.problem for change in recorded.changes}
    assert [change.problem for change in told(recorded.changes)] == ["crs_grade"]


def test_preview_says_what_saving_would_do_and_writes_nothing(bed: Bedside) -> None:
    bed.well("06:00", temp_c=38.5)
    before = version(bed)

    seen = preview(
        bed.store,
        encounter_id=bed.encounter_id,
        values=values_of(device="nasal_cannula", flow_lpm=2, spo2=93, temp_c=38.3),
        taken_at=clock("07:00"),
        now=clock("07:01"),
    )

    assert seen.before is not None
    assert (seen.before.crs.grade, seen.after.crs.grade) == (1, 2)
    assert version(bed) == before
    saved = bed.chart("07:00", device="nasal_cannula", flow_lpm=2, spo2=93, temp_c=38.3)
    assert saved.evaluation is not None
    assert saved.evaluation.crs.grade == seen.after.crs.grade


def test_a_late_value_is_judged_from_its_own_time(bed: Bedside) -> None:
    bed.well("06:00")
    bed.well("10:00")
    assert bed.latest().crs.grade == 0

    bed.chart("09:30", known="10:05", temp_c=38.6)

    assert bed.latest().crs.grade == 1
    assert "crs_grade" in bed.open_problems()


def test_an_amended_value_takes_the_grade_with_it_and_stays_readable(bed: Bedside) -> None:
    bed.well("06:00", temp_c=39.2)
    assert bed.latest().crs.grade == 1
    wrong = bed.value_row("body_temperature")

    correct.amend_value(
        bed.store,
        observation_id=wrong.id,
        value=36.2,
        code=None,
        value_sent="36.2",
        unit_sent="Cel",
        reason="typed into the wrong field",
        actor=NURSE,
        now=clock("06:20"),
    )

    assert bed.latest().crs.grade == 0
    assert bed.value_row("body_temperature").value_num == pytest.approx(36.2)
    with bed.store.read() as session:
        known_then = observations.window(
            session,
            bed.encounter_id,
            from_at=clock("00:00"),
            to_at=clock("12:00"),
            as_known_at=clock("06:10"),
        )
    temperatures = [r.value_num for r in known_then if r.concept == "body_temperature"]
    assert temperatures == [pytest.approx(39.2)]


def test_a_struck_out_value_is_unknown_again_and_not_normal(bed: Bedside) -> None:
    bed.well("06:00", temp_c=36.5)
    only = bed.value_row("body_temperature")
    correct.strike_out(
        bed.store,
        observation_id=only.id,
        reason="other patient",
        actor=NURSE,
        now=clock("06:05"),
    )
    crs = bed.latest().crs
    assert crs.grade is None
    assert crs.status is GradeStatus.UNKNOWN
    with pytest.raises(RefusedError, match="changed already"):
        correct.strike_out(
            bed.store, observation_id=only.id, reason="again", actor=NURSE, now=clock("06:06")
        )


def test_an_attributed_fever_is_dropped_from_the_grade(bed: Bedside) -> None:
    bed.well("06:00", temp_c=38.8)
    treat.attribute(
        bed.store,
        encounter_id=bed.encounter_id,
        element="fever",
        other_cause="catheter infection",
        note=None,
        from_at=clock("05:00"),
        until_at=None,
        actor=PHYSICIAN,
        now=clock("07:00"),
    )
    assert bed.latest().crs.grade == 0


@pytest.mark.parametrize(
    "impossible",
    [
        {"systolic_mmhg": -5.0},
        {"systolic_mmhg": float("nan")},
        {"systolic_mmhg": 80.0, "diastolic_mmhg": 90.0},
        {"mean_mmhg": 900.0},
        {"home_oxygen_device": "snorkel"},
        {"home_oxygen_device": "nasal_cannula", "home_oxygen_lpm": -1.0},
    ],
)
def test_nobodys_usual_pressure_or_oxygen_is_refused(
    bed: Bedside, impossible: dict[str, float | str]
) -> None:
    usual: dict[str, Any] = {
        "systolic_mmhg": None,
        "diastolic_mmhg": None,
        "mean_mmhg": None,
        "home_oxygen_device": None,
        "home_oxygen_lpm": None,
    }
    with pytest.raises(RefusedError):
        set_baseline(
            bed.store,
            encounter_id=bed.encounter_id,
            effective_from=clock("00:30"),
            spo2_scale=1,
            actor=PHYSICIAN,
            now=clock("00:30"),
            **{**usual, **impossible},
        )


@pytest.mark.parametrize(
    "value", [{"temp_c": 500.0}, {"spo2": 0.0}, {"device": "snorkel"}, {"acvpu": "alert"}]
)
def test_what_is_not_possible_is_refused_whoever_sends_it(
    bed: Bedside, value: dict[str, float | str]
) -> None:
    with pytest.raises(RefusedError, match="not possible"):
        bed.chart("06:00", **value)
    assert bed.well("06:10").stored
    with pytest.raises(RefusedError, match="not possible"):
        correct.amend_value(
            bed.store,
            observation_id=bed.value_row("body_temperature").id,
            value=384.0,
            code=None,
            value_sent="384",
            unit_sent="Cel",
            reason="typed",
            actor=NURSE,
            now=clock("06:20"),
        )


def test_a_pressure_that_is_low_for_others_but_usual_here_does_not_alarm(bed: Bedside) -> None:
    set_baseline(
        bed.store,
        encounter_id=bed.encounter_id,
        effective_from=clock("00:30"),
        systolic_mmhg=88,
        diastolic_mmhg=52,
        mean_mmhg=None,
        home_oxygen_device=None,
        home_oxygen_lpm=None,
        spo2_scale=1,
        actor=PHYSICIAN,
        now=clock("00:30"),
    )
    bed.well("06:00", sbp=87, dbp=51)
    problems = bed.open_problems()
    assert "hypotension" not in problems
    assert "hypotension_without_fever" not in problems


def test_an_alert_is_owned_closed_and_speaks_again_only_when_worse(bed: Bedside) -> None:
    bed.well("06:00", temp_c=38.4)
    thread = bed.thread("crs_grade")
    alerts.acknowledge(
        bed.store, thread_public_id=thread.public_id, note=None, actor=NURSE, now=clock("06:02")
    )
    assert bed.thread("crs_grade").owner == NURSE

    bed.well("07:00", temp_c=38.6)
    assert bed.thread("crs_grade").owner == NURSE, "the same grade says nothing new"

    bed.well("08:00", temp_c=38.6, device="nasal_cannula", flow_lpm=2, spo2=93)
    assert bed.thread("crs_grade").owner is None, "grade 2 speaks again"
    assert bed.thread("crs_grade").public_id == thread.public_id


def test_an_alert_keeps_what_was_true_when_it_was_raised(bed: Bedside) -> None:
    bed.well("06:00", temp_c=38.4, sbp=76, dbp=46)
    snapshot = bed.thread("hypotension").snapshot
    bed.well("07:00", temp_c=38.4, sbp=118)
    assert bed.thread("hypotension").snapshot == snapshot
    assert bed.open_problems()["hypotension"] == "unacknowledged", "back to normal, but untaken"
    assert any(one["value"] == pytest.approx(76) for one in snapshot["evidence"])


@pytest.mark.parametrize(
    ("taken_at", "values", "advice"),
    [
        ("06:00", [], "at least one value"),
        ("06:10", values_of(temp_c=37.0), "in the future"),
    ],
)
def test_what_cannot_be_saved_is_refused_with_advice(
    bed: Bedside, taken_at: str, values: list, advice: str
) -> None:
    with pytest.raises(RefusedError, match=advice):
        record_set(
            bed.store,
            encounter_id=bed.encounter_id,
            values=values,
            taken_at=clock(taken_at),
            source="chart",
            source_id="x",
            actor=NURSE,
            now=clock("06:00"),
        )


def test_a_failure_after_the_values_are_stored_takes_them_back(
    bed: Bedside, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_args: object, **_kwargs: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(audit, "append", fails)
        with pytest.raises(RuntimeError):
            bed.well("06:00", temp_c=39.0)
    with bed.store.read() as session:
        rows = observations.window(
            session,
            bed.encounter_id,
            from_at=clock("00:00"),
            to_at=clock("12:00") + timedelta(days=1),
        )
    assert rows == []
    assert bed.open_problems() == {}


def test_a_sign_that_the_grade_includes_is_no_second_alert(bed: Bedside) -> None:
    bed.well("06:00", temp_c=38.4)
    assert bed.thread("fever").visibility == "inhibited"
    assert bed.thread("crs_grade").visibility == "shown"

    bed.well("07:00", temp_c=39.6)
    assert bed.thread("fever").visibility == "shown", "39.6 is more urgent than grade 1"
