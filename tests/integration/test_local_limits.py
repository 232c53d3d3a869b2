"""A ward or a patient gets limits of its own: with a name, a reason, and nothing judged again."""

from typing import Any

import pytest

from db.engine import Store
from db.queries import audit, evaluations, policies
from db.queries.policies import PolicyRow
from monitoring.clinical.policy import load_policy, packaged_limits
from monitoring.clinical.results import Evaluation
from monitoring.services.also import also_now
from monitoring.services.errors import RefusedError
from monitoring.services.patient import open_page
from monitoring.services.policies import PACKAGED, Place, history, keep_packaged, set_limits
from monitoring.services.record import NewValue, preview, record_set
from tests.contract.ward import behind_the_back
from tests.stories import NURSE, PHYSICIAN, Bedside, bedside, clock, values_of

LUNG = {"hypoxia": {"spo2_percent": 88.0}}


@pytest.fixture
def bed(store: Store) -> Bedside:
    """One admitted patient."""
    return bedside(store)


def limits(
    bed: Bedside, place: Place, content: dict[str, Any], at: str, reason: str = "chronic lung"
) -> PolicyRow:
    return set_limits(
        bed.store, place=place, limits=content, reason=reason, actor=PHYSICIAN, now=clock(at)
    )


def test_a_patients_limit_holds_from_then_on_and_rewrites_nothing(bed: Bedside) -> None:
    bed.well("06:00", spo2=90)
    assert "hypoxia" in bed.open_problems()
    before = bed.latest()

    row = limits(bed, Place(encounter_id=bed.encounter_id), LUNG, "07:00")
    assert bed.latest() == before
    bed.well("08:00", spo2=91)

    said = {one.problem: one.state.value for one in bed.latest().conditions}
    assert said["hypoxia"] == "normal"
    assert (row.author, row.reason, row.effective_from) == (
        PHYSICIAN,
        "chronic lung",
        clock("07:00"),
    )
    with bed.store.read() as session:
        old = evaluations.before(session, bed.encounter_id, clock("07:59"))
        assert audit.verify(session).ok
    assert old is not None
    assert Evaluation.from_document(old.document) == before


def said_at(bed: Bedside, at: str, problem: str) -> str:
    """The state of a problem in the newest evaluation of a moment."""
    with bed.store.read() as session:
        row = evaluations.before(session, bed.encounter_id, clock(at))
    assert row is not None
    found = Evaluation.from_document(row.document).conditions
    return next(one for one in found if one.problem == problem).state.value


def test_a_late_value_is_judged_by_the_limit_of_its_own_time(bed: Bedside) -> None:
    bed.well("05:00")
    limits(bed, Place(encounter_id=bed.encounter_id), LUNG, "07:00")
    bed.well("08:00", spo2=90)
    assert said_at(bed, "08:01", "hypoxia") == "normal"

    seen = preview(
        bed.store,
        encounter_id=bed.encounter_id,
        values=values_of(spo2=90),
        taken_at=clock("06:59"),
        now=clock("08:10"),
    )
    assert next(c for c in seen.after.conditions if c.problem == "hypoxia").state == "active"
    bed.well("06:59", known="08:10", spo2=90)
    bed.well("07:00", known="08:11", spo2=90)

    assert said_at(bed, "07:00", "hypoxia") == "active", "the ward's limit was 92 % then"
    assert said_at(bed, "07:01", "hypoxia") == "normal", "and the patient's 88 % from seven on"
    assert said_at(bed, "08:01", "hypoxia") == "normal"
    limits(bed, Place(encounter_id=bed.encounter_id), {}, "09:00", reason="recovered")
    bed.chart("05:30", known="09:10", hr=80)
    assert said_at(bed, "08:01", "hypoxia") == "normal", "judged anew, by what held at eight"
    bed.well("09:20", spo2=90)
    assert said_at(bed, "09:21", "hypoxia") == "active"


def test_the_patients_limit_lies_over_the_wards_and_going_back_is_a_version_too(
    bed: Bedside,
) -> None:
    ward, patient = Place(ward_id=bed.ward_id), Place(encounter_id=bed.encounter_id)
    limits(bed, ward, {"hypoxia": {"spo2_percent": 94.0}}, "05:00", reason="high altitude")
    bed.well("06:00", spo2=93)
    assert "hypoxia" in bed.open_problems()

    limits(bed, patient, LUNG, "07:00")
    bed.well("08:00", spo2=93)
    assert "hypoxia" not in {
        one.problem for one in bed.latest().conditions if one.state.value == "active"
    }
    limits(bed, patient, {}, "09:00", reason="recovered")
    bed.well("10:00", spo2=93)

    assert next(c for c in bed.latest().conditions if c.problem == "hypoxia").state == "active"
    assert [row.version for row in history(bed.store, patient)] == ["1", "2"]
    assert [row.reason for row in history(bed.store, ward)] == ["high altitude"]


