"""Records graded by ASTCT CRS: columns against one plain call a record, and the whole command."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from monitoring.clinical.grading import NO_GRADE
from monitoring.clinical.policy import load_policy
from monitoring.clinical.rulebook import load_rulebook
from monitoring.clinical.scales.astct_crs_columns import CrsRecords
from monitoring.clinical.scales.astct_crs_columns import grade_records as grade_columns
from monitoring.clinical.scales.fields import Columns
from monitoring.clinical.scales.reading import read_columns
from monitoring.clinical.scales.registry import scale
from scripts.benchmarks.line import Line
from scripts.benchmarks.timing import interleaved
from tests.property.naive_crs_record import grade as grade_plainly

ROWS = 1_000_000
LINES = 100_000
_DEVICES = ("room_air", "nasal_cannula", "high_flow_nasal_cannula", "nonrebreather_mask", "bipap")


def grade_records() -> Iterator[Line]:
    """A million rows as columns, and a hundred thousand lines through the command."""
    random = np.random.default_rng(2019)
    records = [_record(random) for _ in range(LINES)]
    rules, policy = load_rulebook().crs, load_policy()
    columns = _repeated(read_columns(records, scale("astct-crs").fields), ROWS // LINES)

    def ours() -> CrsRecords:
        return grade_columns(columns, rules, policy)

    def one_by_one() -> list[int | None]:
        return [grade_plainly(record) for record in records]

    plain = [NO_GRADE if grade is None else grade for grade in one_by_one()]
    if ours().grade[:LINES].tolist() != plain:
        message = "The columns and the plain grader disagree; no time is worth measuring."
        raise AssertionError(message)
    ours_s, plain_s = interleaved(ours, one_by_one)
    yield Line(
        name="grade_crs_columns",
        ours=ROWS / ours_s,
        baseline=LINES / plain_s,
        baseline_name=f"one Python call a record (if/elif, grade alone), {LINES} records",
        unit="rows/s",
        ratio_of="ours/baseline",
        n=ROWS,
        runs=5,
        detail={"grades_equal": True, "also_gives": "flags, missing, at_most"},
    )
    yield _command(records, plain_s)


def _command(records: list[dict[str, Any]], plain_s: float) -> Line:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "records.jsonl"
        path.write_bytes(b"".join(orjson.dumps(one) + b"\n" for one in records))
        command = [sys.executable, "-m", "monitoring.cli", "grade", "--scale", "astct-crs"]

        def whole() -> None:
            subprocess.run([*command, path], stdout=subprocess.DEVNULL, check=True)

        def started() -> None:
            subprocess.run([*command, "/dev/null"], stdout=subprocess.DEVNULL, check=True)

        whole_s, start_s = interleaved(whole, started, runs=3)
    return Line(
        name="grade_command_lines",
        ours=LINES / whole_s,
        baseline=LINES / plain_s,
        baseline_name="the plain grader's grade alone, neither read nor written nor explained",
        unit="lines/s",
        ratio_of="ours/baseline",
        n=LINES,
        runs=3,
        detail={
            "start_s": round(start_s, 2),
            "lines_per_s_once_started": LINES / (whole_s - start_s),
        },
    )


def _record(random: np.random.Generator) -> dict[str, Any]:
    systolic = int(random.normal(112, 15))
    record: dict[str, Any] = {
        "temp_c": round(float(random.normal(37.9, 0.8)), 1),
        "sbp": systolic,
        "dbp": min(int(random.normal(66, 8)), systolic - 15),
        "baseline_sbp": 120,
        "age_years": 54,
        "episode_open": bool(random.random() < 0.5),
        "o2_device": _DEVICES[random.integers(len(_DEVICES))],
    }
    if record["o2_device"] != "room_air":
        record["o2_flow_lpm"] = float(random.integers(1, 12))
    if random.random() < 0.7:
        record["vasopressors"] = [[], ["norepinephrine"], ["norepinephrine", "vasopressin"]][
            random.integers(3)
        ]
    if random.random() < 0.5:
        record["antipyretic_or_anticytokine_since_onset"] = True
    if random.random() < 0.5:
        record["fluids_for_hypotension"] = bool(random.random() < 0.2)
    return record


def _repeated(columns: Columns, times: int) -> Columns:
    return Columns(
        n=columns.n * times,
        fields=columns.fields,
        number={name: np.tile(one, times) for name, one in columns.number.items()},
        truth={name: np.tile(one, times) for name, one in columns.truth.items()},
        choice={name: np.tile(one, times) for name, one in columns.choice.items()},
        chosen={name: np.tile(one, (times, 1)) for name, one in columns.chosen.items()},
        listed={name: np.tile(one, times) for name, one in columns.listed.items()},
    )
