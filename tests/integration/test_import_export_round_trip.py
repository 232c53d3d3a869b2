"""What goes out comes back: export, import into an empty store, export again, byte for byte."""

import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from db.engine import Store, create_store
from db.queries import confirmations
from monitoring.clinical.confirmation import CRS, ICANS
from monitoring.feeds.problems import FeedError
from monitoring.services import census, members, treat
from monitoring.services.access import Member, Role
from monitoring.services.baseline import set_baseline
from monitoring.services.confirm import confirm_grade
from monitoring.services.correct import amend_value, strike_out
from monitoring.services.errors import RefusedError
from monitoring.services.record import NewValue, record_set
from monitoring.services.therapy import record_therapy
from tests.integration.importing import ACTOR, MIMIC, NOON, Desk


@pytest.fixture
def desk(sqlite_store: Store, tmp_path: Path) -> Desk:
    """A desk at a fresh store."""
    return Desk(store=sqlite_store, folder=tmp_path)


@pytest.fixture
def other_desk(sqlite_template: Path, tmp_path: Path):
    """A desk at another, empty store."""
    path = tmp_path / "other.db"
    shutil.copyfile(sqlite_template, path)
    store = create_store(f"sqlite:///{path}")
    folder = tmp_path / "other"
    folder.mkdir()
    yield Desk(store=store, folder=folder)
    store.close()


RoundTrip = Callable[[Desk, Desk, str], None]


def goes_round(desk: Desk, other: Desk, identifier: str) -> None:
    """Export, take in elsewhere later, take in again, and export from there."""
    exported = desk.export(identifier)
    first = other.restore(exported, now=NOON + timedelta(days=1))
    again = other.restore(exported, now=NOON + timedelta(days=2))
    assert first.stays_new == 1
    assert (again.stays_new, again.accepted) == (0, 0)
    assert other.export(identifier).read_bytes() == exported.read_bytes()


@pytest.mark.parametrize(
    ("file", "identifier"),
    [
        ("crossformat_mimic4_odbl/10001217.csv", "10001217"),
        ("crossformat_mimic4_odbl/10007928.csv", "10007928"),
        ("challenge2019_ccby/p000003.psv", "p000003"),
    ],
)
def test_a_real_file_goes_round_and_is_known_when_the_file_itself_comes_again(
    desk, other_desk, shared_data, file, identifier
):
    imported = desk.take(shared_data / file)
    goes_round(desk, other_desk, identifier)
    assert other_desk.said(identifier) == desk.said(identifier)
    assert other_desk.evaluation(identifier).crs.grade == desk.evaluation(identifier).crs.grade

    once_more = other_desk.take(shared_data / file, now=NOON + timedelta(days=3))

    assert (once_more.accepted, once_more.known) == (0, imported.accepted)


def chart(desk: Desk, encounter_id: int, **sent: str) -> None:
    """A set charted by hand, with a text for each value as it was typed."""
    record_set(
        desk.store,
        encounter_id=encounter_id,
        values=[
            NewValue(
                concept=concept,
                value=float(text.lstrip("=+@'")),
                code=None,
                value_sent=text,
                unit_sent="",
                method="=cmd|' /C calc'!A0",
            )
            for concept, text in sent.items()
        ],
        taken_at=NOON - timedelta(minutes=5),
        source="chart",
        source_id="@submit",
        actor="=nurse()",
        now=NOON,
        partial_reason="-asleep",
    )


def test_corrections_treatments_and_hostile_texts_go_round(desk, other_desk):
    desk.take_text(
        MIMIC
        + "".join(f"7,2150-01-01 {hour:02}:00:00,HR,{80 + hour}\n" for hour in range(5))
        + "7,2150-01-01 04:00:00,O2 Delivery Device(s),Nasal cannula\n"
    )
    stay = desk.stay("7")
    rows = desk.rows("7")
    amend_value(
        desk.store, observation_id=rows[1].id, value=71.0, code=None, value_sent="'71",
        unit_sent="/min", reason='=HYPERLINK("http://127.0.0.1:9/")', actor=ACTOR, now=NOON,
        queried=True,
    )  # fmt: skip
    newest = desk.rows("7")[-1]
    amend_value(
        desk.store, observation_id=newest.id, value=72.0, code=None, value_sent="72",
        unit_sent="/min", reason="a second time\nwith a line", actor=ACTOR, now=NOON,
    )  # fmt: skip
    strike_out(desk.store, observation_id=rows[2].id, reason="wrong patient", actor=ACTOR, now=NOON)
    chart(desk, stay.id, heart_rate="=81", spo2="97")
    desk.take_text(MIMIC + "7,2150-01-01 00:00:00,RR,16\n", now=NOON + timedelta(minutes=1))
    record_therapy(
        desk.store, encounter_id=stay.id, product="axi-cel", therapy_class="car_t",
        doses=[(NOON - timedelta(days=2), "2e8 cells"), (NOON - timedelta(days=1), None)],
        actor=ACTOR, now=NOON,
    )  # fmt: skip
    set_baseline(
        desk.store, encounter_id=stay.id, effective_from=NOON - timedelta(days=3),
        systolic_mmhg=118.0, diastolic_mmhg=70.0, mean_mmhg=None, home_oxygen_device=None,
        home_oxygen_lpm=None, spo2_scale=1, actor=ACTOR, now=NOON,
    )  # fmt: skip
    treat.record_treatment(
        desk.store, encounter_id=stay.id, kind="vasopressor", agent="norepinephrine",
        dose_value=0.05, dose_unit="ug/kg/min", route="IV", indication="hypotension",
        started_at=NOON - timedelta(hours=1), ended_at=None, source="chart", source_id="t1",
        actor=ACTOR, now=NOON,
    )  # fmt: skip
    with desk.store.read() as session:
        from db.queries import treatments

        (running,) = treatments.current(session, stay.id)
    treat.end_treatment(desk.store, treatment_id=running.id, ended_at=NOON, actor=ACTOR, now=NOON)
    treat.attribute(
        desk.store, encounter_id=stay.id, element="fever", other_cause="sepsis", note=None,
        from_at=NOON - timedelta(hours=2), until_at=None, actor=ACTOR, now=NOON,
    )  # fmt: skip

    goes_round(desk, other_desk, "7")

    kept = {(row.source_id, row.status, row.value_sent) for row in other_desk.rows("7")}
    assert ("7/2150-01-01T02:00:00/HR~", "entered-in-error", "") in kept
    assert ("@submit/heart_rate", "final", "=81") in kept


