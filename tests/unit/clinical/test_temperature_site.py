"""Rule C2: the site is kept, no offset is added, an axillary reading beside symptoms is marked."""

import pytest

from monitoring.clinical.temperature_site import may_hide_fever

CHILLS = {"symptom_chills": 1.0}


@pytest.mark.parametrize(
    ("temp_c", "site", "severities", "beside"),
    [
        (37.9, "axillary", CHILLS, ("Chills",)),
        (37.99, "axillary", CHILLS, ("Chills",)),
        (38.0, "axillary", CHILLS, ()),  # is fever as it stands
        (37.9, "oral", CHILLS, ()),
        (37.9, None, CHILLS, ()),  # site unknown
        (37.9, "axillary", {}, ()),
        (37.9, "axillary", {"symptom_chills": 0.0}, ()),
        (37.9, "axillary", {"symptom_chills": None}, ()),  # severity missing
        (
            36.4,
            "axillary",
            {"symptom_chills": 0.0, "symptom_cough": 2.0, "symptom_rash": 1.0},
            ("Cough", "Skin rash"),
        ),
    ],
)
def test_what_an_axillary_temperature_may_hide(temp_c, site, severities, beside) -> None:
    assert may_hide_fever(temp_c=temp_c, site=site, severities=severities) == beside
