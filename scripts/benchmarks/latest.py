"""Latest value per concept for a full ward: flat in the length of the history?"""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pysqlite3.dbapi2 as sqlite

from db.engine import Store
from db.queries import observations
from db.queries.observations import ObservationRow
from db.revision import head_revision
from db.types import to_epoch_us
from scripts.benchmarks.line import Line
from scripts.benchmarks.timing import interleaved
from scripts.benchmarks.ward import BEDS, FOLDER, BenchWard, admit_all, fresh_url, opened

MANY, FEW = 5_000_000, 100_000
CALLS = 10
NOW = datetime(2026, 11, 20, tzinfo=UTC)
# Concept, category, unit, and a value that changes from set to set.
_CONCEPTS = (
    ("body_temperature", "vital", "Cel", 36.5),
    ("heart_rate", "vital", "/min", 70),
    ("respiratory_rate", "vital", "/min", 14),
    ("systolic_bp", "vital", "mm[Hg]", 115),
    ("diastolic_bp", "vital", "mm[Hg]", 70),
    ("mean_arterial_pressure", "vital", "mm[Hg]", 85),
    ("spo2", "vital", "%", 94),
    ("oxygen_flow", "vital", "L/min", 2),
    ("symptom_fatigue", "symptom", "{grade}", 0),
    ("symptom_headache", "symptom", "{grade}", 0),
    ("symptom_nausea_vomiting", "symptom", "{grade}", 0),
    ("crp", "laboratory", "mg/L", 40),
    ("ferritin", "laboratory", "ng/mL", 900),
    ("creatinine", "laboratory", "mg/dL", 1),
)

# As fast as a window can be made here: it reads nothing but the index, and rows only at the end. It
# does not even leave out corrected values. (Asked for whole rows at once it takes a minute.)
_WINDOW = """
SELECT {columns} FROM observation WHERE id IN (
    SELECT id FROM (
        SELECT id, row_number() OVER (
            PARTITION BY encounter_id, concept ORDER BY taken_at DESC, id DESC
        ) AS place
        FROM observation WHERE encounter_id IN ({encounters})
    ) WHERE place = 1
)
"""


def latest() -> Iterator[Line]:
    """Two stores that differ in history alone, and the window-function query on the larger one."""
    with opened(_store_of(MANY)) as many, opened(_store_of(FEW)) as few:
        encounters = _encounters(many)

        def ours(store: Store) -> list[ObservationRow]:
            with store.read() as session:
                for _ in range(CALLS):
                    rows = observations.latest_per_concept(session, encounters)
            return rows

        def by_window() -> list[Any]:
            columns = ", ".join(ObservationRow._fields)
            asked = ", ".join(map(str, encounters))
            statement = _WINDOW.format(columns=columns, encounters=asked)
            with many.read() as session:
                return list(session.connection().exec_driver_sql(statement))

        _refuse_different(ours(many), by_window())
        rows = len(ours(many))
        many_s, few_s = interleaved(lambda: ours(many), lambda: ours(few))
        yield Line(
            name="latest_flat",
            ours=1000 * many_s / CALLS,
            baseline=1000 * few_s / CALLS,
            baseline_name=f"the same query with {FEW:,} rows stored",
            limit=1.5,
            judged="ratio_at_most",
            ratio_of="ours/baseline",
            unit="ms",
            n=MANY,
            runs=5,
            detail={"beds": BEDS, "rows_found": rows, "calls_a_run": CALLS},
        )
        again_s, window_s = interleaved(lambda: ours(many), by_window)
        yield Line(
            name="latest_vs_window",
            ours=1000 * again_s / CALLS,
            baseline=1000 * window_s,
            baseline_name="row_number() over (partition by encounter, concept)",
            limit=100,
            judged="ratio_at_least",
            unit="ms",
            n=MANY,
            runs=5,
            detail={"beds": BEDS, "rows_found": rows},
        )


def _refuse_different(ours: list[ObservationRow], by_window: list[Any]) -> None:
    if {row.id for row in ours} != {row[0] for row in by_window}:
        message = "The two queries find different rows; no time is worth measuring."
        raise AssertionError(message)


def _encounters(store: Store) -> list[int]:
    with store.read() as session:
        found = session.connection().exec_driver_sql("SELECT id FROM encounter ORDER BY id")
        return [row[0] for row in found]


def _store_of(rows: int) -> str:
    """The address of a store with so many observations; built once for a schema and kept."""
    name = f"latest-{rows}-{head_revision()}"
    path = FOLDER / f"{name}.db"
    if not path.exists():
        FOLDER.mkdir(parents=True, exist_ok=True)
        building = fresh_url(f"{name}-building")
        with opened(building) as store:
            ward = admit_all(store, now=NOW, hours=72)
        _fill(Path(building.removeprefix("sqlite:///")), ward, rows)
        path.with_name(f"{name}-building.db").rename(path)
    return f"sqlite:///{path.absolute()}"


def _fill(path: Path, ward: BenchWard, rows: int) -> None:
    """Rows in the order in which a ward charts them: everybody's set, then everybody's next.

    Written by SQL with the indexes put back at the end. The checksums are empty: nothing that is
    measured here reads them.
    """
    connection = sqlite.connect(str(path), isolation_level=None)
    try:
        for pragma in ("synchronous = OFF", "journal_mode = MEMORY", "cache_size = -1000000"):
            connection.execute(f"PRAGMA {pragma}")
        indexes = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL "
            "AND tbl_name IN ('observation', 'observation_set')"
        ).fetchall()
        for name, _ in indexes:
            connection.execute(f"DROP INDEX {name}")
        connection.execute("CREATE TEMP TABLE concept (place, code, category, unit, value)")
        connection.executemany(
            "INSERT INTO concept VALUES (?, ?, ?, ?, ?)",
            [(place, *concept) for place, concept in enumerate(_CONCEPTS)],
        )
        patients, concepts = len(ward.encounter_ids), len(_CONCEPTS)
        asked = {
            "sets": rows // concepts,
            "rows": rows,
            "patients": patients,
            "concepts": concepts,
            "first": min(ward.encounter_ids),
            "ward": ward.ward_id,
            "start": to_epoch_us(NOW) - 300_000_000 * (rows // concepts // patients + 1),
        }
        connection.execute("BEGIN")
        connection.execute(_SETS, asked)
        connection.execute(_VALUES, asked)
        for _, statement in indexes:
            connection.execute(statement)
        connection.execute("COMMIT")
        connection.execute("PRAGMA journal_mode = WAL")
    finally:
        connection.close()


_SETS = """
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < :sets)
INSERT INTO observation_set
    (id, encounter_id, source, source_id, taken_at, recorded_at, recorded_by)
SELECT i + 1, :first + i % :patients, 'bench', printf('%09d', i),
    :start + 300000000 * (i / :patients), :start + 300000000 * (i / :patients), 'nurse.bench'
FROM n
"""
_VALUES = """
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < :rows - 1)
INSERT INTO observation
    (id, encounter_id, ward_id, set_id, concept, category, value_num, value_sent, unit_sent,
     taken_at, recorded_at, recorded_by, source, source_id, status, queried, checksum)
SELECT i + 1, :first + i / :concepts % :patients, :ward, i / :concepts + 1, code, category,
    value + i % 7, value + i % 7, unit, :start + 300000000 * (i / :concepts / :patients),
    :start + 300000000 * (i / :concepts / :patients), 'nurse.bench', 'bench', printf('%010d', i),
    'final', 0, zeroblob(16)
FROM n JOIN concept ON place = i % :concepts
"""
