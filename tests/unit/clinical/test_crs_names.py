"""What wards write for a device or a drug is the bedside's device or drug, and nothing else is."""

from typing import Any

import pytest

from monitoring.clinical.scales.fields import RecordError
from monitoring.clinical.scales.registry import scale

CRS = scale("astct-crs")


def device(written: str) -> str:
    (answer,) = CRS.of([{"temp_c": 38.5, "o2_device": written, "o2_flow_lpm": 4}])
    given: dict[str, Any] = dict(answer.evidence[-1].inputs)
    return "none" if answer.evidence[-1].id == "fever" else str(given["o2_device"])


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        # SNOMED CT, clinical reference 5.5
        ("336623009", "nasal_cannula"),
        ("336602003", "simple_face_mask"),
        ("426854004", "high_flow_nasal_cannula"),
        ("427591007", "nonrebreather_mask"),
        ("464233000", "partial_rebreather_mask"),
        ("428285009", "venturi_mask"),
        ("425478008", "blow_by"),
        ("426851007", "aerosol_mask"),
        ("426294006", "face_tent"),
        ("706226000", "cpap"),
        ("467645007", "cpap"),
        ("425826004", "bipap"),
        ("706172005", "invasive_ventilation"),
        ("449071006", "invasive_ventilation"),
        ("26412008", "invasive_ventilation"),
        ("NC", "nasal_cannula"),
        ("nasal prongs", "nasal_cannula"),
        ("Nasal Cannula", "nasal_cannula"),
        ("HFNC", "high_flow_nasal_cannula"),
        ("High-flow nasal cannula", "high_flow_nasal_cannula"),
        ("Optiflow", "high_flow_nasal_cannula"),
        ("Venturi", "venturi_mask"),
        ("Venti mask", "venturi_mask"),
        ("NRB", "nonrebreather_mask"),
        ("Non-rebreather", "nonrebreather_mask"),
        ("non-rebreather mask", "nonrebreather_mask"),
        ("Nonrebreather mask", "nonrebreather_mask"),
        ("reservoir mask", "nonrebreather_mask"),
        ("CPAP/BiPAP mask", "cpap"),
        ("NasalCannula", "nasal_cannula"),
        ("highflow nasal cannula", "high_flow_nasal_cannula"),
        ("Hi-Flow", "high_flow_nasal_cannula"),
        ("heated high-flow nasal cannula", "high_flow_nasal_cannula"),
        ("Blow-By O2", "blow_by"),
        ("facetent", "face_tent"),
        ("non\u2011rebreather", "nonrebreather_mask"),
        ("reservoir nasal cannula", "reservoir_cannula"),
        ("face mask", "simple_face_mask"),
        ("trach collar", "tracheostomy_mask"),
        ("BiPAP", "bipap"),
        ("BPAP", "bipap"),
        ("NIV", "bipap"),
        ("ETT", "invasive_ventilation"),
        ("ventilator", "invasive_ventilation"),
        ("tracheostomy on ventilator", "invasive_ventilation"),
        ("ECMO", "ecmo"),
    ],
)
def test_a_device_by_another_name(written: str, meant: str) -> None:
    assert device(written) == meant


@pytest.mark.parametrize("written", ["RA", "room air", "RoomAir", "ambient air", "none", "Air"])
def test_air_by_another_name_is_no_oxygen(written: str) -> None:
    (answer,) = CRS.of([{"temp_c": 38.5, "o2_device": written}])
    assert answer.value == 1
    assert "o2_device" not in answer.missing


@pytest.mark.parametrize(
    ("written", "ask"),
    [
        ("425447009", "Bag-valve-mask is ventilation by hand"),
        ("bag-valve-mask", "Bag-valve-mask is ventilation by hand"),
        ("129121000", "tracheostomy_mask or invasive_ventilation"),
        ("tracheostomy", "tracheostomy_mask or invasive_ventilation"),
        ("snorkel", "It takes: room_air, nasal_cannula"),
        ("room air?", "It takes: room_air, nasal_cannula"),
        ("/", "It takes: room_air, nasal_cannula"),
    ],
)
def test_what_is_no_device_is_refused_with_what_to_say(written: str, ask: str) -> None:
    with pytest.raises(RecordError, match=ask):
        CRS.of([{"o2_device": written}])


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("noradrenaline", "norepinephrine"),
        ("Levophed", "norepinephrine"),
        ("adrenaline", "epinephrine"),
        ("Neo-Synephrine", "phenylephrine"),
        ("neosynephrine", "phenylephrine"),
        ("Giapreza", "angiotensin_ii"),
        ("angiotensin II", "angiotensin_ii"),
        ("Vasostrict", "vasopressin"),
        ("argipressin", "vasopressin"),
        ("Aramine", "metaraminol"),
    ],
)
def test_a_vasopressor_by_another_name(written: str, meant: str) -> None:
    (answer,) = CRS.of([{"temp_c": 38.5, "vasopressors": [written, meant]}])

    assert answer.value == 3
    assert answer.evidence[-1].inputs == {"vasopressors": [meant]}
