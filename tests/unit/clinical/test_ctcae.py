"""CTCAE v5.0 as data: strict when read, complete for what can be charted."""

import pytest

from monitoring.clinical import ctcae
from monitoring.clinical.concepts import SYMPTOMS
from monitoring.clinical.ctcae import load_ctcae, offered, wording
from monitoring.clinical.rule_file import RuleFileError, read_packaged

RULES = load_ctcae()


def test_the_sixteen_symptoms_of_the_ward_all_have_a_term() -> None:
    # Fourteen are charted; fever and low blood pressure come from the vital signs.
    assert len(SYMPTOMS) == 14
    assert all(RULES.of_concept(one.code) for one in SYMPTOMS)
    assert {"Fever", "Hypotension", "Hypoxia"} == {
        one.term for one in RULES.terms if one.concept is None
    }


@pytest.mark.parametrize(
    ("concept", "highest"),
    [
        ("symptom_chills", 3),
        ("symptom_fatigue", 3),
        ("symptom_nausea_vomiting", 4),
        ("symptom_diarrhoea", 4),
        ("symptom_headache", 3),
        ("symptom_cough", 3),
        ("symptom_joint_pain", 3),
        ("symptom_muscle_pain", 3),
        ("symptom_rash", 3),
        ("symptom_dyspnoea", 4),
        ("symptom_confusion", 4),
        ("symptom_dizziness", 3),
        ("symptom_dysphagia", 4),
        ("symptom_oedema", 4),
    ],
)
def test_grades_that_are_not_defined_are_not_offered(concept: str, highest: int) -> None:
    assert offered(RULES, concept) == tuple(range(highest + 1))
    assert set(wording(RULES, concept)) == set(range(1, highest + 1))


def test_a_symptom_of_two_terms_is_worded_by_both() -> None:
    said = wording(RULES, "symptom_nausea_vomiting")
    assert said[4] == "Vomiting: life-threatening"
    assert said[3].startswith("Nausea: inadequate intake")
    assert wording(RULES, "symptom_headache")[1] == "mild pain"


def test_wording_that_is_unsure_says_so() -> None:
    assert wording(RULES, "symptom_confusion")[3].endswith(" (wording unverified)")
    assert "(wording unverified)" not in wording(RULES, "symptom_confusion")[2]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda c: c["term"][3].pop("grades"), "grades is missing"),
        (lambda c: c["term"][3].update(grades=["mild"]), "needs 5 cells"),
        (lambda c: c["term"][3].update(concept="symptom_boredom"), "not a symptom"),
        (lambda c: c["term"].append(c["term"][3]), "two rows"),
        (lambda c: c["term"].pop(3), "symptom_chills can be charted and has no term"),
        (
            lambda c: c["term"][3].update(grades=["a", "b", "c", "d", "-"]),
            "other grades in the dictionary",
        ),
        (lambda c: c["criterion"].pop(), "must be, in this order"),
        (lambda c: c["criterion"][0].pop("source"), "source is missing"),
        (lambda c: c["criterion"][0].update(inputs=["temperature"]), "is not a field"),
        (
            lambda c: c["fever"].update(grade_3_above_c=38.5),
            r"the limits must rise with the grade\.$",
        ),
        (lambda c: c["fever"].update(grade_2_above_c=38.0), "must rise"),
        (lambda c: c["fever"].update(grade_3_above_c=39.0), "must rise"),
        (lambda c: c.update(extra=1), "unknown key extra"),
    ],
)
def test_a_file_in_doubt_is_refused_whole(
    monkeypatch: pytest.MonkeyPatch, change: object, why: str
) -> None:
    content = read_packaged("ctcae_v5.toml")
    change(content)  # type: ignore[operator]
    monkeypatch.setattr(ctcae, "read_packaged", lambda _: content)
    with pytest.raises(RuleFileError, match=why):
        ctcae.load_ctcae.__wrapped__()
