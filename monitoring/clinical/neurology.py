"""The neurological findings at each moment, as far as anybody can tell, for the ICANS grade.

Clinical reference 2.1 (ICE), 2.3 (CAPD), 2.2 (consciousness, seizure, motor, raised pressure).
Where something is known in part there are two answers, the mildest and the worst that it can be.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitoring.clinical.assessment_tools import TOOLS, highest
from monitoring.clinical.concepts import (
    AROUSAL,
    BEDSIDE_SIGNS,
    CONSCIOUSNESS,
    EXAMINATION_FINDINGS,
    TEST_OBSTACLES,
)
from monitoring.clinical.policy_types import Policy
from monitoring.clinical.timeline import NEVER_US, US_PER_S, Timeline

ICE, CAPD = "ICE", "CAPD"
# ASTCT: under 12 years CAPD. At exactly 12 the sources differ; ICE is taken (2.3).
ICE_FROM_YEARS = 12.0
NOT_KNOWN = -1
UNABLE = TEST_OBSTACLES.index("unable_to_perform")
_DAY_US = 24 * 3600 * US_PER_S
_PRESENT = 1

# What the ward's ACVPU says of arousal, mildest and worst. A, V and U are rows of the ICANS table
# in other words. Response to pain may be either of the two worst rows; new confusion says nothing.
_FROM_ACVPU = {
    "A": ("spontaneous", "spontaneous"),
    "V": ("voice", "voice"),
    "P": ("tactile", "unarousable"),
    "U": ("unarousable", "unarousable"),
}
# By the place of a code, its last one the missing (-1): the mildest arousal, and the worst.
_BOUNDS = [
    np.array(
        [
            *(
                AROUSAL.index(_FROM_ACVPU[code][place]) if code in _FROM_ACVPU else NOT_KNOWN
                for code in CONSCIOUSNESS
            ),
            NOT_KNOWN,
        ]
    )
    for place in (0, 1)
]
# How bad a seizure is; the two milder forms make one grade, the two worse ones another (2.2). The
# last one is the missing (-1).
_SEIZURE_RANK = np.array([0, 1, 1, 2, 2, -1])


@dataclass(frozen=True, slots=True, eq=False)
class TestColumns:
    """The newest ICE or CAPD at each of n moments; NaN and ``NOT_KNOWN`` where there is none.

    ``mildest`` and ``worst`` are its points if every item that was left out had been perfect, or
    lost. ``obstacle`` is a place in ``TEST_OBSTACLES``; ``test_us`` is ``NEVER_US`` before any.
    ``last_unable`` says that the last test, however old, found somebody unable to perform it.
    ``lacking`` counts the items left out, ``disagrees`` marks a total unlike its items.
    """

    tool: str
    test_us: NDArray[np.int64]
    mildest: NDArray[np.float64]
    worst: NDArray[np.float64]
    obstacle: NDArray[np.int64]
    last_unable: NDArray[np.bool_]
    lacking: NDArray[np.int64]
    disagrees: NDArray[np.bool_]
    in_set: dict[str, NDArray[np.bool_]]

    def at(self, places: NDArray[np.intp]) -> "TestColumns":
        """Some of the moments alone."""
        return TestColumns(
            tool=self.tool,
            test_us=self.test_us[places],
            mildest=self.mildest[places],
            worst=self.worst[places],
            obstacle=self.obstacle[places],
            last_unable=self.last_unable[places],
            lacking=self.lacking[places],
            disagrees=self.disagrees[places],
            in_set={name: mask[places] for name, mask in self.in_set.items()},
        )


@dataclass(frozen=True, slots=True, eq=False)
class NeurologyColumns:
    """Everything but the test at each of n moments.

    ``arousal`` holds the mildest and the worst place in ``AROUSAL``, ``from_acvpu`` where it is the
    ward's ACVPU that says it. ``seizure`` is the worst place in ``SEIZURES`` that counts now.
    ``signs`` are 0 absent, 1 present or ``NOT_KNOWN`` by concept; what is found by imaging or
    fundoscopy is absent until somebody found it. ``confused_us`` is when confusion last began or
    grew within a day, else ``NEVER_US``.
    """

    test: TestColumns
    arousal: tuple[NDArray[np.int64], NDArray[np.int64]]
    from_acvpu: NDArray[np.bool_]
    seizure: NDArray[np.int64]
    signs: dict[str, NDArray[np.int64]]
    sedated: NDArray[np.bool_]
    confused_us: NDArray[np.int64]

    def at(self, places: NDArray[np.intp]) -> "NeurologyColumns":
        """Some of the moments alone."""
        mildest, worst = self.arousal
        return NeurologyColumns(
            test=self.test.at(places),
            arousal=(mildest[places], worst[places]),
            from_acvpu=self.from_acvpu[places],
            seizure=self.seizure[places],
            signs={name: sign[places] for name, sign in self.signs.items()},
            sedated=self.sedated[places],
            confused_us=self.confused_us[places],
        )


def tool_for(age_years: float | None) -> str:
    """ICE from 12 years on and where no age is known, CAPD below (clinical reference 2.3)."""
    return CAPD if age_years is not None and age_years < ICE_FROM_YEARS else ICE


def neurology_columns(
    timeline: Timeline,
    policy: Policy,
    *,
    test_limits_s: NDArray[np.float64],
    set_limits_s: NDArray[np.float64],
) -> NeurologyColumns:
    """What is known at each moment.

    ``test_limits_s`` is the age up to which an assessment counts, ``set_limits_s`` that of a set of
    observations. By local policy items within one window make one assessment, and a seizure counts
    for some hours, whatever was charted after it.
    """
    test = _test(timeline, test_limits_s, policy.freshness.set_window_s)
    sedated = _sedated(timeline, test)
    mildest, worst, from_acvpu = _arousal(timeline, test_limits_s, set_limits_s)
    return NeurologyColumns(
        test=test,
        arousal=(np.where(sedated, NOT_KNOWN, mildest), np.where(sedated, NOT_KNOWN, worst)),
        from_acvpu=from_acvpu & ~sedated,
        seizure=_seizure(timeline, test_limits_s, policy.schedule.seizure_counts_s),
        signs={
            **{one.code: _fresh_code(timeline, one.code, test_limits_s) for one in BEDSIDE_SIGNS},
            **{one.code: _ever_found(timeline, one.code) for one in EXAMINATION_FINDINGS},
        },
        sedated=sedated,
        confused_us=_confused_us(timeline),
    )


def _test(timeline: Timeline, limits_s: NDArray[np.float64], set_window_s: float) -> TestColumns:
    tool = TOOLS[tool_for(timeline.facts.age_years)]
    items, total = tool.items, tool.total
    names = (*tool.codes, total, "test_obstacle")
    if not any(map(timeline.is_charted, names)):
        return _no_test(tool.name, names, len(timeline.at_us))
    taken = {name: timeline.taken_us(name) for name in names}
    test_us = np.maximum.reduce(list(taken.values()))
    is_fresh = (timeline.at_us - test_us) / US_PER_S <= limits_s
    of_set_us = test_us - int(set_window_s * US_PER_S)
    in_set = {name: is_fresh & (us > NEVER_US) & (us >= of_set_us) for name, us in taken.items()}
    n = len(timeline.at_us)
    known, open_ = np.zeros(n), np.zeros(n)
    lacking = np.zeros(n, dtype=np.int64)
    for one in items:
        charted = in_set[one.code]
        known += np.where(charted, timeline.value(one.code), 0.0)
        open_ += np.where(charted, 0.0, highest(one))
        lacking += ~charted
    any_item = (lacking < len(items)) & is_fresh
    points = np.where(in_set[total], timeline.value(total), np.nan)
    has_total = ~np.isnan(points)
    is_whole = any_item & (lacking == 0)
    disagrees = is_whole & has_total & (points != known)
    # Of a total and whole items that differ the worse counts; a total completes parted items.
    of_two = np.minimum if tool.fewer_is_worse else np.maximum
    stated = np.where(is_whole & has_total, of_two(points, known), points)
    fewest, most = (
        np.where(has_total, stated, np.where(any_item, bound, np.nan))
        for bound in (known, known + open_)
    )
    worst, mildest = (fewest, most) if tool.fewer_is_worse else (most, fewest)
    tested_us = np.maximum.reduce([taken[name] for name in names[:-1]])
    is_last = taken["test_obstacle"] >= tested_us
    stands = in_set["test_obstacle"] & is_last
    last = timeline.value("test_obstacle")
    obstacle = np.where(stands, last, NOT_KNOWN).astype(np.int64)
    nothing = stands | ~is_fresh
    return TestColumns(
        tool=tool.name,
        test_us=test_us,
        mildest=np.where(nothing, np.nan, mildest),
        worst=np.where(nothing, np.nan, worst),
        obstacle=obstacle,
        last_unable=is_last & (last == UNABLE),
        lacking=np.where(has_total | ~any_item | nothing, 0, lacking),
        disagrees=disagrees & ~nothing,
        in_set=in_set,
    )


def _no_test(tool: str, names: tuple[str, ...], n: int) -> TestColumns:
    """What the columns are before anybody tested; most sets of most patients are judged so."""
    nothing, never = np.full(n, np.nan), np.zeros(n, dtype=np.bool_)
    return TestColumns(
        tool=tool,
        test_us=np.full(n, NEVER_US),
        mildest=nothing,
        worst=nothing,
        obstacle=np.full(n, NOT_KNOWN, dtype=np.int64),
        last_unable=never,
        lacking=np.zeros(n, dtype=np.int64),
        disagrees=never,
        in_set=dict.fromkeys(names, never),
    )


def _sedated(timeline: Timeline, test: TestColumns) -> NDArray[np.bool_]:
    """Under sedation until it is charted as over, or until a test gave points after it."""
    said = timeline.value("sedation") == _PRESENT
    tested = (test.test_us > timeline.taken_us("sedation")) & ~np.isnan(test.worst)
    by_test = test.obstacle == TEST_OBSTACLES.index("sedation")
    result: NDArray[np.bool_] = (said & ~tested) | by_test
    return result


def _arousal(
    timeline: Timeline, test_limits_s: NDArray[np.float64], set_limits_s: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
    """Mildest and worst arousal: the newer of what was charted for it and the ward's ACVPU."""
    own = _fresh_code(timeline, "arousal", test_limits_s)
    own_us = np.where(own >= 0, timeline.taken_us("arousal"), NEVER_US)
    acvpu = _fresh_code(timeline, "consciousness", set_limits_s)
    bounds = [table[acvpu] for table in _BOUNDS]
    speaks = (bounds[0] >= 0) & (timeline.taken_us("consciousness") > own_us)
    mildest, worst = (np.where(speaks, bound, own) for bound in bounds)
    return mildest, worst, speaks


