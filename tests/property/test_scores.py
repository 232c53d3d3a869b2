"""Every points table agrees with its plain second scorer, on every limit and a step beside it."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.clinical.scales import registry
from tests.property import naive_scores as naive

Record = dict[str, Any]
TRUTH = st.sampled_from([None, True, False])


def near(step: float, *limits: float, low: float = 0.0) -> st.SearchStrategy[float | None]:
    """Each limit, a step and a tenth of one beside it, values far away, and not known."""
    values = {
        round(limit + k * step / 10, 6) for limit in limits for k in (-20, -10, -1, 0, 1, 10, 20)
    }
    return st.none() | st.sampled_from(sorted(v for v in values if v >= low))


GRADE = st.none() | st.integers(0, 5)
TEMP = near(0.1, 36.0, 38.0, 38.3, 38.4, 39.4)
SCORES: dict[str, tuple[Callable[..., naive.Answer], dict[str, tuple[str, Any]]]] = {
    # The naive scorer's name of each value: the field that carries it, and what it may be.
    "sirs": (
        naive.sirs,
        {
            "temp": ("temp_c", TEMP),
            "hr": ("hr", near(1, 90)),
            "rr": ("rr", near(1, 20)),
            "paco2": ("paco2_mmhg", near(1, 32)),
            "wbc": ("wbc", near(0.1, 4, 12)),
            "bands": ("bands_percent", near(1, 10)),
            "lymphodepleted": ("after_lymphodepletion", TRUTH),
        },
    ),
    "qsofa": (
        naive.qsofa,
        {
            "rr": ("rr", near(1, 22)),
            "sbp": ("sbp", near(1, 100)),
            "gcs": ("gcs", st.none() | st.integers(3, 15)),
            "altered": ("altered_mentation", TRUTH),
        },
    ),
    "hscore": (
        naive.hscore,
        {
            "immunosuppression": ("immunosuppression", TRUTH),
            "temp": ("temp_c", TEMP),
            "liver": ("hepatomegaly", TRUTH),
            "spleen": ("splenomegaly", TRUTH),
            "hb": ("hb", near(0.1, 9.2)),
            "wbc": ("wbc", near(0.1, 5)),
            "platelets": ("platelets", near(1, 110)),
            "ferritin": ("ferritin", near(1, 2000, 6000)),
            "triglycerides": ("triglycerides_mmol_l", near(0.1, 1.5, 4)),
            "fibrinogen": ("fibrinogen_g_l", near(0.1, 2.5)),
            "ast": ("ast", near(1, 30)),
            "haemophagocytosis": ("haemophagocytosis", TRUTH),
        },
    ),
    "car-hematotox": (
        naive.car_hematotox,
        {
            "platelets": ("platelets", near(1, 75, 175)),
            "anc": ("anc", near(0.1, 1.2)),
            "hb": ("hb", near(0.1, 9.0)),
            "crp": ("crp_mg_dl", near(0.1, 3.0)),
            "ferritin": ("ferritin", near(1, 650, 2000)),
        },
    ),
    "hlh-2004": (
        naive.hlh_2004,
        {
            "molecular": ("molecular_diagnosis", TRUTH),
            "fever": ("fever", TRUTH),
            "temp": ("temp_c", TEMP),
            "spleen": ("splenomegaly", TRUTH),
            "hb": ("hb", near(0.1, 9, 10)),
            "neonate": ("neonate", TRUTH),
            "platelets": ("platelets", near(1, 100)),
            "anc": ("anc", near(0.1, 1.0)),
            "triglycerides": ("triglycerides_mg_dl", near(1, 265)),
            "fibrinogen": ("fibrinogen_mg_dl", near(1, 150)),
            "haemophagocytosis": ("haemophagocytosis", TRUTH),
            "nk_low": ("nk_activity_low_or_absent", TRUTH),
            "ferritin": ("ferritin", near(1, 500)),
            "scd25": ("scd25", near(1, 2400)),
        },
    ),
    "cartox-hlh": (
        naive.cartox,
        {
            "peak_ferritin": ("peak_ferritin", near(1, 10_000)),
            "bilirubin": ("bilirubin_grade", GRADE),
            "ast": ("ast_grade", GRADE),
            "alt": ("alt_grade", GRADE),
            "oliguria": ("oliguria_grade", GRADE),
            "creatinine": ("creatinine_grade", GRADE),
            "lungs": ("pulmonary_oedema_grade", GRADE),
            "haemophagocytosis": ("haemophagocytosis", TRUTH),
        },
    ),
    "iec-hs": (
        naive.iec_hs,
        {
            "ferritin": ("ferritin", near(1, 400, 600)),
            "ferritin_uln": ("ferritin_uln", st.sampled_from([None, 200.0, 300.0])),
            "ferritin_baseline": ("ferritin_baseline", st.sampled_from([None, 200.0, 300.0])),
            "rising": ("ferritin_rapidly_rising", TRUTH),
            "ast": ("ast", near(1, 200)),
            "ast_uln": ("ast_uln", st.sampled_from([None, 40.0])),
            "alt": ("alt", near(1, 225)),
            "alt_uln": ("alt_uln", st.sampled_from([None, 45.0])),
            "fibrinogen": ("fibrinogen_mg_dl", near(1, 150, 200)),
            "fibrinogen_lln": ("fibrinogen_lln_mg_dl", st.sampled_from([None, 140.0, 200.0])),
            "haemophagocytosis": ("haemophagocytosis", TRUTH),
            "platelets": ("platelets", near(1, 25)),
            "anc": ("anc", near(0.1, 0.5)),
            "new_cytopenia": ("new_grade_4_cytopenia", TRUTH),
            "ldh": ("ldh", near(1, 250)),
            "ldh_uln": ("ldh_uln", st.sampled_from([None, 250.0])),
            "temp": ("temp_c", TEMP),
            "fever": ("fever", TRUTH),
            "triglycerides": ("triglycerides_mg_dl", near(1, 265)),
        },
    ),
    "febrile-neutropenia": (
        naive.febrile_neutropenia,
        {
            "temp": ("temp_c", TEMP),
            "sustained": ("sustained_1_h", TRUTH),
            "anc": ("anc", near(0.1, 0.5)),
            "expected": ("anc_expected_below_500", TRUTH),
        },
    ),
}

SAID_TWICE = {("qsofa", "mentation"), ("hlh-2004", "fever"), ("iec-hs", "fever")}


def values_of(name: str) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({key: strategy for key, (_, strategy) in SCORES[name][1].items()})


def as_record(name: str, values: dict[str, Any]) -> Record:
    fields = SCORES[name][1]
    return {fields[key][0]: value for key, value in values.items() if value is not None}


@pytest.mark.parametrize("name", SCORES)
@given(data=st.data())
def test_the_table_agrees_with_the_plain_scorer(name: str, data: st.DataObject) -> None:
    drawn = data.draw(st.lists(values_of(name), min_size=1, max_size=12))

    answers = registry.scale(name).of([as_record(name, values) for values in drawn])

    for values, answer in zip(drawn, answers, strict=True):
        total, minimum, flags = SCORES[name][0](**values)
        assert answer.value == total, (values, answer)
        assert set(answer.flags) == flags, (values, answer)
        assert sum(one.weight for one in answer.evidence) == minimum
        details = answer.details or {}
        assert details.get("minimum") == (minimum if total is None else None)


@pytest.mark.parametrize("name", SCORES)
@given(data=st.data())
def test_what_is_not_missing_changes_no_point(name: str, data: st.DataObject) -> None:
    """Filling in a field that is not named as missing never changes a known total."""
    values = data.draw(values_of(name))
    record = as_record(name, values)
    asked = registry.scale(name)
    (before,) = asked.of([record])
    absent = [
        (key, field)
        for key, (field, _) in SCORES[name][1].items()
        if field not in record and field not in before.missing
    ]
    if not absent:
        return
    key, field = data.draw(st.sampled_from(absent))
    value = data.draw(SCORES[name][1][key][1])
    if value is None:
        return

    (after,) = asked.of([{**record, field: value}])

    for part, points in (before.parts or {}).items():
        # A second word for one finding is not asked for, and counts when it is worse.
        if points is not None and (name, part) not in SAID_TWICE:
            assert (after.parts or {})[part] == points, (record, field, value)


@pytest.mark.parametrize("name", SCORES)
@given(data=st.data())
def test_more_knowledge_never_lowers_what_is_certain(name: str, data: st.DataObject) -> None:
    values = data.draw(values_of(name))
    record = as_record(name, values)
    kept = data.draw(st.sets(st.sampled_from(sorted(record)))) if record else set()
    asked = registry.scale(name)

    part, whole = asked.of([{field: record[field] for field in kept}, record])

    assert sum(one.weight for one in part.evidence) <= sum(one.weight for one in whole.evidence)
