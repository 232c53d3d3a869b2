"""Lee 2014 and CTCAE terms: files in doubt are refused, records that contradict are named."""

import pytest

from monitoring.clinical.rule_file import RuleFileError, read_packaged
from monitoring.clinical.scales import ctcae_terms, lee_2014, registry
from monitoring.clinical.scales.fields import RecordError


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda c: c["criterion"].pop(3), "must be, in this order"),
        (lambda c: c["criterion"][3].pop("source"), "source is missing"),
        (lambda c: c["criterion"][3].update(inputs=["blood_pressure"]), "is not a field"),
        (lambda c: c["high_dose"].pop("at_least_hours"), "at_least_hours is missing"),
        (lambda c: c["high_dose"]["alone"][0].update(from_dose="20"), "must be a number"),
        (lambda c: c["high_dose"]["alone"][0].update(agent="dobutamine"), "must be a vasopressor"),
        (lambda c: c["high_dose"].pop("combination"), "combination is missing"),
        (lambda c: c["oxygen"].update(high_from_fraction=40), "must lie between"),
        (lambda c: c["fever"].update(below_c=36.0), "unknown key below_c"),
    ],
)
def test_a_file_in_doubt_is_refused_whole(
    monkeypatch: pytest.MonkeyPatch, change: object, why: str
) -> None:
    content = read_packaged("lee_2014.toml")
    change(content)  # type: ignore[operator]
    monkeypatch.setattr(lee_2014, "read_packaged", lambda _: content)
    with pytest.raises(RuleFileError, match=why):
        lee_2014.load_lee.__wrapped__()


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
