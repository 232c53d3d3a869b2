"""How a day went: what was due and did not come, and where a physician graded otherwise."""

from db.engine import Store
from db.queries import census
from monitoring.clinical.confirmation import CRS
from monitoring.services import members
from monitoring.services.access import Member, Role
from monitoring.services.confirm import confirm_grade
from monitoring.services.looking_back import look_back
from monitoring.services.reasons import reasons_document, what_would_change, what_would_change_news2
from tests.stories import MIDNIGHT, PHYSICIAN, bedside, clock


def test_a_day_with_a_late_round_and_a_grade_set_higher(store: Store) -> None:
    patient = bedside(store)
    person = Member(username=PHYSICIAN, display_name="Dr L", role=Role.PHYSICIAN)
    members.add_member(store, person, actor="admin", now=MIDNIGHT)
    patient.well("06:00", temp_c=38.4)
    # Grade 1 asks every two hours: overdue from 08:30 on, and one whole interval more.
    patient.well("11:00", temp_c=38.4)
    confirm_grade(
        store,
        encounter_id=patient.encounter_id,
        scale=CRS,
        grade=2,
        reason="a bolus in the ambulance",
        submission="one",
        actor=PHYSICIAN,
        now=clock("11:10"),
    )

    with store.read() as session:
        encounter = census.encounter(session, patient.encounter_id)
        went = look_back(session, encounter, from_at=clock("05:00"), to_at=clock("12:00"))

    assert (went.observations.spells, went.observations.missed) == (1, 2)
    assert went.observations.overdue_s == 2.5 * 3600
    # ICE was never charted: due since the infusion at midnight, overdue since the first look; at
    # the grade that the physician set it is asked for every six hours.
    assert (went.ice.spells, went.ice.missed, went.ice.overdue_s) == (1, 2, 6 * 3600)
    assert (went.disagreements.words, went.disagreements.at_once) == (1, 1)
    assert (went.disagreements.higher, went.disagreements.higher_s) == (1, 50 * 60)


def test_every_grade_and_score_is_explained_as_json(store: Store) -> None:
    patient = bedside(store)
    patient.well("06:00", temp_c=38.4, device="nasal_cannula", flow_lpm=2)
    with store.read() as session:
        encounter = census.encounter(session, patient.encounter_id)
        evaluation = patient.latest()
        document = reasons_document(
            evaluation,
            what_would_change(session, encounter, evaluation),
            what_would_change_news2(session, encounter, evaluation),
        )

    scales = document["scales"]
    assert scales["astct_crs"]["sentence"].endswith("CRS grade 2 suggested.")
    assert {"grade": 1, "if": "oxygen is no longer needed"} in scales["astct_crs"]["would_lower"]
    assert {"grade": 3, "if": "a vasopressor is started"} in scales["astct_crs"]["would_raise"]
    assert scales["news2"]["sentence"].startswith("NEWS2 ")
    # Respiration, pulse and temperature score 1 at most; on oxygen: 3 in all.
    raised = {one["if"]: one for one in scales["news2"]["would_raise"]}
    assert raised["consciousness is C, V, P or U of ACVPU"]["risk"] == "medium"
    assert scales["news2"]["would_lower"] == []
    assert scales["astct_icans"]["sentence"].startswith("No ICE yet.")
    assert scales["astct_icans"]["missing"][0] == "ice_total"
    assert document["rulebook"]
