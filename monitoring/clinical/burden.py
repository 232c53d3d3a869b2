"""How many alerts a ward hears, what comes of them, and how early they come, over a history.

What interrupts is defined in ADR 19, after the priorities of IEC 60601-1-8 (clinical reference 8.2)
and the published burdens (8.1). Frames in, plain figures out; the same for what was stored and for
a past that is played again under another policy.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from monitoring.clinical.alert_runs import Told
from monitoring.clinical.alert_state import SPEAKING, TransitionKind
from monitoring.clinical.results import Priority

_US_PER_MINUTE = 60_000_000
_INTERRUPTS = [Priority.MEDIUM.value, Priority.HIGH.value]
# The same alert to the same people again: it was not taken, or what silenced it came to its end.
_REMINDING = (
    TransitionKind.REPEATED,
    TransitionKind.ACKNOWLEDGEMENT_RAN_OUT,
    TransitionKind.SNOOZE_RAN_OUT,
)
_REMINDS = sorted(kind.value for kind in _REMINDING)
_SPEAKS = sorted(kind.value for kind in SPEAKING.difference(_REMINDING))
_COLUMNS = ("encounter", "thread", "problem", "kind", "at_us", "priority", "severity", "shown")


@dataclass(frozen=True, slots=True, kw_only=True)
class Burden:
    """What the alerts of a period cost and brought; a share or time is None where it has no base.

    ``interruptive`` alerts bring news to a person at once, ``reminders`` bring the same alert again
    (ADR 19). What is told of one patient at one instant interrupts once, however many alerts it
    moves. ``acted_share`` of the interruptions was followed by a treatment or another grade.
    """

    patient_days: float
    alerts: int
    alerts_per_patient_day: float | None
    interruptive: int
    interruptive_per_patient_day: float | None
    reminders: int
    reminders_per_patient_day: float | None
    ignored_repeats: int
    acted_share: float | None
    minutes_to_acknowledge_median: float | None
    minutes_to_acknowledge_p90: float | None

    def to_document(self) -> dict[str, float | int | None]:
        """Plain JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeliness:
    """How the rises of the grade were told; ``lead`` is how long before a rise any alert spoke."""

    rises: int
    caught: int
    lead_minutes_median: float | None
    led_share: float | None

    def to_document(self) -> dict[str, float | int | None]:
        """Plain JSON."""
        return asdict(self)


def frame(told: Iterable[tuple[int, Told]]) -> pd.DataFrame:
    """Transitions by encounter as a frame with the columns that every function here reads.

    One row a transition, in the order of time within a thread; ``thread`` counts within the
    encounter and problem; ``priority`` and ``severity`` as they were then.
    """
    rows = [
        (
            encounter,
            one.thread,
            one.problem,
            one.kind.value,
            one.at_us,
            one.priority.value,
            one.severity,
            one.shown,
        )
        for encounter, one in told
    ]
    return pd.DataFrame(rows, columns=list(_COLUMNS)).astype(
        {"encounter": "int64", "thread": "int64", "at_us": "int64", "shown": "bool"}
    )


def interruptive(events: pd.DataFrame) -> "pd.Series[bool]":
    """Which transitions interrupt a person: news at medium or high priority, and shown."""
    return _reaching(events, _SPEAKS)


def reminding(events: pd.DataFrame) -> "pd.Series[bool]":
    """Which transitions say an alert of medium or high priority once more."""
    return _reaching(events, _REMINDS)


def burden(
    events: pd.DataFrame, *, patient_days: float, followed: pd.DataFrame, within_minutes: float = 60
) -> Burden:
    """The burden of a period of ``patient_days``.

    ``followed`` (``encounter``, ``at_us``) are the treatments given and the changes of the grade:
    an interruption counts as acted on when one of them came within ``within_minutes`` after it.
    """
    raised = int((events["kind"] == TransitionKind.RAISED.value).sum())
    speaks = events[interruptive(events)].drop_duplicates(["encounter", "at_us"])
    reminders = int(reminding(events).sum())
    waits = _minutes_to_acknowledge(events)
    acted = _followed(speaks, followed, within_minutes)
    return Burden(
        patient_days=patient_days,
        alerts=raised,
        alerts_per_patient_day=_per(raised, patient_days),
        interruptive=len(speaks),
        interruptive_per_patient_day=_per(len(speaks), patient_days),
        reminders=reminders,
        reminders_per_patient_day=_per(reminders, patient_days),
        ignored_repeats=int((events["kind"] == TransitionKind.REPEATED.value).sum()),
        acted_share=_per(int(acted.sum()), len(speaks)),
        minutes_to_acknowledge_median=_quantile(waits, 0.5),
        minutes_to_acknowledge_p90=_quantile(waits, 0.9),
    )


def grade_rises(grades: pd.DataFrame) -> pd.DataFrame:
    """Where a grade rose above the last known one of the same stay.

    ``grades`` has ``encounter``, ``at_us`` and ``grade`` (NaN: unknown), by time within a stay. A
    first known grade counts as a rise from 0. An unknown one in between hides no rise.
    """
    known = grades.dropna(subset=["grade"])
    before = known.groupby("encounter")["grade"].shift(fill_value=0)
    rises: pd.DataFrame = known[known["grade"] > before]
    return rises.reset_index(drop=True)


