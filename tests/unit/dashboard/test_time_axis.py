"""One time axis: the ward's clock on every night of the year, or hours since the infusion."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np

from dashboard.charts.time_axis import TimeAxis

BERLIN = ZoneInfo("Europe/Berlin")
HOUR_US = 3_600_000_000


def us(*parts: int) -> int:
    return int(datetime(*parts, tzinfo=UTC).timestamp()) * 1_000_000  # type: ignore[misc,arg-type]


def window(from_us: int, to_us: int, infused_us: int | None = None) -> TimeAxis:
    return TimeAxis(from_us=from_us, to_us=to_us, zone=BERLIN, infused_us=infused_us)


def test_labels_are_the_ward_s_clock() -> None:
    axis = window(us(2026, 11, 21, 10), us(2026, 11, 22, 10))
    labels = axis.layout()["ticktext"]
    assert labels[0] == "12:00"
    assert "<b>Sun</b><br><b>22 Nov</b>" in labels
    assert axis.label(us(2026, 11, 22, 9, 42)) == "Sun 22 Nov 10:42"


def test_positions_keep_true_distances_when_the_clocks_go_back() -> None:
    # 25 October 2026: 03:00 CEST becomes 02:00 CET, and that hour comes twice.
    axis = window(us(2026, 10, 24, 22), us(2026, 10, 25, 4))
    ticks = axis.layout()
    labels = [words.replace("<br>", " ") for words in ticks["ticktext"]]
    assert "02:00 CEST" in labels
    assert "02:00 CET" in labels
    spacing = np.diff(ticks["tickvals"])
    assert set(spacing) == {1_800_000.0}
    assert axis.label(us(2026, 10, 25, 0, 30)).endswith("02:30 CEST")
    assert axis.label(us(2026, 10, 25, 1, 30)).endswith("02:30 CET")


def test_an_hour_that_never_was_has_no_label() -> None:
    # 29 March 2026: 02:00 CET becomes 03:00 CEST.
    axis = window(us(2026, 3, 28, 22), us(2026, 3, 29, 4))
    labels = axis.layout()["ticktext"]
    assert not [words for words in labels if words.startswith("02:")]
    assert axis.spans_clock_change


def test_hours_since_the_infusion_start_at_the_infusion() -> None:
    infused = us(2026, 11, 20, 9, 30)
    axis = window(us(2026, 11, 20, 8), us(2026, 11, 22, 8), infused)
    assert axis.position(infused) == 0.0
    assert axis.position(infused + 36 * HOUR_US) == 36.0
    layout = axis.layout()
    assert layout["type"] == "linear"
    assert "infusion" in layout["ticktext"]
    assert axis.label(infused + 90 * 60 * 1_000_000) == "+1.5 h"


def test_a_span_outside_the_window_is_not_drawn_and_one_across_is_cut() -> None:
    axis = window(us(2026, 11, 21, 10), us(2026, 11, 22, 10))
    assert axis.clip(us(2026, 11, 20), us(2026, 11, 21, 9)) is None
    assert axis.clip(us(2026, 11, 20), us(2026, 11, 21, 12)) == (axis.from_us, us(2026, 11, 21, 12))


def test_a_week_has_a_label_a_day() -> None:
    axis = window(us(2026, 11, 15, 10), us(2026, 11, 22, 10))
    labels = axis.layout()["ticktext"]
    assert sum("<b>" in words for words in labels) == 7
    assert len(labels) <= 15
