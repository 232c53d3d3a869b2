"""The committed samples are what the generator writes, and are what their formats ask for."""

import json
from datetime import datetime
from importlib.resources import files
from pathlib import Path

import pytest

from monitoring.clinical.concepts import CONCEPTS
from monitoring.feeds.export_reading import read_export
from sample_data.samples import write_samples

SAMPLES = Path(str(files("sample_data") / "samples"))


@pytest.fixture(scope="module")
def bundle() -> list[dict]:
    """The resources of the FHIR sample."""
    document = json.loads((SAMPLES / "vital-signs.fhir.json").read_text(encoding="utf-8"))
    assert document["resourceType"] == "Bundle"
    assert document["type"] == "collection"
    assert all(one["fullUrl"] == f"urn:uuid:{one['resource']['id']}" for one in document["entry"])
    return [one["resource"] for one in document["entry"]]


@pytest.fixture(scope="module")
def messages() -> list[list[list[str]]]:
    """The HL7 sample as messages of segments of fields."""
    text = (SAMPLES / "vital-signs.hl7").read_bytes().decode()
    assert "\n" not in text
    assert text.endswith("\r")
    return [
        [segment.split("|") for segment in f"MSH{body}".split("\r") if segment]
        for body in text.split("MSH")[1:]
    ]


def test_writing_them_again_gives_the_same_bytes(tmp_path: Path) -> None:
    written = write_samples(tmp_path)
    committed = {path.name for path in SAMPLES.iterdir() if not path.name.startswith(".")}
    assert {path.name for path in written} == committed
    for path in written:
        same = path.read_bytes() == (SAMPLES / path.name).read_bytes()
        assert same, f"{path.name} differs: run 'python -m sample_data samples' and look at it"


def test_fhir_observations_have_what_a_vital_sign_needs(bundle: list[dict]) -> None:
    patients = {one["id"] for one in bundle if one["resourceType"] == "Patient"}
    observed = [one for one in bundle if one["resourceType"] == "Observation"]
    assert len(patients) == 3
    assert len({one["id"] for one in bundle}) == len(bundle)
    for one in observed:
        assert one["status"] == "final"
        assert one["subject"]["reference"].removeprefix("urn:uuid:") in patients
        assert datetime.fromisoformat(one["effectiveDateTime"]).tzinfo is not None
        assert one["code"]["coding"][0]["code"]
        quantities = [one, *one.get("component", ())]
        for part in quantities:
            if "valueQuantity" in part:
                assert part["valueQuantity"]["system"] == "http://unitsofmeasure.org"
                assert part["valueQuantity"]["code"]
    codes = {coding["code"] for one in observed for coding in one["code"]["coding"]}
    assert {"8310-5", "8867-4", "9279-1", "85354-9", "59408-5", "2708-6", "3151-8"} <= codes


def test_a_pressure_panel_holds_its_parts(bundle: list[dict]) -> None:
    panels = [
        one
        for one in bundle
        if one["resourceType"] == "Observation" and one["code"]["coding"][0]["code"] == "85354-9"
    ]
    assert panels
    for panel in panels:
        parts = {
            part["code"]["coding"][0]["code"]: part["valueQuantity"]["value"]
            for part in panel["component"]
        }
        assert parts["8462-4"] < parts["8478-0"] < parts["8480-6"]


def test_hl7_messages_are_results_of_one_patient_each(messages: list[list[list[str]]]) -> None:
    controls = set()
    for segments in messages:
        header, person, visit, order, *results = segments
        assert header[8] == "ORU^R01^ORU_R01"
        assert header[11] == "2.5.1"
        assert header[10] == "T", "a sample is a test message"
        assert len(header[9]) <= 20
        controls.add(header[9])
        assert person[0] == "PID"
        assert person[3].startswith("DEMO-")
        assert visit[0] == "PV1"
        assert order[0] == "OBR"
        assert [one[1] for one in results] == [str(n) for n in range(1, len(results) + 1)]
        for one in results:
            assert one[0] == "OBX"
            assert one[2] in {"NM", "CWE"}
            assert one[11] == "F"
            if one[2] == "NM":
                float(one[5])
                assert one[6].endswith("^^UCUM")
    assert len(controls) == len(messages) >= 10


def test_the_same_vital_signs_stand_in_fhir_and_hl7(
    bundle: list[dict], messages: list[list[list[str]]]
) -> None:
    loinc = CONCEPTS["body_temperature"].loinc
    fhir = sorted(
        (one["effectiveDateTime"], one["valueQuantity"]["value"])
        for one in bundle
        if one["resourceType"] == "Observation" and one["code"]["coding"][0]["code"] == loinc
    )
    hl7 = sorted(
        (
            datetime.strptime(field[14], "%Y%m%d%H%M%S%z").strftime("%Y-%m-%dT%H:%M:%SZ"),
            float(field[5]),
        )
        for segments in messages
        for field in segments
        if field[0] == "OBX" and field[3].startswith(f"{loinc}^")
    )
    assert fhir == hl7


def test_the_tables_read_as_our_own_export() -> None:
    for name, corrected in (("fever_alone", "amended"), ("resolving", "entered-in-error")):
        exported = read_export(SAMPLES / f"{name}.csv")
        (stay,) = exported.stays
        statuses = {row.status for row in stay.observations}
        assert statuses == {"final", corrected}
