"""A stay's alerts given out: what was raised, who took it, and nothing that comes back."""

import json
from io import StringIO
from pathlib import Path

import pytest

from db.engine import Store
from db.queries import audit
from monitoring.feeds.alert_lines import write_alerts
from monitoring.feeds.export_format import is_export
from monitoring.services.alerts import acknowledge
from monitoring.services.errors import RefusedError
from monitoring.services.outtake_alerts import export_alerts
from tests.stories import NURSE, Bedside, bedside, clock

NOON = clock("12:00")


def given_out(bed: Bedside) -> list[dict]:
    stream = StringIO()
    count = export_alerts(
        bed.store,
        write=lambda threads: write_alerts(stream, threads),
        actor="ward.manager",
        now=NOON,
        public_id=bed.public_id,
    )
    lines = stream.getvalue().splitlines()
    assert len(lines) == count
    return [json.loads(line) for line in lines]


def test_a_fever_that_was_taken_leaves_with_who_took_it(store: Store) -> None:
    bed = bedside(store)
    bed.well("05:00")
    bed.well("06:00", temp_c=38.4)
    acknowledge(
        store,
        thread_public_id=bed.thread("crs_grade").public_id,
        note="seen, cultures drawn",
        actor=NURSE,
        now=clock("06:10"),
    )

    found = {one["problem"]: one for one in given_out(bed)}

    grade = found["crs_grade"]
    assert grade["encounter"] == bed.public_id
    assert (grade["owner"], grade["raised_at"]) == (NURSE, "2026-11-20T06:00:00Z")
    events = [(one["kind"], one["actor"], one["at"]) for one in grade["events"]]
    assert events[0] == ("raised", "stormwatch", "2026-11-20T06:00:00Z")
    assert ("acknowledged", NURSE, "2026-11-20T06:10:00Z") in events
    taken = next(one for one in grade["events"] if one["kind"] == "acknowledged")
    assert taken["detail"]["note"] == "seen, cultures drawn"
    # The sign that the grade covers is there too.
    assert "inhibited" in [one["kind"] for one in found["fever"]["events"]]


def test_that_they_left_is_in_the_audit_and_its_chain_holds(store: Store) -> None:
    bed = bedside(store)
    with store.read() as session:
        before = audit.verify(session)
    assert given_out(bed) == []
    with store.read() as session:
        after = audit.verify(session, noted_head=before.head)
    assert after.events == before.events + 1
    assert after.noted_head_found
    assert after.faults == ()


def test_nobody_is_taken_for_somebody(store: Store) -> None:
    bed = bedside(store)
    with pytest.raises(RefusedError, match="no such encounter"):
        export_alerts(bed.store, write=lambda _: 0, actor=NURSE, now=NOON, public_id="nobody")


def test_no_import_takes_alerts_for_a_chart(store: Store, tmp_path: Path) -> None:
    bed = bedside(store)
    bed.well("06:00", temp_c=38.4)
    path = tmp_path / "alerts.jsonl"
    path.write_text("\n".join(json.dumps(one) for one in given_out(bed)))
    assert not is_export(path)