def timeliness(
    events: pd.DataFrame,
    rises: pd.DataFrame,
    *,
    problem: str = "crs_grade",
    within_minutes: float = 0,
    look_back_minutes: float = 720,
) -> Timeliness:
    """Whether each rise was told with the observation that showed it, and what spoke before it.

    A rise is caught where the grade's own thread was raised, worsened or recurred at that severity
    within ``within_minutes`` of it. The lead is from the first interruption in the hours before.
    """
    own = events[
        (events["problem"] == problem)
        & events["kind"].isin(
            [
                TransitionKind.RAISED.value,
                TransitionKind.WORSENED.value,
                TransitionKind.RECURRED.value,
            ]
        )
    ]
    caught = leads = 0
    minutes: list[float] = []
    speaks = events[interruptive(events)]
    for rise in rises.itertuples():
        late_us = own.loc[
            (own["encounter"] == rise.encounter) & (own["severity"] >= rise.grade), "at_us"
        ] - int(rise.at_us)
        caught += bool(((late_us >= 0) & (late_us <= within_minutes * _US_PER_MINUTE)).any())
        early_us = int(rise.at_us) - speaks.loc[speaks["encounter"] == rise.encounter, "at_us"]
        early_us = early_us[(early_us > 0) & (early_us <= look_back_minutes * _US_PER_MINUTE)]
        if len(early_us):
            leads += 1
            minutes.append(float(early_us.max()) / _US_PER_MINUTE)
    return Timeliness(
        rises=len(rises),
        caught=caught,
        lead_minutes_median=_quantile(np.array(minutes), 0.5),
        led_share=_per(leads, len(rises)),
    )


def appearing(these: pd.DataFrame, those: pd.DataFrame) -> pd.DataFrame:
    """The interruptions of ``these`` that ``those`` do not have: same stay, problem and moment."""
    key = ["encounter", "problem", "at_us"]
    own = these.loc[interruptive(these), [*key, "kind", "priority"]].drop_duplicates(key)
    other = those.loc[interruptive(those), key].drop_duplicates()
    joined = own.merge(other, on=key, how="left", indicator=True)
    only: pd.DataFrame = joined[joined["_merge"] == "left_only"].drop(columns="_merge")
    return only.sort_values(["at_us", "encounter"]).reset_index(drop=True)


def _reaching(events: pd.DataFrame, kinds: list[str]) -> "pd.Series[bool]":
    reaches: pd.Series[bool] = (
        events["kind"].isin(kinds) & events["priority"].isin(_INTERRUPTS) & events["shown"]
    )
    return reaches


def _minutes_to_acknowledge(events: pd.DataFrame) -> NDArray[np.float64]:
    """From when a thread began to wait for an owner to when somebody took it.

    What another alert covers asks nobody: it neither waits nor is waited for.
    """
    asks = events["kind"].isin(_SPEAKS_ANEW) & events["shown"]
    found = events[asks | (events["kind"] == TransitionKind.ACKNOWLEDGED.value)].copy()
    is_taken = found["kind"] == TransitionKind.ACKNOWLEDGED.value
    threads = [found["encounter"], found["problem"], found["thread"]]
    found["since_us"] = found["at_us"].where(~is_taken).groupby(threads).ffill()
    again = is_taken.groupby(threads).shift(fill_value=False)
    taken = found[is_taken & ~again & found["shown"]]
    waited = (taken["at_us"] - taken["since_us"]) / _US_PER_MINUTE
    minutes: NDArray[np.float64] = waited.dropna().to_numpy(dtype=np.float64)
    return minutes


_SPEAKS_ANEW = (
    TransitionKind.RAISED.value,
    TransitionKind.WORSENED.value,
    TransitionKind.ACKNOWLEDGEMENT_RAN_OUT.value,
    TransitionKind.UNCOVERED.value,
)


def _followed(
    speaks: pd.DataFrame, followed: pd.DataFrame, within_minutes: float
) -> "pd.Series[bool]":
    if speaks.empty or followed.empty:
        return pd.Series(False, index=speaks.index)
    asked = speaks[["encounter", "at_us"]].sort_values("at_us")
    came = followed[["encounter", "at_us"]].assign(came_us=followed["at_us"])
    # An action at the same moment is charted with what raised the alert: it is no answer to it.
    joined = pd.merge_asof(
        asked,
        came.sort_values("at_us"),
        on="at_us",
        by="encounter",
        direction="forward",
        allow_exact_matches=False,
        tolerance=int(within_minutes * _US_PER_MINUTE),
    )
    return joined["came_us"].notna()


def _per(count: int, of: float) -> float | None:
    return count / of if of else None


def _quantile(values: NDArray[np.float64], share: float) -> float | None:
    return float(np.quantile(values, share)) if len(values) else None
