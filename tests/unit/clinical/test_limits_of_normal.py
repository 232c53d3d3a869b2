"""The limits of normal of a ward's own laboratory: in its unit, by sex, and never guessed."""

import pytest

from monitoring.clinical.policy import load_policy
from monitoring.clinical.rule_file import RuleFileError


def test_a_ward_enters_the_limits_of_its_own_laboratory_in_its_own_unit() -> None:
    usual = load_policy().laboratory
    assert usual.normal_at("creatinine", 52, None) is not None

    own = load_policy(
        {
            "laboratory": {
                "limits": {
                    "creatinine": {
                        "upper": 106.08,
                        "unit": "umol/L",
                    },
                    "lactate": {"upper": 2.0, "unit": "mmol/L", "source": "Own laboratory"},
                },
                "validity": {"hours": 24},
            }
        }
    ).laboratory

    creatinine, lactate = own.normal_at("creatinine", None, None), own.normal_at("lactate", 3, None)
    assert creatinine is not None
    assert lactate is not None
    assert (creatinine.upper, creatinine.lower, creatinine.source) == (1.2, None, "Local policy")
    assert (lactate.upper, lactate.source) == (2.0, "Own laboratory")
    assert own.normal_at("ferritin", 52, None) == usual.normal_at("ferritin", 52, None)
    assert own.valid_us == 24 * 3_600_000_000


def test_the_packaged_limits_are_those_of_adults_and_no_guess_for_others() -> None:
    usual = load_policy().laboratory
    assert usual.normal_at("ferritin", 18, None) is not None
    assert usual.normal_at("ferritin", 17.9, None) is None
    assert usual.normal_at("ferritin", None, None) is None
    assert usual.normal_at("lactate", 52, None) is None


def test_limits_by_sex_hold_for_that_sex_and_nobody_else_is_guessed() -> None:
    own = load_policy(
        {
            "laboratory": {
                "limits": {
                    "haemoglobin": {
                        "unit": "g/L",
                        "from_years": 18,
                        "female": {"lower": 120, "upper": 155},
                        "male": {"lower": 135},
                    },
                    "creatinine": {"unit": "mg/dL", "upper": 1.1, "male": {"upper": 1.3}},
                }
            }
        }
    ).laboratory

    def of(concept: str, sex: str | None, age: float | None = 52) -> tuple[object, object] | None:
        found = own.normal_at(concept, age, sex)
        return None if found is None else (found.lower, found.upper)

    assert of("haemoglobin", "female") == (12.0, 15.5)
    assert of("haemoglobin", "male") == (13.5, None), "a side that is not printed is not taken over"
    for sex in ("other", "unknown", None):
        assert of("haemoglobin", sex) is None, "no guess"
        assert of("creatinine", sex) == (None, 1.1), "the one that holds for everybody"
    assert of("creatinine", "male") == (None, 1.3)
    assert of("creatinine", "female") == (None, 1.1)
    assert of("haemoglobin", "female", None) is None
    assert of("haemoglobin", "female", 17.9) is None


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        ({"creatinine": {"upper": 1.2}}, "laboratory.toml, limit 6: unit is missing; add it."),
        (
            {"creatinine": {"upper": 1.2, "unit": "mg/dL", "male": {}}},
            "laboratory.toml, limit 6, male: needs lower or upper.",
        ),
        (
            {"creatinine": {"unit": "mg/dL", "male": {"lower": 2, "upper": 1}}},
            "laboratory.toml, limit 6, male: lower must lie below upper.",
        ),
        (
            {"creatinine": {"unit": "mg/dL", "man": {"upper": 1.2}}},
            "laboratory.toml, limit 6: unknown key man; correct or remove it.",
        ),
        (
            {"creatinine": {"unit": "mg/dL", "male": {"upper": 1.2, "unit": "g/L"}}},
            "laboratory.toml, limit 6, male: unknown key unit; correct or remove it.",
        ),
        (
            {"creatinine": {"upper": 1.2, "unit": "mmol/L"}},
            "laboratory.toml, limit 6: mmol/L is not a unit of creatinine; use mg/dL or umol/L.",
        ),
        ({"creatinine": {"unit": "mg/dL"}}, "laboratory.toml, limit 6: needs lower or upper."),
        (
            {"creatinin": {"upper": 1.2, "unit": "mg/dL"}},
            "laboratory.toml, limit 13: creatinin is not a laboratory concept of the dictionary.",
        ),
        (
            {"creatinine": {"upper": 1.2, "lower": 1.3, "unit": "mg/dL"}},
            "laboratory.toml, limit 6: lower must lie below upper.",
        ),
        (
            {"creatinine": 1.2},
            (
                "policy override, laboratory, limits: must be a table of tests, each a table of"
                " its limits."
            ),
        ),
        (
            [],
            (
                "policy override, laboratory, limits: must be a table of tests, each a table of"
                " its limits."
            ),
        ),
    ],
)
def test_a_limit_that_makes_no_sense_is_refused(limits: object, message: str) -> None:
    with pytest.raises(RuleFileError) as refused:
        load_policy({"laboratory": {"limits": limits}})
    assert str(refused.value) == message


@pytest.mark.parametrize(
    ("laboratory", "message"),
    [
        (3, "policy override, laboratory: must be a table."),
        (
            {"limit": []},
            (
                "policy override, laboratory: name limits of normal by test, as"
                " [laboratory.limits.ferritin]."
            ),
        ),
        (
            {"validities": {}},
            (
                "policy override, laboratory: validities cannot be overridden; see"
                " laboratory.toml for what can."
            ),
        ),
    ],
)
def test_a_laboratory_that_makes_no_sense_is_refused(laboratory: object, message: str) -> None:
    with pytest.raises(RuleFileError) as refused:
        load_policy({"laboratory": laboratory})
    assert str(refused.value) == message
