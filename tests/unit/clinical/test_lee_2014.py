"""Lee 2014 and CTCAE terms: files in doubt are refused, records that contradict are named."""

import pytest

from monitoring.clinical.rule_file import RuleFileError, read_packaged
from monitoring.clinical.scales import ctcae_terms, lee_2014, registry
from monitoring.clinical.scales.fields import RecordError


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (
            lambda c: c["criterion"].pop(3),
            (
                "lee_2014.toml: the criteria must be, in this order, fever, symptoms, "
                "oxygen_below_40, fluids, low_dose_vasopressor, organ_grade_2, "
                "oxygen_from_40, high_dose_vasopressor, multiple_vasopressors, organ_grade_3, "
                "ventilator, organ_grade_4, death."
            ),
        ),
        (
            lambda c: c["criterion"][3].pop("source"),
            "lee_2014.toml, criterion 4: source is missing; add it.",
        ),
        (
            lambda c: c["criterion"][3].update(inputs=["blood_pressure"]),
            "lee_2014.toml, criterion 4: blood_pressure is not a field of this scale.",
        ),
        (
            lambda c: [one.update(leaves=f"row {n}") for n, one in enumerate(c["criterion"][3:6])],
            "lee_2014.toml: leaves row 0, row 1, row 2 is not a criterion of this scale.",
        ),
        (
            lambda c: c["criterion"][3].update(low=1.0),
            "lee_2014.toml, criterion 4: low and high stand together.",
        ),
        (
            lambda c: c["criterion"][3].update(id="fever"),
            "lee_2014.toml: two criteria have one id.",
        ),
        (
            lambda c: c["high_dose"].pop("at_least_hours"),
            "lee_2014.toml, high_dose: at_least_hours is missing; add it.",
        ),
        (
            lambda c: c["high_dose"]["alone"][0].update(from_dose="20"),
            "lee_2014.toml, high_dose, alone 1: from_dose must be a number.",
        ),
        (
            lambda c: c["high_dose"]["alone"][0].update(agent="dobutamine"),
            (
                "lee_2014.toml, high_dose: every row of alone must be a vasopressor of the "
                "ASTCT rules, not vasopressin."
            ),
        ),
        (
            lambda c: c["high_dose"].pop("combination"),
            "lee_2014.toml, high_dose: combination is missing; add it.",
        ),
        (
            lambda c: c["oxygen"].update(high_from_fraction=40),
            "lee_2014.toml, oxygen: high_from_fraction must lie between 0.22 and 1.",
        ),
        (
            lambda c: c["fever"].update(below_c=36.0),
            "lee_2014.toml, fever: unknown key below_c; correct or remove it.",
        ),
    ],
)
def test_a_file_in_doubt_is_refused_whole(
    monkeypatch: pytest.MonkeyPatch, change: object, why: str
) -> None:
    content = read_packaged("lee_2014.toml")
    change(content)  # type: ignore[operator]
    monkeypatch.setattr(lee_2014, "read_packaged", lambda _: content)
    with pytest.raises(RuleFileError) as refused:
        lee_2014.load_lee.__wrapped__()
    assert str(refused.value) == why


def test_a_term_without_a_row_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    content = read_packaged("ctcae_v5_terms.toml")
    content["fever"]["criterion"].pop(0)
    monkeypatch.setattr(ctcae_terms, "read_packaged", lambda _: content)
    with pytest.raises(RuleFileError, match="must be, in this order, from_38"):
        ctcae_terms.load_terms.__wrapped__()


@pytest.mark.parametrize(
    ("record", "names"),
    [
        ({"vasopressors": [], "norepinephrine_ug_min": 4}, "norepinephrine_ug_min"),
        ({"vasopressors": ["norepinephrine"], "norepinephrine_ug_min": 0}, "norepinephrine_ug_min"),
        ({"vasopressors": ["vasopressin"], "vasopressin": False}, "vasopressin"),
        ({"temp_c": 38.0, "temp_f": 104.0}, "temp_f"),
        ({"fio2": 4}, "fio2"),
        ({"organ_toxicity_grade": 2.5}, "organ_toxicity_grade"),
        ({"vasopresors": ["norepinephrine"]}, "vasopresors"),
        ({"vasopressors": ["noradrenalin"]}, "vasopressors"),
    ],
)
def test_a_record_that_cannot_be_is_refused_by_name(record: dict[str, object], names: str) -> None:
    with pytest.raises(RecordError, match=names):
        registry.scale(lee_2014.NAME).of([record])


def test_grade_3_reads_40_per_cent_and_more() -> None:
    """A reproduction of the table (view-large/6500909) prints "< 40 %" there."""
    labels = {one.id: (one.grade, one.label) for one in lee_2014.load_lee().table.criteria}
    assert labels["oxygen_below_40"] == (2, "O2 need < 40 %")
    assert labels["oxygen_from_40"] == (3, "O2 need >= 40 %")


@pytest.mark.parametrize("name", ["lee2014", "ctcae-crs"])
def test_a_record_of_astct_can_be_asked_as_it_is(name: str) -> None:
    asked = {field.name for field in registry.scale("astct-crs").fields}
    assert asked <= {field.name for field in registry.scale(name).fields}
