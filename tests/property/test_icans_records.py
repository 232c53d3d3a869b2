"""The ICANS grade of a record agrees with a plain grader, over every combination of its domains."""

from itertools import product
from typing import Any

import pytest

from monitoring.clinical.scales.astct_icans import CONSCIOUSNESS, SEIZURES
from monitoring.clinical.scales.registry import scale

ICANS = scale("astct-icans")
SIGNS = ("focal_edema", "diffuse_edema", "posturing", "cn6_palsy", "papilledema", "cushing")
SWELLINGS: list[list[str] | None] = [
    None,
    [],
    *([one] for one in SIGNS),
    ["focal_edema", "papilledema"],
    ["ich_with_edema"],
    ["ich_with_edema", "focal_edema"],
]


def by_ice(score: int) -> int:
    if score == 10:
        return 0
    if score >= 7:
        return 1
    if score >= 3:
        return 2
    return 3


def by_capd(score: int) -> int:
    if score == 0:
        return 0
    return 1 if score <= 8 else 3


def naive(record: dict[str, Any]) -> int | None:
    """Clinical reference 2.2 and 2.3, a question a line; None where nothing can be said."""
    if record.get("sedated"):
        return None
    if not any(
        record.get(name) is not None for name in record if name not in ("age_years", "sedated")
    ):
        return None
    age, ice, capd = record.get("age_years"), record.get("ice"), record.get("capd")
    grades = [0]
    if ice is not None and not (age is not None and age < 12 and capd is not None):
        grades.append(by_ice(ice))
    if capd is not None and not (age is not None and age >= 12 and ice is not None):
        grades.append(by_capd(capd))
    if record.get("unable_to_perform"):
        grades.append(4)
    grades.append(
        {None: 0, "spontaneous": 0, "voice": 2, "tactile": 3, "unarousable": 4}[
            record.get("consciousness")
        ]
    )
    grades.append({None: 0, "none": 0, "brief": 3, "eeg_resolved": 3}.get(record.get("seizure"), 4))
    if record.get("deep_focal_weakness"):
        grades.append(4)
    for sign in record.get("icp") or []:
        if sign != "ich_with_edema":
            grades.append(3 if sign == "focal_edema" else 4)
    return max(grades)


def without_none(record: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if value is not None}


def agrees(records: list[dict[str, Any]]) -> None:
    for record, answer in zip(records, ICANS.of(records), strict=True):
        assert answer.value == naive(record), (record, answer)


def test_adults_over_every_domain() -> None:
    agrees(
        [
            without_none(
                {
                    "ice": ice,
                    "consciousness": conscious,
                    "seizure": seizure,
                    "deep_focal_weakness": weak,
                    "icp": icp,
                }
            )
            for ice, conscious, seizure, weak, icp in product(
                (None, *range(11)),
                (None, *CONSCIOUSNESS),
                (None, *SEIZURES),
                (None, False, True),
                SWELLINGS,
            )
        ]
    )


def test_ages_and_tests_over_both_scores() -> None:
    agrees(
        [
            without_none(
                {
                    "age_years": age,
                    "ice": ice,
                    "capd": capd,
                    "unable_to_perform": unable,
                    "consciousness": conscious,
                    "sedated": sedated,
                }
            )
            for age, ice, capd, unable, conscious, sedated in product(
                (None, 0.5, 11, 11.99, 12, 12.5, 13, 40),
                (None, 0, 2, 3, 6, 7, 9, 10),
                (None, 0, 1, 8, 9, 32),
                (None, False, True),
                (None, *CONSCIOUSNESS),
                (None, False, True),
            )
        ]
    )


VALUES: dict[str, list[Any]] = {
    "ice": list(range(11)),
    "capd": [0, 1, 8, 9],
    "unable_to_perform": [False, True],
    "consciousness": list(CONSCIOUSNESS),
    "seizure": list(SEIZURES),
    "deep_focal_weakness": [False, True],
    "icp": [[], ["focal_edema"], ["cushing"]],
}


@pytest.mark.parametrize("age", [None, 8, 40])
def test_missing_names_what_could_raise_the_grade(age: int | None) -> None:
    records = [
        without_none(
            {
                "age_years": age,
                ("capd" if age == 8 else "ice"): score,
                "consciousness": conscious,
                "seizure": seizure,
                "deep_focal_weakness": weak,
                "icp": icp,
            }
        )
        for score, conscious, seizure, weak, icp in product(
            (None, 0, 5, 10),
            (None, "spontaneous", "tactile"),
            (None, "none"),
            (None, False),
            (None, []),
        )
    ]
    for record, answer in zip(records, ICANS.of(records), strict=True):
        now = -1 if answer.value is None else answer.value
        # Each age has its own test, and who was tested or is awake was able to perform it.
        other = {"ice" if age == 8 else "capd"}
        if "ice" in record or "capd" in record:
            other |= {"ice", "capd"}
        if record.get("ice") or "capd" in record or "consciousness" in record:
            other |= {"unable_to_perform"}
        for name in set(VALUES) - set(record) - other:
            raises = any(
                (naive({**record, name: value}) or 0) > max(now, 0) for value in VALUES[name]
            )
            assert (name in answer.missing) == raises, (name, record, answer)
        assert not other & set(answer.missing)


@pytest.mark.parametrize(
    ("record", "flag"),
    [
        ({"age_years": 8, "ice": 9}, "ice_under_12"),
        ({"age_years": 15, "capd": 9}, "capd_from_12"),
        ({"age_years": 12, "ice": 10}, "age_exactly_12"),
        ({"icp": ["ich_with_edema"]}, "intracranial_haemorrhage_excluded"),
        ({"ice": 0, "consciousness": "voice"}, "ice_0_while_awake"),
        ({"sedated": True, "seizure": "prolonged"}, "finding_despite_sedation"),
        ({"consciousness": "tactile"}, "sedation_not_stated"),
        ({"ice": 4, "unable_to_perform": True}, "performed_and_unable_contradict"),
        (
            {"unable_to_perform": True, "consciousness": "spontaneous"},
            "unable_to_perform_while_awake",
        ),
    ],
)
def test_what_a_clinician_has_to_look_at_is_flagged(record: dict[str, Any], flag: str) -> None:
    (answer,) = ICANS.of([record])
    (calm,) = ICANS.of([{"age_years": 30, "ice": 10, "consciousness": "spontaneous"}])

    assert flag in answer.flags
    assert calm.flags == ()


def test_under_sedation_there_is_no_grade_and_what_was_found_is_kept() -> None:
    (answer,) = ICANS.of([{"sedated": True, "ice": 0, "icp": ["diffuse oedema"]}])

    assert answer.value is None
    assert "sedation" in answer.reason
    assert [one.id for one in answer.evidence] == ["ice_0_2", "diffuse_edema"]
    assert {"not_assessable_sedated", "finding_despite_sedation"} <= set(answer.flags)
