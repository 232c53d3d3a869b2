"""The patient figure says what was measured, keeps every extreme, and shows gaps as gaps."""

import base64
import json
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import plotly.io
import pytest

from dashboard.charts.config import chart_config
from dashboard.charts.patient_figure import BUDGET, PatientFigure, patient_figure
from dashboard.charts.time_axis import TimeAxis
from dashboard.charts.tracks import (
    Given,
    GradeSpan,
    Limits,
    OxygenSpan,
    PressureTrack,
    SpanKind,
    Struck,
    Track,
    Tracks,
)
from dashboard.tokens import PALETTES, Theme
from scripts.benchmarks.figure import patient_figure_lines

MINUTE_US = 60_000_000
HOUR_US = 60 * MINUTE_US
NOW_US = int(datetime(2026, 11, 22, 10, 0, tzinfo=UTC).timestamp()) * 1_000_000
DAY = PALETTES[Theme.DAY]
NEVER = Track(taken_us=np.empty(0, np.int64), value=np.empty(0, np.float64))
LIMITS = Limits(
    fever_c=38.0,
    systolic_mmhg=90.0,
    mean_mmhg=65.0,
    baseline_systolic_mmhg=118.0,
    spo2_percent=92.0,
    heart_rate_bands=((None, 40.0), (131.0, None)),
    respiratory_rate_bands=((None, 8.0), (25.0, None)),
)


def axis(hours: float = 24, **more: Any) -> TimeAxis:
    return TimeAxis(
        from_us=NOW_US - int(hours * HOUR_US),
        to_us=NOW_US,
        zone=ZoneInfo("Europe/Berlin"),
        **more,
    )


def track(*readings: tuple[float, float]) -> Track:
    """Readings as (hours ago, value), oldest first."""
    return Track(
        taken_us=np.array([NOW_US - int(ago * HOUR_US) for ago, _ in readings], dtype=np.int64),
        value=np.array([value for _, value in readings], dtype=np.float64),
    )


def tracks(**given: Any) -> Tracks:
    nothing = PressureTrack(
        taken_us=np.empty(0, np.int64),
        systolic=np.empty(0),
        diastolic=np.empty(0),
        mean=np.empty(0),
    )
    blank: dict[str, Any] = {
        "temperature": NEVER,
        "pressure": nothing,
        "heart_rate": NEVER,
        "respiratory_rate": NEVER,
        "spo2": NEVER,
        "oxygen": (),
        "grades": (),
        "icans": (),
        "masked_fever": (),
        "given": (),
        "struck": (),
        "limits": LIMITS,
    }
    return Tracks(**{**blank, **given})


def numbers(column: dict[str, Any] | list[float]) -> np.ndarray:
    if isinstance(column, list):
        return np.array(column, dtype=float)
    return np.frombuffer(base64.b64decode(column["bdata"]), dtype=f"<{column['dtype']}")


def traces(drawn: PatientFigure, y_axis: str) -> list[dict[str, Any]]:
    return [trace for trace in drawn.figure["data"] if trace["yaxis"] == y_axis]


def words(drawn: PatientFigure) -> str:
    return json.dumps(drawn.figure, default=str)


def test_a_missed_night_breaks_the_line() -> None:
    charted = [(23.0 - i, 36.8) for i in range(8)] + [(7.0 - i, 37.1) for i in range(8)]
    (line,) = traces(patient_figure(tracks(temperature=track(*charted)), axis(), DAY), "y2")
    drawn = numbers(line["y"])
    assert line["connectgaps"] is False
    assert np.isnan(drawn).sum() == 1
    assert len(drawn) == len(charted) + 1


def test_going_from_four_hourly_to_quarter_hourly_sets_is_no_gap() -> None:
    charted = [(23.0, 36.8), (19.0, 36.9), (15.0, 37.0), (11.0, 37.6), (7.0, 38.2)]
    charted += [(6.75 - i / 4, 38.6) for i in range(20)]
    (line,) = traces(patient_figure(tracks(temperature=track(*charted)), axis(), DAY), "y2")
    assert not np.isnan(numbers(line["y"])).any()


