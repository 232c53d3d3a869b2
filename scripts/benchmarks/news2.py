"""NEWS2 over a million sets of observations, against scoring them one by one."""

import os
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitoring.clinical.concepts import CONSCIOUSNESS
from monitoring.clinical.rulebook import load_rulebook
from monitoring.clinical.scoring import (
    INCOMPLETE,
    News2Columns,
    score_news2_columns,
    score_news2_steps,
)
from scripts.benchmarks.line import Line
from scripts.benchmarks.timing import interleaved, processor_seconds

ROWS = 1_000_000
PACKAGE_ROWS = 50_000
_MISSING_SHARE = 0.01
_PLAIN = "one Python call a row (if/elif, SpO2 scale 1 and 2, missing values)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sets:
    """Seeded sets as columns: float64 and small codes, NaN or -1 where nothing was measured."""

    respiratory_rate: NDArray[np.float64]
    spo2: NDArray[np.float64]
    on_oxygen: NDArray[np.int8]
    systolic_bp: NDArray[np.float64]
    heart_rate: NDArray[np.float64]
    consciousness: NDArray[np.int8]
    body_temperature: NDArray[np.float64]
    spo2_scale: NDArray[np.int8]


def news2_columns() -> Iterator[Line]:
    """Ours over columns, the plain function over rows, and the package beside them."""
    rules = load_rulebook().news2
    sets = _sets(ROWS)
    rows = _rows(sets)
    cores = os.cpu_count() or 1

    def ours(threads: int = 1) -> News2Columns:
        return score_news2_columns(
            rules,
            respiratory_rate=sets.respiratory_rate,
            spo2=sets.spo2,
            on_oxygen=sets.on_oxygen,
            systolic_bp=sets.systolic_bp,
            heart_rate=sets.heart_rate,
            consciousness=sets.consciousness,
            body_temperature=sets.body_temperature,
            spo2_scale=sets.spo2_scale,
            threads=threads,
        )

    def on_every_core() -> News2Columns:
        return ours(cores)

    def one_by_one() -> list[int | None]:
        return [news2_of_row(*row) for row in rows]

    compact = _compact(sets)

    def from_steps() -> News2Columns:
        return score_news2_steps(rules, **compact)

    plain = [INCOMPLETE if t is None else t for t in one_by_one()]
    if not ours().total.tolist() == from_steps().total.tolist() == plain:
        message = "The column scorers and the plain function disagree; no time is worth measuring."
        raise AssertionError(message)
    ours_s, alone_s, steps_s, plain_s = interleaved(on_every_core, ours, from_steps, one_by_one)
    yield Line(
        name="news2_columns",
        ours=1000 * steps_s,
        baseline=1000 * plain_s,
        baseline_name=_PLAIN,
        limit=50,
        judged="ratio_at_least",
        unit="ms",
        n=ROWS,
        runs=5,
        detail={
            "totals_equal": True,
            "columns": "compact, as for news2_compact_columns; one core",
            "ours_processor_ms": 1000 * processor_seconds(from_steps),
            "baseline_processor_ms": 1000 * processor_seconds(one_by_one),
        },
    )
    yield Line(
        name="news2_float_columns",
        ours=1000 * ours_s,
        baseline=1000 * plain_s,
        baseline_name=_PLAIN,
        unit="ms",
        n=ROWS,
        runs=5,
        detail={
            "totals_equal": True,
            "ours_cores": cores,
            "ours_on_one_core_ms": 1000 * alone_s,
            "ours_on_one_core_ratio": plain_s / alone_s,
            "ours_processor_ms": 1000 * processor_seconds(ours),
        },
    )
    yield Line(
        name="news2_compact_columns",
        ours=ROWS / steps_s,
        baseline=ROWS / plain_s,
        baseline_name=_PLAIN,
        limit=50_000_000,
        judged="ours_at_least",
        ratio_of="ours/baseline",
        unit="rows/s",
        n=ROWS,
        runs=5,
        detail={
            "totals_equal": True,
            "bytes_a_row": sum(column.itemsize for column in compact.values()),
            "rows_per_processor_s": ROWS / processor_seconds(from_steps),
        },
    )
    yield _beside_vitalscore(rows, alone_s)


def _beside_vitalscore(rows: list["Row"], ours_s: float) -> Line:
    """The PyPI package takes one set a call and no missing value: a sample, scaled to rows/s."""
    from vitalscore import score_news2  # type: ignore[import-not-found]  # noqa: PLC0415

    sample = [
        (row[0], row[1], row[2] == 1, row[3], row[4], row[5], row[6], row[7] == 2)
        for row in rows
        if None not in row
    ][:PACKAGE_ROWS]

    def package() -> list[int]:
        return [
            score_news2(rr, spo2, oxygen, sbp, hr, acvpu, temp_c, use_spo2_scale2=scale_2).total
            for rr, spo2, oxygen, sbp, hr, acvpu, temp_c, scale_2 in sample
        ]

    plain = [news2_of_row(*row) for row in rows if None not in row][:PACKAGE_ROWS]
    differing = sum(a != b for a, b in zip(package(), plain, strict=True))
    (package_s,) = interleaved(package)
    return Line(
        name="news2_columns_beside_vitalscore",
        ours=ROWS / ours_s,
        baseline=PACKAGE_ROWS / package_s,
        baseline_name=f"vitalscore 0.1.1 score_news2, {PACKAGE_ROWS} complete rows, scaled",
        unit="rows/s",
        ratio_of="ours/baseline",
        n=PACKAGE_ROWS,
        runs=5,
        detail={"package_totals_that_differ": differing},
    )


