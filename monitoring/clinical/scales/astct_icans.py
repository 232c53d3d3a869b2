"""The ASTCT 2019 grade of ICANS, asked of records: the worst domain, by ICE or CAPD and the rest.

Lee 2019, ICANS tables for adults and children; clinical reference, section 2.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitoring.clinical.rule_file import RuleTable, read_packaged
from monitoring.clinical.scales.answer import Scale
from monitoring.clinical.scales.astct_icans_words import answers
from monitoring.clinical.scales.criteria_table import (
    CriteriaTable,
    grade_by,
    parse_criteria,
    truth_of_answer,
)
from monitoring.clinical.scales.fields import Columns, Field, FieldKind
from monitoring.clinical.truths import NO, UNKNOWN, YES

CONSCIOUSNESS = ("spontaneous", "voice", "tactile", "unarousable")
_UNAROUSABLE = CONSCIOUSNESS.index("unarousable")
SEIZURES = ("none", "brief", "eeg_resolved", "prolonged", "repetitive_no_recovery")
NO_GRADE = -1
_ICE_DOMAIN, _CAPD_DOMAIN = "ice", "capd"
# The domains that sedation cannot explain.
_DESPITE_SEDATION = frozenset({"seizure", "motor", "raised pressure"})
_WORST_ICE_ALONE, _WORST = np.int8(3), np.int8(4)

_FIELDS = (
    Field(
        name="age_years", label="Age", kind=FieldKind.NUMBER, unit="a", lowest=0.0, highest=130.0
    ),
    Field(
        name="ice",
        label="ICE score, from 12 years",
        kind=FieldKind.NUMBER,
        lowest=0,
        highest=10,
        whole=True,
    ),
    Field(
        name="capd",
        label="CAPD score, below 12 years",
        kind=FieldKind.NUMBER,
        lowest=0,
        highest=32,
        whole=True,
    ),
    Field(
        name="unable_to_perform",
        label="Unarousable and unable to perform ICE or CAPD",
        kind=FieldKind.TRUTH,
    ),
    Field(
        name="consciousness",
        label="What the patient awakens to",
        kind=FieldKind.CHOICE,
        choices=CONSCIOUSNESS,
        synonyms={"awake": "spontaneous", "touch": "tactile", "coma": "unarousable"},
    ),
    Field(
        name="seizure",
        label="Seizure; brief up to and including 5 min",
        kind=FieldKind.CHOICE,
        choices=SEIZURES,
        synonyms={"no": "none"},
    ),
    Field(
        name="deep_focal_weakness",
        label="Deep focal motor weakness",
        kind=FieldKind.TRUTH,
    ),
    Field(
        name="icp",
        label="Raised intracranial pressure or oedema; haemorrhage is excluded",
        kind=FieldKind.CHOICES,
        choices=(
            "focal_edema",
            "diffuse_edema",
            "posturing",
            "cn6_palsy",
            "papilledema",
            "cushing",
            "ich_with_edema",
        ),
        synonyms={
            "focal_oedema": "focal_edema",
            "diffuse_oedema": "diffuse_edema",
            "papilloedema": "papilledema",
            "ich_with_oedema": "ich_with_edema",
        },
    ),
    Field(name="sedated", label="Under sedation", kind=FieldKind.TRUTH),
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class IcansRules:
    """The ICANS table, the age from which ICE is asked, and what raised pressure is excluded."""

    table: CriteriaTable
    ice_from_years: float
    excluded: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class IcansRecords:
    """n records graded: ``grade`` int8, ``NO_GRADE`` where nothing can be said; ``worst`` the
    highest criterion met, sedation or not; ``at_most`` the highest grade that what is absent may
    hide; ``met`` bool (criteria, n); ``flags`` and ``missing`` bool columns; ``asked`` says by
    domain where its test is the one that counts.
    """

    grade: NDArray[np.int8]
    worst: NDArray[np.int8]
    at_most: NDArray[np.int8]
    met: NDArray[np.bool_]
    flags: Mapping[str, NDArray[np.bool_]]
    missing: Mapping[str, NDArray[np.bool_]]
    asked: Mapping[str, NDArray[np.bool_]]


def load_icans() -> IcansRules:
    """The packaged table; raises ``RuleFileError``."""
    file = RuleTable(read_packaged("astct_icans.toml"), "astct_icans.toml")
    table = parse_criteria(file, frozenset(one.name for one in _FIELDS))
    assessment, excluded = file.table("assessment"), file.table("excluded")
    rules = IcansRules(
        table=table,
        ice_from_years=assessment.number("ice_from_years", low=1, high=21),
        excluded=excluded.texts("icp"),
    )
    for part in (assessment, excluded):
        part.text("source")
        part.finish()
    file.finish()
    return rules


def grade_records(columns: Columns, rules: IcansRules) -> IcansRecords:
    """Grade n records by the worst domain; what each array holds stands in ``IcansRecords``."""
    table = rules.table
    age_years, ice, capd = (columns.number[name] for name in ("age_years", "ice", "capd"))
    has_ice, has_capd = ~np.isnan(ice), ~np.isnan(capd)
    is_young, is_old = age_years < rules.ice_from_years, age_years >= rules.ice_from_years
    # Each age has its own test; the other one counts where it is the only one, and is flagged.
    skipped = {_ICE_DOMAIN: is_young & has_capd, _CAPD_DOMAIN: is_old & has_ice}
    truths = {}
    for one in table.criteria:
        truth = truth_of_answer(one, columns)
        if one.domain in skipped and one.inputs != ("unable_to_perform",):
            truth = np.where(skipped[one.domain], NO, truth)
        truths[one.id] = truth
    graded = grade_by(table, truths)
    conscious = columns.choice["consciousness"]
    unable = columns.truth["unable_to_perform"]
    sedated = columns.truth["sedated"]
    is_awake = (conscious >= 0) & (conscious != _UNAROUSABLE)
    is_tested = has_ice | has_capd | (unable == YES)
    could = {
        "ice": np.where(~is_tested & ~is_young, _WORST_ICE_ALONE, 0),
        "capd": np.where(~is_tested & is_young, _WORST_ICE_ALONE, 0),
        "unable_to_perform": np.where(
            (unable == UNKNOWN) & ~(ice > 0) & ~has_capd & ~is_awake, _WORST, 0
        ),
        **{
            name: np.where(columns.is_known(name), 0, _WORST)
            for name in ("consciousness", "seizure", "deep_focal_weakness", "icp")
        },
    }
    said = is_tested | (unable != UNKNOWN)
    for name in ("consciousness", "seizure", "deep_focal_weakness", "icp"):
        said |= columns.is_known(name)
    no_grade = (sedated == YES) | ~said
    missing = {name: (sedated != YES) & (one > graded.grade) for name, one in could.items()}
    highest = np.max([could[name] * one for name, one in missing.items()], axis=0)
    by_domain = {one: np.zeros(columns.n, dtype=np.bool_) for one in _domains(table)}
    for row, one in enumerate(table.criteria):
        by_domain[one.domain] |= graded.met[row]
    drowsy = by_domain["consciousness"] | (unable == YES)
    icp = columns.chosen["icp"]
    places = [columns.fields["icp"].choices.index(one) for one in rules.excluded]
    flags = {
        "not_assessable_sedated": sedated == YES,
        "finding_despite_sedation": (sedated == YES)
        & np.any([by_domain[one] for one in _DESPITE_SEDATION], axis=0),
        "sedation_not_stated": (sedated == UNKNOWN) & drowsy,
        "intracranial_haemorrhage_excluded": icp[:, places].any(axis=1),
        "ice_under_12": is_young & has_ice,
        "capd_from_12": is_old & has_capd,
        "age_exactly_12": np.floor(age_years) == rules.ice_from_years,
        "ice_0_while_awake": (ice == 0) & is_awake,
        "unable_to_perform_while_awake": (unable == YES) & is_awake,
        "performed_and_unable_contradict": ((unable == YES) | (conscious == _UNAROUSABLE))
        & ((ice > 0) | has_capd),
    }
    return IcansRecords(
        grade=np.where(no_grade, np.int8(NO_GRADE), graded.grade),
        worst=graded.grade,
        at_most=np.maximum(graded.grade, highest),
        met=graded.met,
        flags=flags,
        missing=missing,
        asked={
            _ICE_DOMAIN: ~is_young | (has_ice & ~has_capd),
            _CAPD_DOMAIN: is_young | (has_capd & ~(is_old & has_ice)),
        },
    )


def _domains(table: CriteriaTable) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.domain for one in table.criteria))


def scale() -> Scale:
    """The scale "astct-icans" by the packaged rules; raises ``RuleFileError``."""
    rules = load_icans()
    return Scale(
        id="astct-icans",
        title="ASTCT 2019 grade of ICANS",
        version=rules.table.id,
        answers="grade",
        source=rules.table.source,
        fields=_FIELDS,
        of_columns=lambda columns: answers(columns, grade_records(columns, rules), rules.table),
    )