def test_every_minimum_and_maximum_of_three_days_by_the_minute_is_kept() -> None:
    random = np.random.default_rng(7)
    ago = np.arange(72 * 60)[::-1] / 60
    value = 97 + random.normal(0, 0.6, len(ago))
    value[1000], value[3000] = 71.0, 99.9
    saturation = track(*zip(ago.tolist(), value.tolist(), strict=True))
    drawn = patient_figure(tracks(spo2=saturation), axis(72), DAY)
    (line,) = traces(drawn, "y6")
    kept = numbers(line["y"])
    assert len(kept) < len(value) / 4
    assert kept.min() == np.float32(71.0)
    assert kept.max() == np.float32(99.9)
    assert kept[-1] == np.float32(value[-1])
    for start in range(0, len(value), 720):
        part = value[start : start + 720].astype(np.float32)
        assert part.min() in kept
        assert part.max() in kept
    assert drawn.thinned is not None
    assert f"{drawn.drawn:,} of {len(value):,}" in drawn.thinned


def test_six_vital_signs_of_three_days_by_the_minute_stay_small() -> None:
    random = np.random.default_rng(3)
    ago = np.arange(72 * 60)[::-1] / 60
    vital = track(*zip(ago.tolist(), random.normal(90, 8, len(ago)).tolist(), strict=True))
    pressure = PressureTrack(
        taken_us=vital.taken_us,
        systolic=vital.value + 40,
        diastolic=vital.value - 20,
        mean=vital.value,
    )
    drawn = patient_figure(
        tracks(
            temperature=vital,
            heart_rate=vital,
            respiratory_rate=vital,
            spo2=vital,
            pressure=pressure,
        ),
        axis(72),
        DAY,
    )
    assert len(plotly.io.to_json(drawn.figure, validate=False)) <= 100_000
    assert drawn.drawn <= 6 * BUDGET


def test_few_readings_are_all_drawn_and_nothing_is_said_of_thinning() -> None:
    drawn = patient_figure(tracks(heart_rate=track((3, 80), (2, 84), (1, 90))), axis(), DAY)
    assert (drawn.drawn, drawn.measured, drawn.thinned) == (3, 3, None)


def test_axes_are_fixed_and_open_only_for_a_value_beyond_them() -> None:
    flat = patient_figure(tracks(spo2=track((2, 97), (1, 97))), axis(), DAY)
    assert flat.figure["layout"]["yaxis6"]["range"] == [80, 101]
    low = patient_figure(tracks(spo2=track((2, 97), (1, 62))), axis(), DAY)
    assert low.figure["layout"]["yaxis6"]["range"][0] < 62


def test_a_missing_diastolic_pressure_is_a_mark_and_a_mean_alone_is_not_lost() -> None:
    pressure = PressureTrack(
        taken_us=np.array([NOW_US - 2 * HOUR_US, NOW_US - HOUR_US, NOW_US]),
        systolic=np.array([112.0, 84.0, np.nan]),
        diastolic=np.array([70.0, np.nan, np.nan]),
        mean=np.array([84.0, np.nan, 58.0]),
    )
    drawn = patient_figure(tracks(pressure=pressure), axis(), DAY)
    bars, alone, mean_only = traces(drawn, "y3")
    assert numbers(bars["error_y"]["array"]).tolist() == [28.0]
    assert numbers(alone["y"]).tolist() == [84.0]
    assert numbers(mean_only["y"]).tolist() == [58.0]
    assert drawn.measured == 3


def test_an_unknown_grade_is_hatched_and_asked_never_zero() -> None:
    spans = (
        GradeSpan(from_us=NOW_US - 9 * HOUR_US, to_us=NOW_US - 5 * HOUR_US, grade=2, note=""),
        GradeSpan(
            from_us=NOW_US - 5 * HOUR_US, to_us=NOW_US - 2 * HOUR_US, grade=2, note="",
            at_least=True,
        ),
        GradeSpan(from_us=NOW_US - 2 * HOUR_US, to_us=NOW_US, grade=None, note="Not known"),
    )  # fmt: skip
    known, unknown = traces(patient_figure(tracks(grades=spans), axis(), DAY), "y")
    assert known["text"] == ["2", "≥2"]
    assert unknown["text"] == ["?"]
    assert unknown["marker"]["pattern"]["shape"] == "/"