Row = tuple[
    float | None, float | None, int, float | None, float | None, str | None, float | None, int
]


def news2_of_row(  # noqa: PLR0912, PLR0915 - plainness is what it is for
    respiratory_rate: float | None,
    spo2: float | None,
    on_oxygen: int,
    systolic_bp: float | None,
    heart_rate: float | None,
    consciousness: str | None,
    body_temperature: float | None,
    spo2_scale: int,
) -> int | None:
    """NEWS2 as anybody would first write it (RCP 2017, Chart 1); None when a value is missing."""
    if (
        respiratory_rate is None
        or spo2 is None
        or systolic_bp is None
        or heart_rate is None
        or consciousness is None
        or body_temperature is None
    ):
        return None
    total = 2 if on_oxygen else 0
    if respiratory_rate <= 8:
        total += 3
    elif respiratory_rate <= 11:
        total += 1
    elif respiratory_rate <= 20:
        pass
    elif respiratory_rate <= 24:
        total += 2
    else:
        total += 3
    if spo2_scale == 1:
        if spo2 <= 91:
            total += 3
        elif spo2 <= 93:
            total += 2
        elif spo2 <= 95:
            total += 1
    elif spo2 <= 83:
        total += 3
    elif spo2 <= 85:
        total += 2
    elif spo2 <= 87:
        total += 1
    elif spo2 <= 92 or not on_oxygen:
        pass
    elif spo2 <= 94:
        total += 1
    elif spo2 <= 96:
        total += 2
    else:
        total += 3
    if systolic_bp <= 90:
        total += 3
    elif systolic_bp <= 100:
        total += 2
    elif systolic_bp <= 110:
        total += 1
    elif systolic_bp > 219:
        total += 3
    if heart_rate <= 40:
        total += 3
    elif heart_rate <= 50:
        total += 1
    elif heart_rate <= 90:
        pass
    elif heart_rate <= 110:
        total += 1
    elif heart_rate <= 130:
        total += 2
    else:
        total += 3
    if consciousness != "A":
        total += 3
    if body_temperature <= 35.0:
        total += 3
    elif body_temperature <= 36.0:
        total += 1
    elif body_temperature <= 38.0:
        pass
    elif body_temperature <= 39.0:
        total += 1
    else:
        total += 2
    return total


def _sets(n: int) -> Sets:
    """Sets as a ward charts them: whole numbers, temperatures to 0.1, one in ten on scale 2."""
    random = np.random.default_rng(2017)

    def whole(mean: float, spread: float, low: float, high: float) -> NDArray[np.float64]:
        column = np.clip(np.round(random.normal(mean, spread, n)), low, high)
        column[random.random(n) < _MISSING_SHARE] = np.nan
        return column

    return Sets(
        respiratory_rate=whole(18, 5, 4, 60),
        spo2=whole(95, 3, 70, 100),
        on_oxygen=(random.random(n) < 0.25).astype(np.int8),
        systolic_bp=whole(118, 22, 50, 240),
        heart_rate=whole(88, 20, 30, 200),
        consciousness=random.choice([0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, -1], size=n).astype(
            np.int8
        ),
        body_temperature=np.round(whole(373, 9, 340, 415) / 10, 1),
        spo2_scale=np.where(random.random(n) < 0.1, 2, 1).astype(np.int8),
    )


def _compact(sets: Sets) -> dict[str, NDArray[np.integer]]:
    """The same sets as a store would keep them: 8 or 16 bits a value."""

    def steps(column: NDArray[np.float64], dtype: type[np.unsignedinteger]) -> NDArray[np.integer]:
        return np.where(np.isnan(column), np.iinfo(dtype).max, np.round(column)).astype(dtype)

    return {
        "respiratory_rate": steps(sets.respiratory_rate, np.uint8),
        "spo2": steps(sets.spo2, np.uint8),
        "on_oxygen": sets.on_oxygen,
        "systolic_bp": steps(sets.systolic_bp, np.uint16),
        "heart_rate": steps(sets.heart_rate, np.uint16),
        "consciousness": sets.consciousness,
        "body_temperature_tenths": steps(sets.body_temperature * 10, np.uint16),
        "spo2_scale": sets.spo2_scale,
    }


def _rows(sets: Sets) -> list[Row]:
    def present(column: NDArray[np.float64]) -> list[float | None]:
        return [None if value != value else value for value in column.tolist()]  # noqa: PLR0124

    codes = [*CONSCIOUSNESS, None]
    return list(
        zip(
            present(sets.respiratory_rate),
            present(sets.spo2),
            sets.on_oxygen.tolist(),
            present(sets.systolic_bp),
            present(sets.heart_rate),
            [codes[place] for place in sets.consciousness.tolist()],
            present(sets.body_temperature),
            sets.spo2_scale.tolist(),
            strict=True,
        )
    )