def test_what_clinicians_said_of_grades_goes_round_and_stands_there_too(desk, other_desk):
    desk.take_text(MIMIC + "7,2150-01-01 10:00:00,Temperature Celsius,38.5\n")
    stay = desk.stay("7")
    members.add_member(
        desk.store,
        Member(username="dr.lindqvist", display_name="A. Lindqvist", role=Role.PHYSICIAN),
        actor="admin",
        now=NOON,
    )
    for minutes, scale, grade, reason in (
        (0, CRS, 2, "=fluids before transfer"),
        (1, ICANS, 1, "slow to answer"),
        (2, CRS, 3, "pressor running"),
    ):
        confirm_grade(
            desk.store, encounter_id=stay.id, scale=scale, grade=grade, reason=reason,
            submission=f"submit-{minutes}", actor="dr.lindqvist",
            now=NOON + timedelta(minutes=minutes),
        )  # fmt: skip

    goes_round(desk, other_desk, "7")

    with other_desk.store.read() as session:
        said = confirmations.current(session, other_desk.stay("7").id)
    assert [(one.scale, one.grade, one.confirmed_by) for one in said] == [
        (CRS, 2, "dr.lindqvist"),
        (ICANS, 1, "dr.lindqvist"),
        (CRS, 3, "dr.lindqvist"),
    ]
    assert said[0].reason == "=fluids before transfer"
    word = other_desk.evaluation("7").word_on(CRS)
    assert word is not None
    assert word.shown == 3


def test_a_discharged_stay_comes_back_discharged(desk, other_desk):
    desk.take_text(MIMIC + "7,2150-01-01 10:00:00,HR,80\n")
    census.discharge(desk.store, encounter_id=desk.stay("7").id, at=NOON, actor=ACTOR, now=NOON)
    goes_round(desk, other_desk, "7")
    assert other_desk.stay("7").discharged_at == NOON


def test_no_cell_of_an_export_is_a_formula(desk):
    import csv

    desk.take_text(MIMIC + "7,2150-01-01 10:00:00,HR,80\n")
    chart(desk, desk.stay("7").id, heart_rate="=81")
    with desk.export("7").open(newline="") as stream:
        cells = {cell for row in csv.reader(stream) for cell in row}
    assert not [cell for cell in cells if cell.startswith(("=", "+", "@", "\t", "\r"))]
    assert "'=81" in cells


def test_an_export_that_was_cut_off_is_refused_whole(desk, other_desk):
    desk.take_text(MIMIC + "7,2150-01-01 10:00:00,HR,80\n7,2150-01-01 11:00:00,HR,81\n")
    lines = desk.export("7").read_bytes().splitlines(keepends=True)
    for kept in range(1, len(lines)):
        part = other_desk.folder / "part.csv"
        part.write_bytes(b"".join(lines[:kept]))
        with pytest.raises(FeedError, match="Nothing was stored"):
            other_desk.restore(part)


def test_an_export_does_not_double_a_patient_whose_file_was_imported_here(desk, other_desk):
    text = MIMIC + "7,2150-01-01 10:00:00,HR,80\n"
    desk.take_text(text)
    other_desk.take_text(text)
    with pytest.raises(RefusedError, match="under another stay"):
        other_desk.restore(desk.export("7"))
    assert len(other_desk.rows("7")) == 1


def test_one_identifier_of_two_systems_must_be_told_apart(desk):
    from monitoring.feeds.export_format import write_file
    from monitoring.services.outtake import export_stays

    desk.take_text(MIMIC + "7,2150-01-01 10:00:00,HR,80\n")
    desk.take_text("HR|ICULOS\n60|1\n", name="7.psv")
    with pytest.raises(RefusedError, match="--system"):
        desk.export("7")
    with pytest.raises(RefusedError, match="Check the spelling"):
        desk.export("8")
    count = export_stays(
        desk.store,
        write=lambda rows: write_file(desk.folder / "one.csv", rows),
        actor=ACTOR,
        now=NOON,
        identifier="7",
        identifier_system="mimic-iv",
    )
    assert count == 4