def test_hours_of_masked_fever_are_hatched_and_said() -> None:
    masked = ((NOW_US - 20 * HOUR_US, NOW_US - HOUR_US),)
    drawn = patient_figure(tracks(masked_fever=masked), axis(), DAY)
    (hatched,) = traces(drawn, "y2")
    assert hatched["marker"]["pattern"]["shape"] == "/"
    assert "fever may be masked" in words(drawn)


def test_a_struck_value_stays_visible_with_its_reason() -> None:
    struck = Struck(
        concept="temperature", taken_us=NOW_US - HOUR_US, value=42.5, note="42.5: wrong patient"
    )
    drawn = patient_figure(tracks(struck=(struck,)), axis(), DAY)
    (mark,) = traces(drawn, "y2")
    assert mark["text"] == ["42.5: wrong patient"]
    assert drawn.figure["layout"]["yaxis2"]["range"][1] > 42.5


def test_a_running_infusion_reaches_the_window_s_end() -> None:
    running = Given(
        from_us=NOW_US - 6 * HOUR_US, to_us=None, label="norepinephrine", detail="4 mcg/min",
        kind=SpanKind.SUPPORT,
    )  # fmt: skip
    window = axis()
    span, arrow = traces(patient_figure(tracks(given=(running,)), window, DAY), "y8")
    assert span["base"][0] + span["x"][0] == window.position(NOW_US)
    assert arrow["marker"]["symbol"] == ["triangle-right"]


def test_what_somebody_wrote_is_drawn_letter_by_letter() -> None:
    hostile = '<a href="http://127.0.0.1:9/x">%{x}</a><b>x'
    drawn = patient_figure(
        tracks(
            given=(
                Given(
                    from_us=NOW_US - HOUR_US, to_us=NOW_US - HOUR_US, label=hostile,
                    detail=hostile, kind=SpanKind.OTHER,
                ),
            ),
            oxygen=(
                OxygenSpan(from_us=NOW_US - 9 * HOUR_US, to_us=NOW_US, label=hostile, level=2),
            ),
            struck=(Struck(concept="spo2", taken_us=NOW_US - 5, value=90.0, note=hostile),),
            grades=(GradeSpan(from_us=NOW_US - HOUR_US, to_us=NOW_US, grade=1, note=hostile),),
        ),
        axis(),
        DAY,
    )  # fmt: skip
    said = words(drawn)
    assert "<a" not in said
    assert "<b>x" not in said
    assert "&lt;a href" in said
    # Nor does plotly fill it in as one of its own templates.
    assert "%{x}<" not in said.replace("&lt;", "<")


def test_nothing_observed_is_an_empty_figure_with_its_limits() -> None:
    drawn = patient_figure(tracks(), axis(), DAY)
    assert drawn.measured == 0
    assert "fever 38.0" in words(drawn)
    plotly.io.to_json(drawn.figure, validate=True)


@pytest.mark.parametrize("theme", list(Theme))
def test_plotly_takes_the_whole_figure(theme: Theme) -> None:
    drawn = patient_figure(
        tracks(
            temperature=track((5, 38.4), (4, 38.9)),
            grades=(GradeSpan(from_us=NOW_US - HOUR_US, to_us=NOW_US, grade=4, note=""),),
            masked_fever=((NOW_US - 9 * HOUR_US, NOW_US),),
            doses_us=(NOW_US - 20 * HOUR_US,),
        ),
        axis(infused_us=NOW_US - 20 * HOUR_US),
        PALETTES[theme],
    )
    plotly.io.to_json(drawn.figure, validate=True)


def test_nothing_of_a_figure_leaves_the_ward() -> None:
    config = chart_config()
    assert config["showSendToCloud"] is False
    assert config["showEditInChartStudio"] is False
    assert config["showLink"] is False
    assert config["plotlyServerURL"] == ""
    assert config["editable"] is False


def test_the_benchmark_measures_the_figure_of_today() -> None:
    lines = {line.name: line for line in patient_figure_lines()}
    assert lines["patient_figure_extremes"].ours == 1.0
    assert set(lines) == {"patient_figure", "patient_figure_size", "patient_figure_extremes"}