@pytest.mark.parametrize(
    ("content", "reason", "message"),
    [
        ({"hypoxia": {"spo2": 90}}, "slip", "spo2 cannot be overridden"),
        ({"hypoxia": {"spo2_percent": 8.8}}, "slip", "must lie between 80 and 99"),
        ({"hypoxia": {"severe_percent": 91.0}}, "slip", "must not lie above"),
        (LUNG, " ", "Say why"),
    ],
)
def test_limits_that_make_no_sense_are_refused_and_not_kept(
    bed: Bedside, content: dict[str, Any], reason: str, message: str
) -> None:
    with pytest.raises(RefusedError, match=message):
        limits(bed, Place(ward_id=bed.ward_id), content, "06:00", reason=reason)
    assert history(bed.store, Place(ward_id=bed.ward_id)) == []


def test_a_wards_limit_that_a_patients_own_cannot_bear_is_refused(bed: Bedside) -> None:
    own = Place(encounter_id=bed.encounter_id)
    limits(bed, own, {"hypotension": {"severe_systolic_mmhg": 88.0}}, "05:00")

    with pytest.raises(RefusedError, match="must not lie above systolic_mmhg"):
        limits(bed, Place(ward_id=bed.ward_id), {"hypotension": {"systolic_mmhg": 85.0}}, "06:00")


def test_no_limit_holds_for_the_past(bed: Bedside) -> None:
    with pytest.raises(RefusedError, match="from now on"):
        set_limits(
            bed.store,
            place=Place(),
            limits=LUNG,
            reason="late",
            actor=PHYSICIAN,
            now=clock("06:00"),
            effective_from=clock("05:00"),
        )


def test_an_evaluation_and_an_alert_name_limits_that_the_store_keeps_whole(bed: Bedside) -> None:
    kept = keep_packaged(bed.store, actor=PHYSICIAN, now=clock("05:00"))
    bed.well("06:00", spo2=90)
    limits(bed, Place(encounter_id=bed.encounter_id), LUNG, "07:00")
    before = bed.latest()
    bed.well("08:00", spo2=86)

    assert kept.content == packaged_limits()
    assert before.policy == kept.version == load_policy().id
    after = bed.latest().policy
    assert after == load_policy(LUNG).id
    assert after.startswith(f"{kept.version}+")
    assert bed.thread("hypoxia").snapshot["policy"] == before.policy


def test_the_packaged_limits_are_kept_once_and_again_when_they_were_changed(
    bed: Bedside, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = keep_packaged(bed.store, actor=PHYSICIAN, now=clock("05:00"))
    assert keep_packaged(bed.store, actor=PHYSICIAN, now=clock("06:00")) == first
    assert history(bed.store, Place()) == [], "they are not limits of the house's own"

    altered = {**packaged_limits(), "alerts": {}}
    monkeypatch.setattr("monitoring.services.policies.packaged_limits", lambda: altered)
    second = keep_packaged(bed.store, actor=PHYSICIAN, now=clock("07:00"))
    assert (second.version, second.content) == (first.version, altered)
    assert "under the same name" in second.reason
    with bed.store.read() as session:
        assert policies.versions(session, PACKAGED) == [first, second]
        assert audit.verify(session).ok


def test_a_limit_by_sex_holds_for_the_sex_that_is_recorded(bed: Bedside) -> None:
    by_sex = {"unit": "mg/dL", "female": {"upper": 0.9}, "male": {"upper": 1.2}}
    ours = {"laboratory": {"limits": {"creatinine": by_sex}}}
    limits(bed, Place(ward_id=bed.ward_id), ours, "05:00", reason="our laboratory's sheet")
    bed.well("06:00")
    creatinine = NewValue(
        concept="creatinine", value=1.1, code=None, value_sent="1.1", unit_sent="mg/dL"
    )
    record_set(
        bed.store,
        encounter_id=bed.encounter_id,
        values=[creatinine],
        taken_at=clock("06:00"),
        source="lab",
        source_id="one",
        actor=NURSE,
        now=clock("06:00"),
    )

    def grade() -> float | None:
        page = open_page(bed.store, public_id=bed.public_id, now=clock("06:10"))
        assert page is not None
        found = {one.scale: one for one in also_now(bed.store, page, now=clock("06:10"))}
        return found["ctcae-labs"].answer.value

    assert grade() is None, "no sex is recorded, and none is guessed"
    for sex, told in (("female", 1), ("male", 0), ("other", None)):
        with behind_the_back(bed.store) as clerk:
            clerk.execute(f"UPDATE patient SET sex = '{sex}'")
        assert grade() == told
