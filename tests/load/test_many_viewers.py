"""Many people look at one ward while sets come in: what must hold however slow the machine is.

Nothing here depends on speed; `scripts/bench viewers` measures that.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise

import pytest

from db.engine import create_store
from scripts.benchmarks import serving
from scripts.benchmarks.ward import admit_all, chart_hourly
from scripts.benchmarks.watching import Watched, watch

CHANGED_BYTES, UNCHANGED_BYTES = 40_000, 1_500
# Twice as often as the feed records, so that there are ticks with news and ticks without.
TICK_S = 1.0


@dataclass(frozen=True)
class Crowd:
    """How many look, for how long, and what came of it."""

    viewers: int
    watched: Watched
    server_lived: bool


@pytest.fixture(scope="module")
def crowd(
    is_long: bool, sqlite_template: object, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Crowd]:
    """Ten viewers for eight seconds; with --long a hundred for twenty-five, as the bench has it."""
    viewers, seconds, tick_s = (100, 25.0, 5.0) if is_long else (10, 8.0, TICK_S)
    path = tmp_path_factory.mktemp("load") / "stormwatch.db"
    path.write_bytes(sqlite_template.read_bytes())  # type: ignore[attr-defined]
    url = f"sqlite:///{path}"
    now = datetime.now(UTC)
    store = create_store(url)
    chart_hourly(store, admit_all(store, now=now, hours=7), now=now, hours=6)
    store.close()
    with serving.dashboard(url) as server:
        watched = watch(server, store_url=url, viewers=viewers, seconds=seconds, tick_s=tick_s)
        yield Crowd(viewers=viewers, watched=watched, server_lived=server.is_running)


def test_nobody_sees_an_error(crowd: Crowd) -> None:
    assert crowd.watched.errors == []
    assert crowd.server_lived


def test_everybody_went_on_ticking(crowd: Crowd) -> None:
    assert len(crowd.watched.ticks) == crowd.viewers
    assert all(ticks for ticks in crowd.watched.ticks)


def test_everybody_ends_with_the_last_version_that_was_committed(crowd: Crowd) -> None:
    seen = [versions[-1] for versions in crowd.watched.versions]

    assert seen == [crowd.watched.final_version] * crowd.viewers


def test_every_news_is_newer_and_no_version_comes_twice(crowd: Crowd) -> None:
    for versions in crowd.watched.versions:
        assert all(later > earlier for earlier, later in pairwise(versions))


def test_there_was_news_to_see_while_they_looked(crowd: Crowd) -> None:
    # Otherwise the tests above would hold of an idle ward.
    assert all(len(versions) >= 2 for versions in crowd.watched.versions)


def test_a_tick_with_news_stays_small(crowd: Crowd) -> None:
    sizes = [t["received_bytes"] for t in crowd.watched.all_ticks if t["version"] is not None]

    assert sizes
    assert max(sizes) <= CHANGED_BYTES


def test_a_tick_without_news_stays_tiny(crowd: Crowd) -> None:
    sizes = [t["received_bytes"] for t in crowd.watched.all_ticks if t["version"] is None]

    assert sizes
    assert max(sizes) <= UNCHANGED_BYTES
