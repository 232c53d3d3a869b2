"""Guideline text by grade: quoted, cited, and never chosen for a grade that is not known."""

import pytest

from monitoring.clinical import guidance as guidelines
from monitoring.clinical.guidance import Kind, guidance, load_guidelines
from monitoring.clinical.policy_types import THERAPY_CLASSES
from monitoring.clinical.rule_file import RuleFileError, read_packaged
from tests.unit.clinical.spoiling import READERS


def ids(grade: int | None, *therapies: str, products: tuple[str, ...] = ()) -> list[str]:
    return [one.id for one in guidance(grade, therapies=therapies, products=products)]


@pytest.mark.parametrize("grade", [1, 2, 3, 4])
def test_each_grade_has_the_asco_text_of_its_own_and_no_other(grade: int) -> None:
    asco = [one for one in ids(grade) if one.startswith("asco_")]
    assert asco == [f"asco_{grade}"]


def test_grade_2_quotes_the_limits_of_tocilizumab() -> None:
    (text,) = [one for one in guidance(2) if one.id == "asco_2"]
    assert "tocilizumab 8 mg/kg IV over 1 h, max 800 mg/dose" in text.text
    assert "max 3 doses in 24 h, max 4 in total" in text.text
    assert "J Clin Oncol 2021;39:3978-3992" in text.citation
    assert text.dated == "2021"


def test_a_missing_grade_chooses_no_treatment() -> None:
    for grade in (None, 0):
        assert {one.kind for one in guidance(grade, therapies=["car_t"])} == {Kind.MONITORING}
        assert not guidance(grade)


def test_what_is_unsure_says_so_wherever_it_is_quoted() -> None:
    unsure = [one for one in load_guidelines() if one.unverified]
    assert {"refractory", "cartox_notify", "fda_2025_distance"} == {one.id for one in unsure}
    assert all(one.quoted.endswith("(unverified)") for one in unsure)
    assert all("UNSURE" not in one.source for one in load_guidelines() if not one.unverified)


def test_texts_follow_the_therapy_and_the_product() -> None:
    assert "fda_2025" in ids(1, "car_t")
    assert "fda_2025" not in ids(1, "bispecific")
    assert "bispecific_home" in ids(1, "bispecific")
    assert "bispecific_home" not in ids(2, "bispecific")
    assert "teclistamab_stay" in ids(0, "bispecific", products=("Teclistamab",))
    assert "talquetamab_stay" not in ids(0, "bispecific", products=("Teclistamab",))


def test_every_text_is_cited_and_dated_and_kinds_come_in_order() -> None:
    assert all(one.citation and one.dated and "7." in one.source for one in load_guidelines())
    kinds = [list(Kind).index(one.kind) for one in guidance(3, therapies=["car_t"])]
    assert kinds == sorted(kinds)
    assert guidelines.NOT_AN_ORDER == "Guideline text, not an order"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (
            {"source": "UNSURE: a blog", "unverified": False},
            r"text 1: the source is unsure: mark the text unverified\.$",
        ),
        ({"therapies": ["car_t", "radiotherapy"]}, "therapies must be of car_t"),
        ({"kind": "order"}, r"kind must be one of management, adjunct, monitoring\.$"),
        ({"id": "asco_2"}, "two texts have one id"),
    ],
)
def test_a_text_in_doubt_is_refused(change: dict[str, object], why: str) -> None:
    content = read_packaged("guidelines.toml")
    content["text"][0].update(change)

    with pytest.raises(RuleFileError, match=why):
        READERS["guidelines.toml"](content)


def test_a_text_for_every_therapy_and_one_that_is_unsure_and_says_so_are_read() -> None:
    content = read_packaged("guidelines.toml")
    content["text"][0].update(therapies=list(THERAPY_CLASSES), source="UNSURE", unverified=True)

    READERS["guidelines.toml"](content)
