"""Codes and units of the concept dictionary: no typing error in a LOINC code, no foreign unit."""

from decimal import Decimal

import pytest

from monitoring.clinical.checking import Checked, Refused, check_value
from monitoring.clinical.concepts import CONCEPTS, Category

CODED = [(concept.code, concept.loinc) for concept in CONCEPTS.values() if concept.loinc]


def check_digit(digits: str) -> int:
    """LOINC's mod 10: from the right every second digit doubled, beginning with the last."""
    doubled = "".join(str(int(d) * 2) if n % 2 == 0 else d for n, d in enumerate(digits[::-1]))
    return -sum(map(int, doubled)) % 10


def test_the_check_digit_is_that_of_the_reference() -> None:
    assert check_digit("3151") == 8
    assert check_digit("3150") == 0  # 3150-6 is in circulation and is wrong


@pytest.mark.parametrize(("concept", "loinc"), CODED)
def test_every_loinc_code_has_its_check_digit(concept: str, loinc: str) -> None:
    digits, _, check = loinc.partition("-")

    assert check_digit(digits) == int(check)


def test_no_two_concepts_share_a_code() -> None:
    codes = [loinc for _, loinc in CODED]

    assert len(set(codes)) == len(codes)


def test_every_laboratory_marker_of_the_reference_is_known() -> None:
    known = {c.loinc for c in CONCEPTS.values() if c.category is Category.LABORATORY}

    assert known >= {
        "1988-5", "2276-4", "26881-3", "2532-0", "3255-7", "48065-7", "48066-5", "6301-6",
        "14979-9", "777-3", "6690-2", "751-8", "731-0", "718-7", "2160-0", "1975-2", "1742-6",
        "1920-8", "2571-8", "2524-7", "33959-8", "2951-2", "2823-3", "2777-1", "3084-1", "1751-7",
        "33762-6", "67151-1", "2157-6",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("concept", "sent", "unit", "canonical"),
    [
        ("crp", "12", "mg/dL", 120.0),
        ("creatinine", "88.4", "umol/L", 1.0),
        ("fibrinogen", "1.5", "g/L", 150.0),
        ("ferritin", "650", "ug/L", 650.0),
        ("triglycerides", "3", "mmol/L", 265.71),
        ("bilirubin_total", "17.1", "µmol/L", 1.0),
        ("platelets", "50", "10*9/L", 50.0),
        ("platelets", "50000", "/uL", 50.0),
        ("neutrophils", "499", "cells/uL", 0.499),
        ("neutrophils", "0.5", "x10^9/L", 0.5),
        ("lymphocytes", "0.2", "K/uL", 0.2),
        ("d_dimer", "500", "ng/mL FEU", 0.5),
        ("inr", "1.3", "", 1.3),
        ("aptt", "48", "sec", 48.0),
        ("sodium", "138", "mEq/L", 138.0),
        ("phosphate", "1", "mmol/L", 3.0974),
        ("urate", "59.5", "umol/L", 1.0002545),
        ("albumin", "32", "g/L", 3.2),
        ("nt_probnp", "900", "ng/L", 900.0),
        ("troponin_t", "0.014", "ng/mL", 14.0),
    ],
)
def test_laboratory_units_come_to_the_concepts_own(
    concept: str, sent: str, unit: str, canonical: float
) -> None:
    checked = check_value(concept, Decimal(sent), unit)

    assert isinstance(checked, Checked)
    assert checked.value == pytest.approx(canonical, rel=1e-12)
    assert not checked.queried


@pytest.mark.parametrize(
    ("concept", "unit"),
    [("d_dimer", "ng/mL"), ("d_dimer", "ng/mL DDU"), ("d_dimer_ddu", "ng/mL FEU")],
)
def test_d_dimer_units_are_not_taken_for_each_other(concept: str, unit: str) -> None:
    assert isinstance(check_value(concept, "500", unit), Refused)
