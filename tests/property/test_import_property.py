"""However a file is cut, shuffled and repeated: the store ends with the same observations."""

import shutil
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db.engine import create_store
from tests.integration.importing import MIMIC, NOON, Desk

# Values that stand for themselves, improbable and impossible ones, unknown names, bad times.
NAMES = {
    "HR": ("80", "120", "210", "8000", ""),
    "RR": ("16", "30", "17.5", "x"),
    "TempF": ("98.6", "100.4", "384"),
    "TempC": ("36.6", "38,4", "nan"),
    "SpO2": ("97", "0.97", "101"),
    "Mood": ("good",),
}


@st.composite
def rows_of_a_file(draw):
    """Rows of two patients; each name and moment comes with one value."""
    said = draw(
        st.dictionaries(
            st.tuples(st.sampled_from("12"), st.integers(0, 5), st.sampled_from(sorted(NAMES))),
            st.integers(0, 4),
            min_size=2,
            max_size=12,
        )
    )
    return [
        f"{patient},2150-01-01 {hour:02}:00:00,{name},{NAMES[name][pick % len(NAMES[name])]}\n"
        for (patient, hour, name), pick in said.items()
    ]


@pytest.fixture(scope="module")
def new_desk(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("split")
    numbers = count()
    stores = []

    def opened() -> Desk:
        path = folder / f"{next(numbers)}.db"
        shutil.copyfile(sqlite_template, path)
        stores.append(create_store(f"sqlite:///{path}"))
        return Desk(store=stores[-1], folder=folder)

    yield opened
    for store in stores:
        store.close()


def held(desk: Desk):
    """Observations by their own names and values, times from the patient's last one back."""
    said = {}
    with desk.store.read() as session:
        from db.queries import exchange

        present = [one for one in "12" if exchange.patients_by_identifier(session, one)]
    for identifier in present:
        rows = desk.said(identifier)
        last = max(at for _, _, at in rows)
        said[identifier] = {(name, value, last - at) for name, value, at in rows}
    return said


@settings(
    max_examples=12,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(rows=rows_of_a_file(), data=st.data())
def test_any_two_parts_in_any_order_hold_what_the_whole_holds(new_desk, rows, data):
    shuffled = data.draw(st.permutations(rows))
    cut = data.draw(st.integers(0, len(rows)))
    # Parts may overlap: a file that has grown holds the old rows too.
    overlap = data.draw(st.integers(0, cut))
    whole, parts = new_desk(), new_desk()

    summary = whole.take_text(MIMIC + "".join(rows))
    parts.take_text(MIMIC + "".join(shuffled[:cut]))
    parts.take_text(MIMIC + "".join(shuffled[cut - overlap :]), now=NOON + timedelta(hours=9))

    assert held(parts) == held(whole)
    assert summary.values == len(rows)
    assert {(one.reason_code, one.raw) for one in parts.quarantined()} == {
        (one.reason_code, one.raw) for one in whole.quarantined()
    }
    again = whole.take_text(MIMIC + "".join(rows), now=NOON + timedelta(days=1))
    assert again.accepted == 0
