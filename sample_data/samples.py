"""Write the small committed samples of the ward: CSV as exported, FHIR R4 and HL7 v2.

They stand at one fixed minute, so that writing them again gives the same bytes.
"""

from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from db.engine import create_store
from db.migrate import upgrade
from monitoring.feeds.export_format import write_file
from monitoring.services.outtake import export_stays
from sample_data.events import Admitted, ObservationsCharted
from sample_data.load import DEFAULT_SEED, load_ward
from sample_data.samples_fhir import bundle
from sample_data.samples_hl7 import messages
from sample_data.ward import SampleWard, build_ward
from sample_data.writing import WARD_ACTOR, public_id

SAMPLES_AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
# Stories that are quick to read: a fever with an amended value, a struck-out one, home oxygen.
_EXPORTED = ("fever_alone", "resolving", "home_oxygen")
_SENT = ("fever_alone", "low_flow_oxygen", "vasopressor_masked_fever")
_SENT_HOURS = timedelta(hours=4)


def write_samples(folder: Path) -> list[Path]:
    """Write every sample into a folder; the files written."""
    folder.mkdir(parents=True, exist_ok=True)
    ward = build_ward(DEFAULT_SEED, SAMPLES_AT)
    stays = [_sent_stay(ward, story) for story in _SENT]
    fhir, hl7 = folder / "vital-signs.fhir.json", folder / "vital-signs.hl7"
    fhir.write_bytes(bundle(stays).encode())
    hl7.write_bytes(messages(stays).encode())
    return [fhir, hl7, *_exports(ward, folder)]


def _admitted(ward: SampleWard, story: str) -> Admitted:
    return next(e for e in ward.events if isinstance(e, Admitted) and e.story == story)


def _sent_stay(ward: SampleWard, story: str) -> tuple[Admitted, tuple[ObservationsCharted, ...]]:
    admitted = _admitted(ward, story)
    return admitted, tuple(
        event
        for event in ward.events
        if isinstance(event, ObservationsCharted)
        and event.patient_key == admitted.patient_key
        and event.at > ward.anchor - _SENT_HOURS
    )


def _exports(ward: SampleWard, folder: Path) -> list[Path]:
    written = []
    with TemporaryDirectory() as scratch:
        url = f"sqlite:///{scratch}/samples.db"
        upgrade(url)
        store = create_store(url)
        try:
            load_ward(store, seed=ward.seed, now=ward.anchor)
            for story in _EXPORTED:
                path = folder / f"{story}.csv"
                export_stays(
                    store,
                    write=partial(write_file, path),
                    actor=WARD_ACTOR,
                    now=ward.anchor,
                    public_id=public_id(_admitted(ward, story).patient_key),
                )
                written.append(path)
        finally:
            store.close()
    return written