def _seizure(
    timeline: Timeline, limits_s: NDArray[np.float64], counts_s: float
) -> NDArray[np.int64]:
    worst = _fresh_code(timeline, "seizure", limits_s)
    if not timeline.is_charted("seizure"):
        return worst
    series, at_us = timeline.series["seizure"], timeline.at_us
    for us, code in zip(series.taken_us[:-1].tolist(), series.value[:-1].tolist(), strict=True):
        seizure = int(code)
        if _SEIZURE_RANK[seizure] == 0:
            continue
        counts = (us <= at_us) & ((at_us - us) / US_PER_S <= counts_s)
        is_worse = _SEIZURE_RANK[seizure] > _SEIZURE_RANK[worst]
        worst = np.where(counts & is_worse, seizure, worst)
    # The newest row alone never counts longer than the window either.
    is_old = (at_us - timeline.taken_us("seizure")) / US_PER_S > counts_s
    return np.where(is_old, NOT_KNOWN, worst)


def _fresh_code(
    timeline: Timeline, concept: str, limits_s: NDArray[np.float64]
) -> NDArray[np.int64]:
    if not timeline.is_charted(concept):
        return np.full(len(timeline.at_us), NOT_KNOWN, dtype=np.int64)
    code = np.where(timeline.age_s(concept) <= limits_s, timeline.value(concept), NOT_KNOWN)
    return code.astype(np.int64)


def _ever_found(timeline: Timeline, concept: str) -> NDArray[np.int64]:
    if not timeline.is_charted(concept):
        return np.zeros(len(timeline.at_us), dtype=np.int64)
    found: NDArray[np.int64] = (timeline.value(concept) == _PRESENT).astype(np.int64)
    return found


def _confused_us(timeline: Timeline) -> NDArray[np.int64]:
    """When ACVPU or the charted confusion last became worse, within a day.

    Older is left out: it lies before what the rules are given, and by then a test is due anyway.
    """
    newest = np.full(len(timeline.at_us), NEVER_US)
    for concept in ("consciousness", "symptom_confusion"):
        series = timeline.series[concept]
        before = np.concatenate(([0.0], series.value[:-1]))
        worse_us = np.where(series.value > before, series.taken_us, NEVER_US)
        last_us = np.maximum.accumulate(worse_us)
        last_us[-1] = NEVER_US
        newest = np.maximum(newest, last_us[timeline.rows[concept]])
    return np.where(timeline.at_us - newest < _DAY_US, newest, NEVER_US)
